"""A whole session of rs_driver over the transport under test, with the fake server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from rs_driver.errors import OperationalError
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.conformance.claims import claim, refused
from rs_driver_fakeserver.conformance.opening import Opening
from rs_driver_fakeserver.conformance.peers import HOSTNAME, Address, Peers, authority
from rs_driver_fakeserver.conformance.suite import bounded
from rs_driver_fakeserver.server import FakeServer

_USER, _PASSWORD = "awsuser", "Secret1!"
_ROWS = [(number, "x" * (number % 100)) for number in range(20_000)]


class Sessions(Opening):
    """The tests of whole sessions."""

    @contextlib.contextmanager
    def session(self, server: FakeServer, peers: Peers) -> Iterator[Any]:
        """A connection to ``server`` that was made over the transport."""
        address = Address(server.host, server.port, peers.ca_file)
        mode = "verify-full" if peers.secure else "disable"
        login = {"user": _USER, "password": _PASSWORD, "database": "dev", "sslmode": mode}
        with self.connect(address, host=HOSTNAME, **login) as connection:
            yield connection

    @staticmethod
    def server(peers: Peers) -> FakeServer:
        """A fake Redshift, with TLS where the peers have it; it ends when they do.

        Not with the test: one that hangs would keep it, and be kept by it.
        """
        tls = authority() if peers.secure else False
        server = FakeServer(auth=Auth.scram({_USER: _PASSWORD}), tls=tls, policy="ignore")
        peers.closing(server.close)
        return server

    @bounded
    def test_a_login_and_a_query(self, peers: Peers) -> None:
        """The whole port, as the driver uses it: a login, a query, many rows."""
        server = self.server(peers)
        server.when("select 1").returns({"n": "int4"}, [(1,)])
        server.when("select * from big").returns({"id": "int4", "pad": "varchar"}, _ROWS)
        with self.session(server, peers) as connection:
            cursor = connection.cursor()
            cursor.execute("select 1")
            claim(list(cursor.fetchall()) == [(1,)], "select 1 did not give 1")
            cursor.execute("select * from big")
            claim(list(cursor.fetchall()) == _ROWS, "the rows are not those that were sent")

    @bounded
    def test_much_is_sent_and_much_comes_back(self, peers: Peers) -> None:
        """The same for parameters: megabytes on their way to the server."""
        text = "0123456789abcdef" * 65_536
        server = self.server(peers)
        server.when("select $1").returns({"text": "varchar"}, [(text,)])
        with self.session(server, peers) as connection:
            cursor = connection.cursor()
            cursor.execute("select %s", (text,))
            claim(list(cursor.fetchall()) == [(text,)], "the parameter did not come back")

    @bounded
    def test_a_server_that_goes_away(self, peers: Peers) -> None:
        """A connection that is lost is an ``OperationalError`` with ``is_disconnect``."""
        server = self.server(peers)
        with self.session(server, peers) as connection:
            server.hang_up()
            error = refused(
                OperationalError,
                lambda: connection.cursor().execute("select version()"),
                "a statement on a connection that the server has left",
            )
            claim(error.is_disconnect is True, "is_disconnect says that the connection is gone")

    @bounded
    def test_a_server_that_is_an_impostor(self, peers: Peers) -> None:
        """No login with a server whose certificate is for another host."""
        if not peers.secure:
            pytest.skip("an impostor shows a certificate")
        elsewhere = authority().issue("elsewhere.example")
        with FakeServer(tls=elsewhere, policy="ignore") as server:

            def connect() -> None:
                with self.session(server, peers):
                    pass

            refused(OperationalError, connect, "the certificate is for another host")
