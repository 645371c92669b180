"""What holds for the stream of bytes of every transport: reading, sending, waiting."""

from __future__ import annotations

import time
from collections.abc import Callable

from rs_driver.errors import OperationalError
from rs_driver.ports.transport import Transport
from rs_driver_fakeserver.conformance import moving
from rs_driver_fakeserver.conformance.claims import claim, claim_disconnect, refused
from rs_driver_fakeserver.conformance.opening import Opening
from rs_driver_fakeserver.conformance.peers import (
    Peers,
    deaf,
    farewell,
    late_echo,
    resetting,
    silent,
    slow,
    speaking,
)
from rs_driver_fakeserver.conformance.suite import bounded

_SOME = b"more than one byte"
_MOMENT = 0.05
_MUCH = 16 * 1024 * 1024
"""Bytes: more than the system takes at once for a peer that does not read yet."""
_CAUSED = "every failure of the medium is an OperationalError"


class Streaming(Opening):
    """The tests of ``recv_into``, ``send`` and ``wait``."""

    # -- reading ------------------------------------------------------------------------

    @bounded
    def test_reading_what_is_not_there_does_not_block(self, peers: Peers) -> None:
        """``recv_into``: "None for not now"; "only ``wait`` may block"."""
        with self.talking(peers, silent) as transport:
            for _ in range(3):
                claim(
                    moving.read_some(transport, 100) is None,
                    "recv_into gives None while nothing is there",
                )

    @bounded
    def test_what_is_there_is_read_in_pieces_of_any_size(self, peers: Peers) -> None:
        """``recv_into``: "Put bytes that are there into ``view``: how many"."""
        for step in (1, 2, len(_SOME), 1000):
            with self.talking(peers, speaking(_SOME)) as transport:
                data = moving.read(transport, len(_SOME), self.soon(), step)
                claim(data == _SOME, f"read {step} at a time, {_SOME!r} became {data!r}")
                claim(moving.read_some(transport, 9) is None, "recv_into gave bytes twice")

    @bounded
    def test_what_was_left_over_ends_a_wait(self, peers: Peers) -> None:
        """``wait``: "until reading ... can go on", also where the transport has the bytes."""
        with self.talking(peers, speaking(_SOME)) as transport:
            for at in range(len(_SOME)):
                claim(
                    at == 0 or moving.wait(transport, True, False, self.soon()),
                    "wait does not see bytes that recv_into has still to give",
                )
                data = moving.read(transport, 1, self.soon())
                claim(data == _SOME[at : at + 1], f"byte {at} of {_SOME!r} was {data!r}")

    @bounded
    def test_bytes_that_come_singly(self, peers: Peers) -> None:
        """A "stream of bytes": whole and in order, however they come."""
        data = moving.noise(100)
        with self.talking(peers, slow(data)) as transport:
            claim(moving.read(transport, 100, self.soon()) == data, "the bytes came out changed")

    @bounded
    def test_the_end_of_the_stream(self, peers: Peers) -> None:
        """``recv_into``: "0 at the end", after all that came before it, and again."""
        with self.talking(peers, farewell(_SOME)) as transport:
            data = moving.read(transport, len(_SOME) + 1, self.soon())
            claim(data == _SOME, f"before the end came {data!r} and not {_SOME!r}")
            for _ in range(2):
                claim(
                    moving.wait(transport, True, False, self.soon()),
                    "the end of the stream ends a wait for reading",
                )
                claim(moving.read_some(transport, 9) == b"", "recv_into gives 0 at the end")

    # -- sending ------------------------------------------------------------------------

    @bounded
    def test_a_peer_that_does_not_read(self, peers: Peers) -> None:
        """``send``: "Take some of ``data``"; "0 for not now", without blocking."""
        with self.talking(peers, deaf) as transport:
            moving.fill(transport)
            claim(
                not moving.wait(transport, False, True, time.monotonic() + _MOMENT),
                "wait for writing gives False while nothing can be sent",
            )

    @bounded
    def test_much_at_once_in_both_directions(self, peers: Peers) -> None:
        """A "stream of bytes": what ``send`` took arrives, once and in order."""
        data = moving.noise(_MUCH)
        with self.talking(peers, late_echo) as transport:
            echoed = moving.exchange(transport, data, len(data), self.soon())
        claim(echoed == data, "16 MiB did not come back as they were sent")

    # -- waiting ------------------------------------------------------------------------

    @bounded
    def test_the_deadline_of_a_wait(self, peers: Peers) -> None:
        """``wait``: "False once the deadline has passed", and not before."""
        with self.talking(peers, silent) as transport:
            deadline = time.monotonic() + _MOMENT
            while moving.wait(transport, True, False, deadline):  # TLS has words of its own
                claim(moving.read_some(transport, 9) is None, "a silent peer has spoken")
            claim(time.monotonic() >= deadline, "wait gave False before the deadline")

    @bounded
    def test_a_deadline_that_has_passed(self, peers: Peers) -> None:
        """``wait``: "False once the deadline has passed, even if something is there"."""
        with self.talking(peers, speaking(_SOME)) as transport:
            moving.read(transport, 1, self.soon())
            past = time.monotonic() - 1.0
            for read, write in ((True, False), (False, True), (True, True)):
                claim(
                    not moving.wait(transport, read, write, past),
                    "a deadline that has passed is False, even if something is there",
                )
            rest = moving.read(transport, len(_SOME) - 1, self.soon())
            claim(rest == _SOME[1:], "a wait whose deadline had passed lost bytes")

    @bounded
    def test_a_wait_without_a_deadline(self, peers: Peers) -> None:
        """``wait``: "Block until reading ... can go on"; None "waits for ever"."""
        with self.talking(peers, speaking(_SOME, after=2 * _MOMENT)) as transport:
            received = b""
            while len(received) < len(_SOME):
                claim(
                    moving.wait(transport, True, False, None),
                    "without a deadline wait gives nothing but True",
                )
                received += moving.read_some(transport, 100) or b""
        claim(received == _SOME, f"{_SOME!r} became {received!r}")

    @bounded
    def test_both_directions_at_once(self, peers: Peers) -> None:
        """``wait``: "until reading or writing can go on": whichever is first."""
        with self.talking(peers, silent) as transport:
            claim(moving.wait(transport, False, True, self.soon()), "writing could go on")
            claim(moving.wait(transport, True, True, self.soon()), "writing could go on")
        with self.talking(peers, speaking(_SOME, listening=False)) as transport:
            moving.fill(transport)
            claim(moving.wait(transport, True, True, self.soon()), "reading could go on")
            data = moving.read(transport, len(_SOME), self.soon())
            claim(data == _SOME, f"with the way out full, {_SOME!r} became {data!r}")

    # -- failing ------------------------------------------------------------------------

    @bounded
    def test_a_reset_while_reading(self, peers: Peers) -> None:
        """The port: "Every failure of the medium is an ``OperationalError``", and why."""
        with self.talking(peers, resetting) as transport:
            moving.put(transport, b"x", self.soon())
            error = refused(OperationalError, _reading(transport, self.soon()), _CAUSED)
            claim_disconnect(error, "the peer reset the connection")

    @bounded
    def test_a_reset_while_sending(self, peers: Peers) -> None:
        """The same of ``send``."""
        with self.talking(peers, resetting) as transport:
            error = refused(OperationalError, _sending(transport, self.soon()), _CAUSED)
            claim_disconnect(error, "the peer reset the connection")


def _reading(transport: Transport, deadline: float) -> Callable[[], object]:
    return lambda: moving.read(transport, 1, deadline)


def _sending(transport: Transport, deadline: float) -> Callable[[], object]:
    """Send until that fails; a reset is seen by the second or third attempt at the latest."""

    def send() -> str:
        data = memoryview(b"x" * moving.CHUNK)
        while moving.wait(transport, False, True, deadline):
            moving.send(transport, data)
        return "no error until the deadline"

    return send
