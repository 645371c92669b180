"""FakeServer: a Redshift that lives in the test process.

with FakeServer(auth=Auth.scram({"alice": "secret"}), tls=True) as server:
    server.when("select id from users").returns(["id"], [(1,), (2,)])
    connection = rs_driver.connect(**server.connect_kwargs())

At the end of the block it is an error if a client asked what no rule answers, broke the
protocol, or was left open, however well the code under test hid it.
"""

from __future__ import annotations

import os
import secrets
import threading
import warnings
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from rs_driver.wire.control import NotificationResponse
from rs_driver.wire.messages import BackendMessage
from rs_driver_fakeserver.auth.logins import Logins
from rs_driver_fakeserver.auth.port import AuthMethod
from rs_driver_fakeserver.auth.trust import Trust
from rs_driver_fakeserver.backends import Backends
from rs_driver_fakeserver.certificates.tls import Tls, TlsSource
from rs_driver_fakeserver.client import Instance
from rs_driver_fakeserver.clock import VirtualClock
from rs_driver_fakeserver.config import (
    Entropy,
    ServerConfig,
    check_has,
    checked_databases,
    checked_parameters,
)
from rs_driver_fakeserver.dialect import ServerKind, VarbyteText
from rs_driver_fakeserver.engine.port import Engine
from rs_driver_fakeserver.faults import Fault
from rs_driver_fakeserver.faults.plan import FaultPlan, Scope
from rs_driver_fakeserver.hosts.listening import LOOPBACK, Listening
from rs_driver_fakeserver.hosts.memory import MemoryOpener
from rs_driver_fakeserver.hosts.tcp import TcpHost
from rs_driver_fakeserver.late_cancels import LateCancels
from rs_driver_fakeserver.log import MessageLog
from rs_driver_fakeserver.prepared_transactions import PreparedTransaction
from rs_driver_fakeserver.problems import (
    KINDS,
    FakeServerError,
    FakeServerWarning,
    Policy,
    Problem,
    ProblemKind,
    Problems,
    Verdict,
)
from rs_driver_fakeserver.protocol.tls_answer import TlsAnswer
from rs_driver_fakeserver.redshift_protocol import Protocol
from rs_driver_fakeserver.rules.matchers import Given
from rs_driver_fakeserver.rules.parameters import Predicate
from rs_driver_fakeserver.rules.script import Script
from rs_driver_fakeserver.rules.sequence import StepSequence
from rs_driver_fakeserver.rules.when import When
from rs_driver_fakeserver.sql.text import split

if TYPE_CHECKING:
    from typing_extensions import Self

DEFAULT_DATABASE = "dev"
_LONGEST = 200
"""Characters of a statement in a report."""
_FAREWELL = 0.2
"""Seconds that ``close`` gives those who are about to go, where nobody has asked before."""


