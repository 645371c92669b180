"""Every certificate and every answer to an SSLRequest, by every ``sslmode``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from rs_driver_fakeserver import Auth, FakeServer, TlsAnswer
from rs_driver_fakeserver.certificates.authority import KINDS, CertificateKind
from support.hardening.words import Ending, ending
from support.login_clients import OURS

USERS = {"alice": "Secret1!"}
NAMED = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
UNNAMED = "no mode named"
MODES = (UNNAMED, *NAMED)
PLAIN, TLS = "in plaintext", "over TLS"

VICTIM = b"E\0\0\0\x20SFATAL\0C28000\0Mhello victim\0\0"
ANSWERS: Mapping[str, tuple[TlsAnswer, str]] = MappingProxyType(
    {
        "refuse": (TlsAnswer.refuse(), "refuses TLS"),
        "garbage": (TlsAnswer.garbage(), "byte 0x58"),
        "HTTP": (TlsAnswer.garbage(b"HTTP/1.1 400 Bad\r\n\r\n"), "byte 0x48"),
        "an alert of TLS": (TlsAnswer.garbage(b"\x15\x03\x01\0\x02\x02F"), "byte 0x15"),
        "silence": (TlsAnswer.silence(), "timed out during login"),
        "hang up": (TlsAnswer.hang_up(), "closed the connection during login"),
        "error": (TlsAnswer.error("hello victim"), "byte 0x45"),
        "inject an error": (TlsAnswer.inject(VICTIM), "TLS handshake"),
        "inject a record": (TlsAnswer.inject(b"\x16\x03\x03"), "TLS handshake"),
        "inject a byte": (TlsAnswer.inject(b"\0"), "TLS handshake"),
        "break the handshake": (TlsAnswer.break_handshake(), "TLS handshake"),
        "stall the handshake": (
            TlsAnswer.stall_handshake(),
            "timed out during the TLS handshake",
        ),
    }
)
"""What the server does, and what of it the error says."""
SLOW = ("silence", "stall the handshake", "inject a record")
"""The client waits for more: in the last case for the rest of the record."""

CERTIFICATES: Sequence[tuple[str, CertificateKind, bool]] = (
    *((f"certificate: {kind.replace('_', ' ')}", kind, True) for kind in KINDS),
    ("certificate: good, but no sslrootcert", "good", False),
)
"""The kind of certificate, and whether the client is given its authority's."""


def options_for(server: FakeServer, mode: str) -> dict[str, Any]:
    """What a client is told, that mode among it."""
    options = {**server.connect_kwargs(), "sslmode": mode}
    if mode == UNNAMED:
        del options["sslmode"]
    return options


def connected(server: FakeServer, options: dict[str, Any]) -> Ending:
    """How a login of our own ended."""
    return ending(
        lambda: OURS["sync"](options),
        lambda: TLS if server.logins[-1].encrypted else PLAIN,
    )


@cache
def matrix() -> Mapping[tuple[str, str], Ending]:
    """By server and mode. SCRAM shows no password, so that no mode forbids it."""
    return dict(_matrix())


def _matrix() -> Iterator[tuple[tuple[str, str], Ending]]:
    for name, kind, rooted in CERTIFICATES:
        with FakeServer(tls=kind, auth=Auth.scram(USERS)) as server:
            for mode in MODES:
                options = options_for(server, mode)
                if not rooted:
                    del options["sslrootcert"]
                yield (name, mode), connected(server, options)
    for name, (answer, _) in ANSWERS.items():
        if name in SLOW:
            continue
        with FakeServer(tls=True, tls_answer=answer, auth=Auth.scram(USERS)) as server:
            for mode in MODES:
                yield (f"answer: {name}", mode), connected(server, options_for(server, mode))
