"""What servers say during a login, to every method of ours."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache

from rs_driver.adapters.auth.registry import builtin_authenticators
from rs_driver.errors import InterfaceError, NotSupportedError, OperationalError
from rs_driver.ports.transport import Channel
from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationDigest,
    AuthenticationIdpToken,
    AuthenticationMD5Password,
    AuthenticationRequest,
    AuthenticationSASL,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
    SASLInitialResponse,
    SASLResponse,
    decode_authentication,
)
from rs_driver.wire.buffer import ReceiveBuffer
from rs_driver.wire.framing import MAX_HANDSHAKE_MESSAGE
from support.frames import fill
from support.fuzz.target import Target
from support.logins import PASSWORD, login
from support.scram_server import ScramServer

_BINDING = b"hash of the server's certificate"
_CHANNEL = Channel(encrypted=True, verified=True, tls_server_end_point=_BINDING)
_OFFERS = (("SCRAM-SHA-256",), ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"))
_WORDS = (
    *(b"r=", b"s=", b"i=", b"v=", b"e=", b"m=", b",", b"=", b"4096", b"4095", b"600001"),
    *(b"SCRAM-SHA-256\0", b"SCRAM-SHA-256-PLUS\0", b"\0\0\0\x0a", b"\0\0\0\x0b", b"\0\0\0\x0c"),
)


@cache
def _scram(offer: tuple[str, ...]) -> Sequence[AuthenticationRequest]:
    """What an honest server says, to a client whose nonce is always the same."""
    server = ScramServer(PASSWORD, binding=_BINDING)
    first = AuthenticationSASL(offer)
    exchange = builtin_authenticators()[first.code].exchange(first, login(channel=_CHANNEL))
    initial = next(exchange)
    assert isinstance(initial, SASLInitialResponse)
    challenge = AuthenticationSASLContinue(server.first(initial.data or b""))
    proof = exchange.send(challenge)
    assert isinstance(proof, SASLResponse)
    return [first, challenge, AuthenticationSASLFinal(server.final(proof.data))]


def _heard(data: bytes) -> list[AuthenticationRequest]:
    buffer = ReceiveBuffer(1024)
    fill(buffer, data)
    found: list[AuthenticationRequest] = []
    while frame := buffer.frame(MAX_HANDSHAKE_MESSAGE):
        found.append(decode_authentication(buffer.body(frame)))
        buffer.consume(frame)
    return found


def _run(data: bytes) -> None:
    """The method of the first request answers all of them; only who has proved that it knows
    the password is believed by SCRAM."""
    first, *others = _heard(data) or [AuthenticationCleartextPassword()]
    method = builtin_authenticators().get(first.code)
    if method is None:
        raise NotSupportedError("no method")
    exchange = method.exchange(first, login(token="token", channel=_CHANNEL))
    said = [first]
    try:
        next(exchange)
        for request in others:
            said.append(request)
            exchange.send(request)
    except StopIteration:
        if first.code == AuthenticationSASL.code:
            assert _signature(said[-1]) in [_signature(_scram(offer)[-1]) for offer in _OFFERS]
    finally:
        exchange.close()


def _signature(final: AuthenticationRequest) -> bytes:
    """The bytes of it: base64 has more than one text for some."""
    assert isinstance(final, AuthenticationSASLFinal)
    return base64.b64decode(final.data.removeprefix(b"v="))


def _seeds() -> Sequence[bytes]:
    once: Sequence[AuthenticationRequest] = (
        AuthenticationCleartextPassword(),
        AuthenticationMD5Password(b"salt"),
        AuthenticationDigest(0, b"salt", b"nonce"),
        AuthenticationIdpToken(),
    )
    whole = [_scram(offer) for offer in _OFFERS]
    return [b"".join(one.encode() for one in said) for said in (*([one] for one in once), *whole)]


def _scram_seeds() -> Sequence[bytes]:
    return _seeds()[-2:]


_REFUSALS = (OperationalError, NotSupportedError, InterfaceError)
"""RemoteProtocolError is one of them; InterfaceError says that a user has no token."""

TARGETS: Sequence[Target] = (
    Target("login:any", _run, _seeds, _REFUSALS, _WORDS, cost=10),
    Target("login:scram", _run, _scram_seeds, _REFUSALS, _WORDS, cost=20),
)
