"""A correct little client, and what is wrong with it if one of many bugs is put into it.

The client speaks a fixed script over a ``ServerSession``, flight by flight, and reads
each answer before the next: TLS, a login by password, simple and extended queries, an
error, a portal in a transaction, COPY, and goodbye. A ``Bug`` is a change of that script.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rs_driver.wire.auth import PasswordMessage
from rs_driver.wire.copy import CopyData, CopyDone
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import (
    Bind,
    Close,
    Describe,
    Execute,
    Parse,
    Query,
    Sync,
    Terminate,
)
from rs_driver.wire.startup import SSLRequest, StartupMessage
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.auth.port import AuthMethod
from rs_driver_fakeserver.problems import Problem, ProblemKind
from rs_driver_fakeserver.protocol.session import ServerSession
from rs_driver_fakeserver.server import FakeServer

SECRET = "Xk29-secret"
USERS = {"alice": SECRET}
Said = FrontendMessage | bytes
STARTUP = StartupMessage((("user", "alice"), ("database", "dev")))
PARSE = Parse("s", "select $1", (23,))
BIND = Bind("", "s", (1,), (b"\0\0\0\7",), (1,))
EXECUTE = Execute("", 0)
DESCRIBE = Describe(b"S", "s")


@dataclass
class Script:
    """What the client says, flight by flight, by names that the bugs refer to.

    ``auth``: how it has to log in. ``tls``: whether the server agrees to TLS, and
    ``handshake``: whether the client then begins it.
    """

    auth: AuthMethod = field(default_factory=lambda: Auth.cleartext(USERS))
    tls: bool = True
    handshake: bool = True
    flights: dict[str, list[Said]] = field(
        default_factory=lambda: {
            "ssl": [SSLRequest()],
            "startup": [STARTUP],
            "password": [PasswordMessage(SECRET.encode())],
            "simple": [Query("select 1")],
            "prepare": [PARSE, DESCRIBE, Sync()],
            "run": [BIND, EXECUTE, Sync()],
            "again": [BIND, EXECUTE, Sync()],
            "wrong": [Parse("", "selec", ()), Bind("", "", (), (), ()), EXECUTE, Sync()],
            "begin": [Query("begin")],
            "portal": [Bind("p", "s", (1,), (b"\0\0\0\7",), ()), Execute("p", 0), Sync()],
            "close": [Close(b"P", "p"), Sync()],
            "commit": [Query("commit")],
            "copy": [Query("copy t from stdin")],
            "data": [CopyData(SECRET.encode()), CopyDone()],
            "unprepare": [Close(b"S", "s"), Sync()],
            "leave": [Terminate()],
        }
    )

    def say(self, flight: str, *messages: Said) -> None:
        """In the place of a flight."""
        self.flights[flight] = list(messages)

    def insert(self, before: str, *messages: Said) -> None:
        """A flight more."""
        flights = list(self.flights.items())
        at = list(self.flights).index(before)
        self.flights = dict([*flights[:at], (f"before {before}", list(messages)), *flights[at:]])

    def drop(self, *flights: str) -> None:
        for flight in flights:
            del self.flights[flight]

    def end_after(self, flight: str) -> None:
        """Nothing comes after this flight, no goodbye either."""
        names = list(self.flights)
        self.drop(*names[names.index(flight) + 1 :])


def play(script: Script) -> tuple[Problem, ...]:
    """What a fake server finds wrong with it."""
    with FakeServer(auth=script.auth, tls=script.tls, policy="ignore") as server:
        server.when("select 1").returns(["n"], [(1,)])
        server.when("select $1", params=[7]).returns({"n": "int4"}, [(7,)])
        server.when("selec").raises("42601", "syntax error")
        server.when("copy t from stdin").copies_in()
        session = ServerSession(server._instance)
        for messages in script.flights.values():
            if session.wants_tls and script.handshake:
                session.tls_started()
            session.caught_up()
            session.feed(b"".join(m if isinstance(m, bytes) else m.encode() for m in messages))
        session.eof()
        assert SECRET not in server.report()
        return server.problems


@dataclass(frozen=True)
class Bug:
    """``mutate`` puts it in. It is found as a problem of ``kind`` whose text has ``says``."""

    mutate: Callable[[Script], None]
    kind: ProblemKind
    says: str

    @property
    def name(self) -> str:
        return self.mutate.__name__


def bug(says: str, kind: ProblemKind = "violation") -> Callable[[Callable[[Script], None]], Bug]:
    """Makes a mutation a Bug; its docstring says what is wrong with such a client."""
    return lambda mutate: Bug(mutate, kind, says)


def bugs_in(names: Mapping[str, object]) -> list[Bug]:
    """Those of a module."""
    return [found for found in names.values() if isinstance(found, Bug)]