class FakeServer:
    """A server for as long as the ``with`` block, or until ``close``.

    ``auth``: how clients log in, see ``Auth``. ``tls``: True for a certificate of its
    own, a kind of wrong one such as ``"expired"``, or an authority, certificate, context
    or ``Tls``; ``tls_answer``: how it answers who asks for TLS, if not as it should.
    ``server``: which server it plays; ``protocol``: the newest Redshift protocol that it
    speaks, or a ``Protocol``. ``engine``: what answers SQL without a rule, ``"duckdb"`` or
    an engine of yours, which the server closes. ``databases``: the names that exist (any
    if not given). ``parameters``: settings to report beside the usual ones, None for one
    of those that is not to be. ``two_phase``: transactions can be prepared.
    ``fetch_limit``: the most rows that FETCH gives on Redshift, 1000 on a single node.
    ``vanishing_portals``: a portal that gave a part of its rows is gone after the Sync.
    ``cancel_key``: a client is told how to cancel. ``late_cancels``: how late that gets
    there. ``policy``: what becomes of which problem, see ``problems``. ``faults`` happen to
    every connection; ``seed`` is for those that are random. Listening begins when ``port`` is
    first asked for, on ``host``; ``memory``
    needs no socket at all.
    """

    def __init__(
        self,
        *,
        auth: AuthMethod | None = None,
        tls: TlsSource | Tls = False,
        tls_answer: TlsAnswer | None = None,
        server: ServerKind = "redshift",
        protocol: int | Protocol | None = 2,
        engine: Literal["duckdb"] | Engine | None = None,
        databases: Sequence[str] | None = None,
        parameters: Mapping[str, str | None] | None = None,
        requires_tls: bool = False,
        varbyte_text: VarbyteText = "hex",
        two_phase: bool = False,
        fetch_limit: int | None = None,
        vanishing_portals: bool = False,
        cancel_key: bool = True,
        late_cancels: LateCancels | None = None,
        entropy: Entropy | None = None,
        policy: Verdict | Mapping[ProblemKind, Verdict] | None = None,
        faults: Iterable[Fault] = (),
        seed: int | str = 0,
        host: str = LOOPBACK,
        port: int = 0,
        max_connections: int = 100,
        login_timeout: float = 30.0,
    ) -> None:
        self._tls = None if tls is False else Tls.of(tls)
        self._listening = Listening(host, port, max_connections, login_timeout)
        self.host = self._listening.reached_at
        self._lock = threading.Lock()
        self._tcp: TcpHost | None = None
        self._closed = False
        self._process = os.getpid()
        config = ServerConfig(
            kind=server,
            auth=Trust() if auth is None else auth,
            protocol=protocol,
            databases=checked_databases(databases),
            parameters=checked_parameters(parameters),
            offers_tls=self._tls is not None,
            requires_tls=requires_tls,
            tls_answer=tls_answer,
            tls_server_end_point=self._tls_server_end_point,
            varbyte_text=varbyte_text,
            two_phase=two_phase,
            fetch_limit=fetch_limit,
            vanishing_portals=vanishing_portals,
            cancel_key=cancel_key,
            late_cancels=late_cancels,
            entropy=entropy or secrets.token_bytes,
        )
        self.script = Script(config.dialect)
        self.log = MessageLog()
        self._policy = Policy(policy)
        self._warned: set[Problem] = set()
        self.clock = VirtualClock()
        """The time of connections in memory."""
        self.faults = FaultPlan(seed, faults)
        """What happens to the connections that are opened from now on."""
        self._faults = tuple(self.faults)
        self._instance = Instance(
            config,
            self.script,
            _engine(engine, server),
            Backends(config.entropy, late_cancels),
            self.log,
            faults=self.faults,
        )
        self._untold = weakref.finalize(
            self, _tell_late, self._instance.problems, self.script, self.policy, os.getpid()
        )
        """Alive for as long as nobody has asked for the problems."""

    @property
    def policy(self) -> Policy:
        """What becomes of which kind of problem; may be changed, or set, at any time."""
        return self._policy

    @policy.setter
    def policy(self, given: Policy | Verdict | Mapping[ProblemKind, Verdict] | None) -> None:
        self._policy.become(given)

    @property
    def logins(self) -> Logins:
        """Who logged in; its ``refused`` has those who tried."""
        return self._instance.logins

    def _tls_server_end_point(self) -> bytes | None:
        return None if self._tls is None else self._tls.tls_server_end_point

    def when(
        self,
        sql: Given,
        params: Sequence[object] | Predicate | None = None,
        *,
        types: Sequence[str] | None = None,
        user: str | None = None,
        database: str | None = None,
    ) -> When:
        """Begin a rule: what to answer to ``sql`` (run with ``params``). See ``Script.when``."""
        return self.script.when(sql, params, types=types, user=user, database=database)

    def sequence(self, *, strict: bool = False) -> StepSequence:
        """Statements that have to come in one order: ``steps.expect("begin")`` and so on."""
        return self.script.sequence(strict=strict)

    @property
    def port(self) -> int:
        """The TCP port; listening begins with the first question."""
        with self._lock:
            self._check_open()
            if self._tcp is None:
                self._tcp = TcpHost(
                    self._instance,
                    self._tls.context if self._tls else None,
                    self._listening,
                )
            return self._tcp.port

    def memory(self) -> MemoryOpener:
        """Connections without a socket: ``connect(transport=server.memory())``.

        Their time is ``clock``: it passes when the client has nothing but to wait.
        """
        self._check_open()
        return MemoryOpener(self._instance, self.clock, self._check_open)

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the fake server is closed")

    def connect_kwargs(self, **overrides: Any) -> dict[str, Any]:
        """Keywords with which a client gets in: host, port, user, password, database, TLS, and
        ``overrides``."""
        config = self._instance.config
        database = min(config.databases or (DEFAULT_DATABASE,))
        kwargs: dict[str, Any] = {"host": self.host, "port": self.port, "database": database}
        kwargs.update(config.auth.credentials())
        root = None if self._tls is None else self._tls.root_file()
        if root is not None:
            kwargs |= {"sslmode": "verify-full", "sslrootcert": root}
        else:
            kwargs["sslmode"] = "disable" if self._tls is None else "require"
        return kwargs | overrides

    def fault(self, *faults: Fault) -> Scope:
        """These faults happen to the connections that are opened from now on, or in its ``with``
        block: ``with server.fault(...) as lost:``; then ``assert lost.strikes`` that they did."""
        return self.faults.scope(faults)

    def notify(self, channel: str, payload: str = "") -> None:
        """Send a NotificationResponse to every client, once it runs no statement."""
        self.push(NotificationResponse(0, channel, payload))

    def push(self, message: BackendMessage) -> None:
        """Send a message that nobody asked for to every client, once it runs no statement.

        A NoticeResponse, a ParameterStatus, a NotificationResponse of ``rs_driver.wire``.
        In the middle of an answer: ``faults.Inject``.
        """
        for session in self._instance.sessions.open:
            session.push(message)

    def release_cancels(self) -> int:
        """Pass on the CancelRequests that ``late_cancels`` holds back: how many there were."""
        return self._instance.backends.release()

    @property
    def prepared_transactions(self) -> tuple[PreparedTransaction, ...]:
        """The transactions that were prepared and not finished yet, oldest first."""
        return self._instance.prepared.all

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong so far, whatever the policy says of it.

        Open connections and expectations that are not met yet are not among them.
        """
        return self._instance.problems.found

    def verify(self, *, leaks: bool = True, patience: float = 1.0) -> None:
        """FakeServerError for the problems that there are, as ``policy`` judges them.

        Expectations must be met by now, and with ``leaks`` connections be closed.
        ``patience``: seconds for connections that are about to end.
        """
        self._untold.detach()
        if leaks:
            self._settle(patience)
        found = [*self.problems, *self._unfinished(leaks=leaks)]
        failing = [problem for problem in found if self.policy[problem.kind] == "fail"]
        if failing:
            raise FakeServerError(failing, self.log.tail())
        for problem in found:
            if self.policy[problem.kind] == "warn" and problem not in self._warned:
                self._warned.add(problem)
                warnings.warn(str(problem), FakeServerWarning, stacklevel=2)

    def _settle(self, patience: float) -> None:
        """Hear everybody who has come, and who is about to go."""
        if self.policy["leaked"] == "ignore":
            if all(self.policy[kind] == "ignore" for kind in KINDS):
                return
            patience = min(patience, 0.1)  # for one that may have a problem left to tell
        if self._tcp is not None:
            self._tcp.settle(patience)
        self._instance.sessions.wait(patience)

    def _unfinished(self, *, leaks: bool) -> Iterator[Problem]:
        for text in self.script.unmet():
            yield Problem("unmet", text)
        for session in self._instance.sessions.open if leaks else ():
            asked = self.log.last_statement(session.number)
            last = "" if asked is None else f"; its last statement: {asked[:_LONGEST]}"
            whose = f" (user {session.user!r})" if session.user else ""
            yield Problem("leaked", f"it is still open{whose}{last}", session.number)

    def report(self) -> str:
        """The problems so far, why logins were refused, faults that are still to happen, and the
        end of the transcript: for people; empty if nobody came."""
        if not (conversation := self.log.tail()):
            return "".join(f"{problem}\n" for problem in self.problems)
        return "".join(f"{line}\n" for line in (*self.problems, *self._remarks())) + conversation

    def _remarks(self) -> Iterator[str]:
        """What is no problem, and may be what somebody is looking for."""
        for login in self.logins.refused:
            yield f"the login of {login.user!r} was refused: {login.refused}"
        for planned in self.faults.planned:
            if not planned.strikes:
                yield f"{planned.fault!r} has not happened on {planned.opened} connections"

    def run(self, sql: str) -> None:
        """Run SQL, any number of statements, on the engine: to fill it before clients come.

        SqlError where a statement fails, ValueError without an engine.
        """
        engine = self._instance.engine
        if engine is None:
            raise ValueError('there is nothing that runs SQL: FakeServer(engine="duckdb")')
        dialect = self._instance.config.dialect
        session = engine.open_session("awsuser", DEFAULT_DATABASE)
        try:
            for statement in split(sql, backslashes=dialect.redshift):
                session.execute(statement, ())
        finally:
            session.close()

    def hang_up(self) -> None:
        """End every connection. Over TCP they are gone when this returns, but for the one whose
        statement a rule's function answers by calling this."""
        if self._tcp is not None:
            self._tcp.hang_up()
        self._dismiss()

    def _dismiss(self) -> None:
        """End the connections in memory, which have no thread that could be told."""
        for session in self._instance.sessions.open:
            session.dismiss()

    def reset(self) -> None:
        """Be as when it was made: no rules, no log, no problems; connections stay."""
        self.script.clear()
        self.faults.clear()
        for fault in self._faults:
            self.faults.add(fault)
        self.policy.reset()
        self.log.clear()
        self.logins.clear()
        self._instance.problems.clear()
        self._warned.clear()
        self._instance.prepared.clear()

    def close(self) -> None:
        """Hang up on every client, wait for the threads, free the port.

        May be called twice, and from several threads: each finds the port free and no thread
        left when it returns. In a forked child it does nothing: the server is the parent's.
        FakeServerWarning where there are problems, and nobody has called ``verify``.
        """
        if os.getpid() != self._process:
            return
        with self._lock:
            closed, self._closed = self._closed, True
            tcp = self._tcp
        unverified = self._unverified() if self._untold.detach() else ()
        if tcp is not None:
            tcp.close()
        if closed:
            return
        self._dismiss()
        self._instance.prepared.clear()
        if self._instance.engine is not None:
            self._instance.engine.close()
        if self._tls is not None:
            self._tls.close()
        if unverified:
            about = f"closed without verify(): {'; '.join(map(str, unverified))}"
            warnings.warn(about, FakeServerWarning, stacklevel=2)

    def _unverified(self) -> tuple[Problem, ...]:
        """The problems that nobody has asked for."""
        self._settle(_FAREWELL)
        found = (*self.problems, *self._unfinished(leaks=True))
        return tuple(problem for problem in found if self.policy[problem.kind] != "ignore")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._untold.detach()
            if error is None:
                self.verify()
            elif self.problems and hasattr(error, "add_note"):  # Python 3.11
                error.add_note(str(FakeServerError(self.problems, self.log.tail())))
        finally:
            self.close()


def _tell_late(problems: Problems, script: Script, policy: Policy, process: int) -> None:
    """Nobody has asked for the problems of a server, and nobody will."""
    found = [*problems.found, *(Problem("unmet", text) for text in script.unmet())]
    untold = [problem for problem in found if policy[problem.kind] != "ignore"]
    if untold and os.getpid() == process:
        text = "; ".join(map(str, untold))
        warnings.warn(f"never closed: {text}", FakeServerWarning, stacklevel=1)


def _engine(engine: Literal["duckdb"] | Engine | None, kind: ServerKind) -> Engine | None:
    if engine is None:
        return None
    if not isinstance(engine, str):
        wanted = '"duckdb" or an object with open_session(user, database) and close()'
        check_has("engine", engine, ("open_session", "close"), wanted)
        return engine
    if engine != "duckdb":
        raise ValueError(f"no engine is called {engine!r}; there is 'duckdb'")
    from rs_driver_fakeserver.engine.duckdb_ import DuckDbEngine

    return DuckDbEngine(redshift=kind == "redshift")
