"""An Inspector that is told of conversations in which no server takes part."""

from __future__ import annotations

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire.auth import AuthenticationOk
from rs_driver.wire.control import ErrorResponse, ReadyForQuery
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.registry import PasswordKind, decode_frontend
from rs_driver.wire.startup import StartupMessage, decode_startup
from rs_driver_fakeserver.problems import ProblemKind
from rs_driver_fakeserver.strict.inspector import Inspector

STARTUP = StartupMessage((("user", "alice"),))
READY = ReadyForQuery("I")
IN_TRANSACTION = ReadyForQuery("T")
FAILED = ReadyForQuery("E")


def error(sqlstate: str = "42601", severity: str = "ERROR") -> ErrorResponse:
    return ErrorResponse({"S": severity, "C": sqlstate, "M": "no"})


class Watched:
    """What an inspector finds while ``client`` and ``server`` speak.

    ``password_kind``, ``digest``: what the next p or d message of the client is.
    """

    def __init__(self, *, encrypted: bool = False, offers_tls: bool = True) -> None:
        self.found: list[tuple[ProblemKind, str]] = []
        self.inspector = Inspector(
            lambda kind, text: self.found.append((kind, text)),
            encrypted=encrypted,
            offers_tls=offers_tls,
        )
        self.password_kind: PasswordKind = "password"
        self.digest = False
        self._tagged = False

    def client(self, *messages: FrontendMessage | bytes) -> Watched:
        """The client says these; bytes are a whole message, sound or not."""
        for message in messages:
            if isinstance(message, bytes):
                self._raw(message)
                continue
            self.inspector.frontend(message.encode(), message, None)
            self._tagged |= isinstance(message, StartupMessage)
        return self

    def _raw(self, raw: bytes) -> None:
        message: FrontendMessage | None
        problem = None
        try:
            if not self._tagged:
                message = decode_startup(raw[4:])
                self._tagged = isinstance(message, StartupMessage)
            else:
                message = decode_frontend(
                    raw[0], raw[5:], password_kind=self.password_kind, digest=self.digest
                )
        except RemoteProtocolError as caught:
            message, problem = None, str(caught)
        self.inspector.frontend(raw, message, problem)

    def server(self, *messages: BackendMessage | bytes) -> Watched:
        """The server says these; bytes are the answer to an SSLRequest, or DataRows."""
        for message in messages:
            if isinstance(message, bytes):
                self.inspector.backend(message, None)
            else:
                self.inspector.backend(message.encode(), message)
        return self

    def login(self) -> Watched:
        """A client that got in without being asked."""
        return self.client(STARTUP).server(AuthenticationOk(), READY)

    def end(self, leftover: int = 0, *, by_server: bool = False) -> Watched:
        self.inspector.ended(leftover, by_server=by_server)
        return self

    @property
    def kinds(self) -> list[ProblemKind]:
        return [kind for kind, _ in self.found]

    @property
    def text(self) -> str:
        """The only finding."""
        ((_, text),) = self.found
        return text


def logged_in() -> Watched:
    """Past the login, in plain text."""
    return Watched().login()
