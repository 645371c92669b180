"""What holds when a transport begins, and when it has ended."""

from __future__ import annotations

from collections.abc import Callable

from rs_driver.errors import InterfaceError, OperationalError
from rs_driver.ports.transport import Channel, Transport
from rs_driver_fakeserver.conformance import moving
from rs_driver_fakeserver.conformance.claims import claim, refused
from rs_driver_fakeserver.conformance.opening import Opening
from rs_driver_fakeserver.conformance.peers import (
    HOSTNAME,
    Peers,
    Talk,
    deaf,
    farewell,
    resetting,
    silent,
    speaking,
)
from rs_driver_fakeserver.conformance.suite import bounded


class Ending(Opening):
    """The tests of connectors, ``channel`` and ``close``."""

    @bounded
    def test_nobody_listens(self, plain_peers: Peers) -> None:
        """``Connector`` and "every failure of the medium is an ``OperationalError``"."""
        address = plain_peers.nobody()

        def connect() -> None:
            with self.opened(address):
                pass

        error = refused(OperationalError, connect, "nobody listens at that port")
        claim(error.__cause__ is not None, "its cause is chained (raise ... from error)")

    @bounded
    def test_the_channel_before_tls(self, plain_peers: Peers) -> None:
        """``Channel``: "``encrypted``: TLS is on"; "``peer``: the address, for messages"."""
        with self.talking(plain_peers, silent) as transport:
            channel = transport.channel()
            claim(isinstance(channel, Channel), f"channel gives a Channel, not {channel!r}")
            claim(isinstance(channel.encrypted, bool), "encrypted is a bool")
            if self.has_tls:
                claim(channel.encrypted is False, "encrypted: TLS is on, and it is not yet")
                claim(channel.verified is False, "without TLS nothing has been verified")
                claim(channel.tls_server_end_point is None, "without TLS there is no certificate")
            claim(channel.peer and isinstance(channel.peer, str), "peer is a text for messages")

    @bounded
    def test_closing_twice(self, peers: Peers) -> None:
        """``close``: "Never raises; may be called twice": whatever was before it."""
        talks: tuple[Talk, ...] = (silent, farewell(b"bye"), speaking(b"unread"))
        for talk in talks:
            with self.talking(peers, talk) as transport:
                moving.wait(transport, True, True, self.soon())
                transport.close()
                transport.close()

    @bounded
    def test_closing_what_was_reset(self, peers: Peers) -> None:
        """``close``: "Never raises"."""
        with self.talking(peers, resetting) as transport:
            moving.put(transport, b"x", self.soon())
            refused(
                OperationalError,
                lambda: moving.read(transport, 1, self.soon()),
                "the peer reset the connection",
            )
            transport.close()
            transport.close()

    @bounded
    def test_closing_ends_the_connection(self, peers: Peers) -> None:
        """``close``: "Release it at once": the peer learns of it."""
        with self.talking(peers, silent) as transport:
            peers.left.clear()
            transport.close()
            claim(peers.left.wait(self.patience / 2), "the peer did not see the end of the stream")

    @bounded
    def test_closing_does_not_wait(self, peers: Peers) -> None:
        """``close``: "Release it at once", also with bytes that nobody takes."""
        with self.talking(peers, deaf) as transport:
            moving.fill(transport)
            transport.close()

    @bounded
    def test_use_after_close(self, peers: Peers) -> None:
        """A transport that is closed was "used wrongly", which is an ``InterfaceError``."""
        with self.talking(peers, speaking(b"unread")) as transport:
            moving.wait(transport, True, False, self.soon())
            transport.close()
            for name, use in _uses(transport, self.soon()).items():
                refused(InterfaceError, use, f"{name} of a closed transport")


def _uses(transport: Transport, deadline: float) -> dict[str, Callable[[], object]]:
    return {
        "recv_into": lambda: transport.recv_into(memoryview(bytearray(9))),
        "send": lambda: transport.send(memoryview(b"x")),
        "wait for reading": lambda: transport.wait(True, False, deadline),
        "wait for writing": lambda: transport.wait(False, True, deadline),
        "start_tls": lambda: transport.start_tls(HOSTNAME, deadline),
    }
