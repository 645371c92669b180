"""The suite for a ``Transport`` (``rs_driver.ports.transport``)."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

from rs_driver.ports.transport import Connector, Transport
from rs_driver_fakeserver.conformance import moving
from rs_driver_fakeserver.conformance.claims import claim, refused
from rs_driver_fakeserver.conformance.ending import Ending
from rs_driver_fakeserver.conformance.logins import Sessions
from rs_driver_fakeserver.conformance.peers import Address, Peers, echo, silent, slow
from rs_driver_fakeserver.conformance.securing import Securing
from rs_driver_fakeserver.conformance.streaming import Streaming
from rs_driver_fakeserver.conformance.suite import missing

if TYPE_CHECKING:
    from typing_extensions import Self

_MOMENT = 0.05


class Interrupted(BaseException):
    """What the signal handler raises: like KeyboardInterrupt, no ``Exception``."""


class TransportConformance(Streaming, Ending, Securing, Sessions):
    """Tests of a transport for the synchronous shell.

    Override ``connector``. ``has_tls = False`` is for a transport that is encrypted by other
    means. ``patience``: seconds that a test may take before it counts as hanging.
    """

    def connector(self, address: Address) -> Connector:  # noqa: ARG002  (for overriding)
        """A connector to ``address.host`` and ``address.port``, whose transports trust the
        root in ``address.ca_file`` and no other, and check the host's name."""
        raise missing("connector(address)")

    @contextlib.contextmanager
    def opened(self, address: Address) -> Iterator[Transport]:
        """A transport to ``address`` for as long as the ``with`` block."""
        transport = self.connector(address)(self.soon())
        try:
            yield transport
        finally:
            transport.close()

    def connect(self, address: Address, **options: Any) -> AbstractContextManager[Any]:
        """``rs_driver.connect`` over the transport."""
        import rs_driver

        return rs_driver.connect(transport=self.connector(address), **options)

    def test_an_exception_out_of_wait_loses_nothing(self, peers: Peers) -> None:
        """The port: "Only ``wait`` may be interrupted without losing bytes"."""
        data = moving.noise(100)
        with self.talking(peers, slow(data)) as transport, _Alarm(self.patience) as alarm:
            alarm.every(0.005)
            received, deadline = b"", self.soon()
            while len(received) < len(data):
                claim(time.monotonic() < deadline, f"stuck with {len(received)} bytes read")
                with contextlib.suppress(Interrupted):
                    alarm.during(lambda: moving.wait(transport, True, False, deadline))
                received += moving.read_some(transport, 100) or b""
        claim(alarm.raised > 0, "the handler's exception did not come out of wait")
        claim(received == data, "bytes were lost when an exception ended a wait")

    def test_an_exception_out_of_wait_comes_out(self, peers: Peers) -> None:
        """``wait`` "may be interrupted": the exception leaves, and the stream goes on."""
        with self.talking(peers, echo) as transport, _Alarm(self.patience) as alarm:
            alarm.every(_MOMENT)
            refused(
                Interrupted,
                lambda: alarm.during(lambda: _wait_for_ever(transport)),
                "a handler's exception ends a wait",
            )
            data = moving.exchange(transport, b"in step", 7, self.soon())
            claim(data == b"in step", f"after an interrupted wait the echo was {data!r}")

    def test_a_handler_that_returns_ends_no_wait(self, peers: Peers) -> None:
        """``wait``: "False once the deadline has passed": a signal is no deadline."""
        with self.talking(peers, silent) as transport, _Alarm(self.patience) as alarm:
            moving.wait(transport, True, True, self.soon())
            moving.read_some(transport, 100)
            deadline = time.monotonic() + 4 * _MOMENT
            alarm.every(_MOMENT)
            while moving.wait(transport, True, False, deadline):
                claim(moving.read_some(transport, 100) is None, "a silent peer has spoken")
            claim(time.monotonic() >= deadline, "a signal's handler ended a wait with False")


def _wait_for_ever(transport: Transport) -> None:
    """Wait for a peer that says nothing; TLS has a few words of its own."""
    while True:
        moving.wait(transport, True, False, None)
        moving.read_some(transport, 100)


class _Alarm:
    """SIGALRM again and again; its handler raises where ``during`` allows it.

    After ``patience`` seconds it raises everywhere, so that a wait which swallows the
    exception does not go on for ever.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._end = 0.0
        self._armed = False
        self._before: Any = None
        self.raised = 0

    def every(self, seconds: float) -> None:
        """Begin."""
        self._end = time.monotonic() + self._patience
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)

    def during(self, call: Callable[[], object]) -> None:
        """Run ``call``; the handler raises Interrupted once, if the signal comes meanwhile."""
        self._armed = True
        try:
            call()
        finally:
            self._armed = False

    def _handle(self, _number: int, _frame: object) -> None:
        if self._armed:
            self._armed = False
            self.raised += 1
            raise Interrupted
        if time.monotonic() >= self._end:
            raise AssertionError(f"it still hangs after {self._patience} s")

    def __enter__(self) -> Self:
        if not hasattr(signal, "setitimer"):
            pytest.skip("this system has no SIGALRM")
        if threading.current_thread() is not threading.main_thread():
            pytest.skip("signals come to the main thread only")
        self._before = signal.signal(signal.SIGALRM, self._handle)
        return self

    def __exit__(self, *_exc_info: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before)
