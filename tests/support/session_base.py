"""What the rules about sessions share: a connection on which things go wrong, and judgement.

An error needs a reason: a connection that is ``faulty``, a trap that has struck, or words that
were to be foreseen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine

from rs_driver import errors
from rs_driver.errors import Error
from rs_driver_fakeserver.faults import Fault, Split
from support.client_shells import Client, SyncClient
from support.held_cursors import Held
from support.numbered import NumberedServer, Question
from support.session_faults import disruptive, silent, slower
from support.traps import Trap, Way
from support.uncollected import uncollected

LOGIN = {"user": "alice", "database": "dev", "sslmode": "disable"}
IN_STEP = 40.0
"""Seconds that may be added to a timeout, all of ``cancel_timeout`` that there may be."""
_FAILED = ("the transaction had failed", "25P02")
_IN_THE_WAY = ("a streaming cursor has not been read", "max_pending_bytes")
_ENDS = (KeyboardInterrupt, asyncio.CancelledError)


def check_explained(error: BaseException | None, foreseen: tuple[str, ...]) -> None:
    """AssertionError for an error in which none of these words are."""
    if error is not None:
        told = f"{type(error).__name__}: {error} {getattr(error, 'sqlstate', '')}"
        known = isinstance(error, Error) and any(word in told for word in foreseen)
        if not known:
            raise AssertionError(f"nothing explains this: {told}") from error


def part(error: BaseException | None) -> None:
    """Take an error, and those behind it, from the frames that they passed: who keeps it would
    keep the cursors, too."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


