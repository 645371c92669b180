"""A login without a wire: a method of the fake server's on one side, an authenticator on the
other, and the same conversation as often as it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rs_driver.ports.authenticator import AuthContext, Authenticator, Exchange
from rs_driver.ports.credentials import Credentials
from rs_driver.ports.transport import Channel
from rs_driver.wire.auth import AuthenticationOk, AuthenticationRequest
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.registry import PasswordKind, decode_frontend
from rs_driver_fakeserver.auth.port import AnswerKind, Attempt, AuthMethod
from rs_driver_fakeserver.conformance.claims import claim
from rs_driver_fakeserver.conformance.moving import noise

SECURE = Channel(encrypted=True, verified=True, peer="conformance")
_HEADER = 5
_P_KINDS: Mapping[AnswerKind, PasswordKind] = MappingProxyType(
    {"sasl_initial": "sasl_initial", "sasl_response": "sasl_response"}
)


def random_bytes(seed: str) -> Callable[[int], bytes]:
    """A source of random bytes that gives the same ones again for the same ``seed``."""
    asked = 0

    def random(size: int) -> bytes:
        nonlocal asked
        asked += 1
        return noise(size, f"{seed} {asked}")

    return random


def context(credentials: Credentials, seed: str = "client") -> AuthContext:
    """What the driver would hand to an authenticator on a safe channel."""
    return AuthContext(credentials, SECURE, random_bytes(seed))


@dataclass(frozen=True)
class Turn:
    """A request, and the answer to it; None where the exchange was satisfied by it."""

    request: AuthenticationRequest
    answer: FrontendMessage | None


def answer(exchange: Exchange, request: AuthenticationRequest | None) -> FrontendMessage | None:
    """The answer to ``request`` (None: to the first one); None where there is none any more."""
    try:
        return next(exchange) if request is None else exchange.send(request)
    except StopIteration:
        return None


def as_read(message: FrontendMessage, kind: AnswerKind) -> FrontendMessage:
    """``message`` as a server reads it that expects an answer of ``kind``."""
    data = message.encode()
    claim(isinstance(data, bytes), f"encode() of an answer gives bytes, not {type(data).__name__}")
    claim(len(data) >= _HEADER, "an answer has a tag and a length")
    claim(
        int.from_bytes(data[1:_HEADER], "big") == len(data) - 1,
        "the length in an answer is that of all but its tag",
    )
    password = _P_KINDS.get(kind, "password")
    return decode_frontend(data[0], data[_HEADER:], password_kind=password, digest=kind == "digest")


class Dialogue:
    """One login of ``user``. ``seed``: of the server's random bytes.

    ``turns`` are what was said so far. ``auth.port.Refused`` where the server refuses.
    """

    def __init__(
        self, server: AuthMethod, user: str, client: Authenticator, ours: AuthContext, seed: str
    ) -> None:
        self._server = server.exchange(Attempt(user, entropy=random_bytes(seed)))
        self._client = client
        self._context = ours
        self._exchange: Exchange | None = None
        self._challenge = next(self._server)
        self.turns: list[Turn] = []
        self.user: str | None = None
        """Who is in, at the end."""

    def step(self) -> bool:
        """One request and its answer; False once the server has let the client in."""
        request, kind = self._challenge.request, self._challenge.answer
        said = self._say(request)
        if kind is None:
            claim(said is None, "the exchange goes on after the server's last word")
        claim(kind is None or said is not None, f"no answer to request {request.code}")
        try:
            if said is None or kind is None:
                self._challenge = next(self._server)
            else:
                self._challenge = self._server.send(as_read(said, kind))
        except StopIteration as stop:
            self.user = stop.value
            if kind is not None:
                claim(self._say(AuthenticationOk()) is None, "it goes on after AuthenticationOk")
            return False
        return True

    def _say(self, request: AuthenticationRequest) -> FrontendMessage | None:
        if self._exchange is None:
            self._exchange = self._client.exchange(request, self._context)
            said = answer(self._exchange, None)
        else:
            said = answer(self._exchange, request)
        self.turns.append(Turn(request, said))
        return said

    def run(self) -> list[Turn]:
        """All of it."""
        while self.step():
            pass
        return self.turns


def replayed(client: Authenticator, ours: AuthContext, turns: list[Turn]) -> Exchange:
    """A new exchange that has answered the requests of ``turns``, of which there are some."""
    exchange = client.exchange(turns[0].request, ours)
    answer(exchange, None)
    for turn in turns[1:]:
        answer(exchange, turn.request)
    return exchange
