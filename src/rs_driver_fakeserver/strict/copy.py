"""COPY over the connection, as the client has to behave."""

from __future__ import annotations

from rs_driver_fakeserver.strict.findings import Findings, Sent

_DATA, _DONE, _FAIL = b"d", b"c", b"f"
MESSAGES = frozenset({_DATA, _DONE, _FAIL})
"""The types that exist for COPY only."""
_IGNORED = frozenset({b"S", b"H"})
"""Sync and Flush: legal in COPY IN, and without effect there."""


class Copy:
    """Whether the client is to send data, and whether it ends that as it should."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.running = False
        self._aborted = False
        """An error ended a COPY IN, of which the client may not have heard yet."""

    def begin(self) -> None:
        """The server waits for CopyData."""
        self.running = True
        self._aborted = False

    def failed(self) -> None:
        """The server said ErrorResponse."""
        if self.running:
            self.running = False
            self._aborted = True

    def over(self) -> None:
        """The command that began it is over."""
        self.running = False

    def takes(self, sent: Sent) -> bool:
        """Whether the message has to do with COPY and with nothing else."""
        if self.running:
            self._within(sent)
            return True
        if sent.tag in MESSAGES:
            self._outside(sent)
            return True
        if sent.tag not in _IGNORED:
            self._aborted = False  # the client is past it
        return False

    def _within(self, sent: Sent) -> None:
        if sent.tag in (_DONE, _FAIL):
            self.running = False
        elif sent.tag != _DATA and sent.tag not in _IGNORED:
            self._findings.violation(
                sent,
                "it comes while the server waits for COPY data",
                "COPY IN takes CopyData, and ends with CopyDone or CopyFail",
            )

    def _outside(self, sent: Sent) -> None:
        if not self._aborted:
            self._findings.violation(
                sent,
                "no COPY from the client is running",
                "COPY data follows a CopyInResponse",
            )
        elif sent.tag != _DATA:
            self._aborted = False