class SessionBase(RuleBasedStateMachine):
    """``make``: the shell. ``in_memory``: no sockets, and time that is virtual."""

    make: ClassVar[type[Client]] = SyncClient
    in_memory: ClassVar[bool] = True
    slow: ClassVar[float] = 10.0
    """Seconds that a slow statement takes."""
    patience: ClassVar[tuple[float, float]] = (30.0, 30.0)
    """``read_timeout``: of a connection that may be silent, and of others."""
    timeouts: ClassVar[tuple[float, ...]] = (0.0, 3.0, 60.0)

    server: NumberedServer
    way: Way
    options: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.opened = ExitStack()
        self.opened.enter_context(uncollected())
        self.client = self.make()
        self.trap = Trap()
        self.connection: Any = None
        self.held: list[Held] = []
        self.faulty = False
        self.number = 0
        self.session = 0
        self.given: Any = None
        self.shaken = False

    # -- connections ------------------------------------------------------------------------

    def connect(self, faults: list[Fault]) -> None:
        """A connection on which these go wrong; without them where it does not come about."""
        self.drop_all()
        self.trap.armed = False
        for schedule in ([slower(fault) if self.in_memory else fault for fault in faults], []):
            self.server.faults.clear()
            for fault in schedule:
                self.server.faults.add(fault)
            self.faulty = any(map(disruptive, schedule))
            self.way.split = any(isinstance(fault, Split) for fault in schedule)
            patience = self.patience[0 if silent(schedule) else 1]
            own = {**self.options, **LOGIN, "read_timeout": patience, "connect_timeout": patience}
            own["cancel_timeout"] = patience / 6
            if self.attempt(partial(self.client.connect, self.way, own)) is None:
                self.connection = self.given
                self.session = self.server.log.connections
                return
        raise AssertionError("without faults there is a connection")

    def ready(self) -> None:
        """A connection that can be used, a new one if need be."""
        if self.connection.closed:
            self.check_closed()
            self.connect([])

    def check_closed(self) -> None:
        """What is broken says so, whatever it is asked; rows that were read are right."""
        connection = self.connection
        refused = (errors.OperationalError, errors.InterfaceError)
        for call in (partial(connection.run, "select 1"), connection.commit, connection.rollback):
            error = self.attempt(call, "")
            assert isinstance(error, refused), "a broken connection has answered"
        for held in self.held:
            if held.question is not None:
                self.fetch_all(held)
        assert not connection.in_transaction

    def drop_all(self) -> None:
        """The connection goes, and all of its cursors."""
        self.held = []
        if self.connection is not None:
            self.attempt(self.connection.close)
            assert self.connection.closed
            self.connection = None

    # -- what may happen --------------------------------------------------------------------

    def attempt(
        self, call: Callable[[], Any], *foreseen: str, within: float | None = None
    ) -> BaseException | None:
        """Make a call; its error, None where ``given`` is what it gave. AssertionError for one
        that nothing explains; ``foreseen``: words of those that need no explanation."""
        self.trap.rest()
        self.given = None
        connection, start = self.connection, self.way.clock.monotonic()
        cancels, recovered = self.client.cancels, self._recovers()
        failed, closed = self.status == "E", connection is None or connection.closed
        error: BaseException | None = None
        try:
            self.given = self.client.run(call)
        except (Error, *_ENDS) as caught:
            error = caught
        self.check_time(start, within)
        self.shaken = recovered and (self.shaken or self.trap.struck)
        struck = self.trap.struck or self.shaken or self.client.cancels > cancels
        assert struck or not isinstance(error, _ENDS), f"nobody has thrown {error!r}"
        if not (self.faulty or struck):
            if failed or self.status == "E":
                foreseen += _FAILED
            check_explained(error, foreseen)
            leaves = closed or call == connection.close
            assert leaves or not connection.closed, "it is closed, and nothing was wrong"
        if error is not None:
            self.doubt()
            part(error)
        self.check_status()
        return error

    def check_time(self, start: float, within: float | None) -> None:
        """A call lasts no longer than all of its timeouts."""
        limit = (within or self.patience[1] * 4) + IN_STEP
        spent = self.way.clock.monotonic() - start
        assert spent <= limit, f"{spent} seconds where {limit} are the most"

    def doubt(self) -> None:
        """Results that have not been read to their end may be lost."""
        for held in self.held:
            held.doubtful = held.doubtful or held.unread

    @property
    def status(self) -> str:
        """The transaction status that the server knows."""
        return "I" if self.connection is None else self.server.status(self.session)

    def _recovers(self) -> bool:
        return self.connection is not None and self.client.recovers(self.connection)

    def check_status(self) -> None:
        """Where nothing is under way, both sides know the same of the transaction."""
        connection = self.connection
        if connection is None or connection.closed or self._recovers():
            return
        if connection.state.core.busy is None:
            assert connection.in_transaction == (self.status != "I")

    def in_the_way(self, held: Held | None = None) -> tuple[str, ...]:
        """The words of an error that another cursor's rows explain."""
        others = [one for one in self.held if one is not held and one.unread]
        return _IN_THE_WAY if others else ()

    def next_question(self, size: tuple[int, int] = (1, 0)) -> Question:
        """One that nobody has asked; where bytes come one by one it is about less of them."""
        self.number += 1
        most = (40, 5) if self.way.crumbs else size
        return Question(self.number, *map(min, size, most))

    def some(self, number: int) -> Held:
        """One of the cursors that there are."""
        self.ready()
        if not self.held:
            self.held.append(Held(self.connection.cursor()))
        return self.held[number % len(self.held)]

    def run(
        self,
        held: Held,
        call: Callable[[], Any],
        *questions: Question,
        foreseen: tuple[str, ...] = (),
        within: float | None = None,
    ) -> BaseException | None:
        """Let a cursor ask; then it has the answer to that, or nothing."""
        words = (*self.in_the_way(held), *foreseen)
        held.forget()
        error = self.attempt(call, *words, within=within)
        if error is None and questions:
            held.show(questions)
        for question in questions:
            self.check_ran(question, error)
        if error is not None:
            assert held.cursor.description is None
            self.check_answers()
        return error

    def check_ran(self, question: Question, error: BaseException | None) -> None:
        """A statement runs once, at the most where it failed."""
        ran = self.server.ran[question.number]
        assert ran == 1 or (ran < 1 and error is not None) or self.faulty, f"{question}: {ran}"

    def check_answers(self) -> None:
        """After an error the connection is broken, or the next statement is right."""
        if self.connection.closed or any(one.streams and one.unread for one in self.held):
            return
        self.attempt(self.connection.rollback, *self.in_the_way())
        if not self.connection.closed:
            held, question = Held(self.connection.cursor()), self.next_question()
            words = self.in_the_way()
            if self.attempt(lambda: held.cursor.execute(question.sql()), *words) is None:
                held.show([question])
                self.fetch_all(held)

    def fetch(self, held: Held, call: Callable[[], Any], wanted: int | None) -> None:
        """Let a cursor fetch; an error where it has nothing."""
        foreseen = ["there is no result set to fetch from"] if held.question is None else []
        foreseen += [""] if held.doubtful else []
        if self.attempt(call, *foreseen) is not None:
            return
        one = wanted == 1 and not isinstance(self.given, list)
        rows = ([] if self.given is None else [self.given]) if one else self.given
        if held.take(rows, wanted):
            error = self.attempt(held.cursor.fetchone, "")
            assert error is not None, f"{held.question}: rows are missing, and there is no error"

    def fetch_all(self, held: Held) -> None:
        """All that is left."""
        self.fetch(held, held.cursor.fetchall, None)
