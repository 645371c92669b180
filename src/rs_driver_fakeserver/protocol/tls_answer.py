"""How a server answers an SSLRequest, where it does not do so as it should."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rs_driver_fakeserver.engine.port import SqlError

Ending = Literal["hang_up", "stall"]
"""How a handshake ends before its time: by hanging up, or by silence for good."""

_MOST = 64 * 1024


@dataclass(frozen=True)
class TlsAnswer:
    """What ``FakeServer(tls_answer=...)`` takes; made by the names below.

    ``said``: the bytes of the answer. ``begins``: whether TLS follows. ``ending``: how its
    handshake ends in the middle. ``failure``: said in place of the bytes, as the last words.
    """

    said: bytes = b"S"
    begins: bool = True
    ending: Ending | None = None
    failure: SqlError | None = None
    closes: bool = False

    @classmethod
    def refuse(cls) -> TlsAnswer:
        """``N``, and plaintext if the client wants that, whatever ``tls=`` says."""
        return cls(b"N", begins=False)

    @classmethod
    def garbage(cls, data: bytes = b"X") -> TlsAnswer:
        """Bytes that are no answer. The server then listens on, in plaintext.

        ValueError for bytes that begin like an answer; for ``S`` and more see ``inject``.
        """
        if not _some(data) or data[:1] in (b"S", b"N"):
            raise ValueError("garbage is bytes that do not begin with S or N, one at least")
        return cls(data, begins=False)

    @classmethod
    def silence(cls) -> TlsAnswer:
        """No answer at all."""
        return cls(b"", begins=False)

    @classmethod
    def hang_up(cls) -> TlsAnswer:
        """The end of the connection for an answer."""
        return cls(b"", begins=False, closes=True)

    @classmethod
    def error(
        cls,
        message: str = "unsupported frontend protocol 1234.5679",
        sqlstate: str = "0A000",
    ) -> TlsAnswer:
        """An ErrorResponse, as servers do that are older than TLS, and the end.

        Nobody vouches for that text: whoever sits on the line may have written it.
        """
        return cls(b"", begins=False, failure=SqlError(sqlstate, message, severity="FATAL"))

    @classmethod
    def inject(cls, data: bytes) -> TlsAnswer:
        """``S`` and bytes in plaintext behind it, as somebody on the line would add them.

        A client that takes them for the beginning of what comes over TLS has CVE-2021-23222.
        """
        if not _some(data):
            raise ValueError("inject takes the bytes that follow S, one at least")
        return cls(b"S" + data)

    @classmethod
    def break_handshake(cls) -> TlsAnswer:
        """``S``, and the connection ends in the middle of the handshake."""
        return cls(ending="hang_up")

    @classmethod
    def stall_handshake(cls) -> TlsAnswer:
        """``S``, and the server falls silent in the middle of the handshake."""
        return cls(ending="stall")


def _some(data: bytes) -> bool:
    given: object = data
    if not isinstance(given, bytes):
        raise TypeError(f"the answer is made of bytes, not {type(given).__name__}")
    return 0 < len(given) <= _MOST
