"""Telling hooks what happens (``ports/hooks.py``): the same for both shells, and never waiting.

A connection whose hooks hear of no statement has no ``Observer`` to ask: running one costs
it a single test.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rs_driver.domain.classify import classify
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations.execute import Call
from rs_driver.domain.result import Outcome
from rs_driver.errors import InterfaceError
from rs_driver.ports.clock import Clock
from rs_driver.ports.hooks import (
    Closed,
    Connected,
    ConnectFailed,
    ConnectionInfo,
    Executed,
    Executing,
    Failed,
    RowsRead,
)

if TYPE_CHECKING:
    from typing_extensions import Self

    from rs_driver.shells.link import Link

_log = logging.getLogger("rs_driver.hooks")

OF_STATEMENTS = ("executing", "executed", "rows_read", "failed")
OF_CONNECTIONS = ("connected", "connect_failed", "closed")


def checked_hooks(hooks: Sequence[object]) -> tuple[object, ...]:
    """``hooks``, if each can hear of something."""
    for hook in hooks:
        methods = [getattr(hook, name, None) for name in (*OF_CONNECTIONS, *OF_STATEMENTS)]
        if isinstance(hook, type) or not any(map(callable, methods)):
            called = hook.__name__ if isinstance(hook, type) else type(hook).__name__
            raise InterfaceError(
                "hooks: each is an object with a method for what it wants to hear of, such as "
                f"executed(event); {called} is none"
            )
    return tuple(hooks)


class Observer:
    """The hooks of one connection."""

    def __init__(self, hooks: Sequence[object], connection: ConnectionInfo, clock: Clock) -> None:
        self.connection = connection
        self.now = clock.monotonic
        self._hooks = hooks
        self._methods = {
            name: [(n, getattr(hook, name)) for n, hook in enumerate(hooks) if hasattr(hook, name)]
            for name in (*OF_CONNECTIONS, *OF_STATEMENTS)
        }
        self._blamed: set[tuple[int, str]] = set()

    @property
    def hears_statements(self) -> bool:
        """Whether any hook does."""
        return any(self._methods[name] for name in OF_STATEMENTS)

    def tell(self, name: str, event: Any, tokens: Sequence[Any] = ()) -> list[Any]:
        """Call the method ``name`` of every hook that has it, with its own token in the event;
        what each gave."""
        given: list[Any] = [None] * len(self._hooks)
        for number, method in self._methods[name]:
            own = tokens[number] if tokens else None
            try:
                given[number] = method(event if own is None else replace(event, token=own))
            except Exception as error:  # noqa: BLE001  (a hook is the user's code, and does no harm)
                self._blame(number, name, error)
        return given

    def _blame(self, number: int, name: str, error: Exception) -> None:
        if (number, name) not in self._blamed:
            self._blamed.add((number, name))
            error.__suppress_context__ = True  # the statement's error may quote a parameter
            called = type(self._hooks[number]).__name__
            _log.error("%s.%s raised (logged once a connection)", called, name, exc_info=error)

    def closed(self, error: BaseException | None) -> None:
        """The connection is no more."""
        self.tell("closed", Closed(self.connection, error))

    def call(self, state: ConnectionState, call: Call, *, batch: bool) -> Watch:
        """For the time in which a cursor runs ``call``."""
        arguments, rows = call.arguments, None
        if batch:
            rows = len(arguments)
            arguments = arguments[0] if arguments else None
        said: object = call.sql
        sql = str.__str__(said) if isinstance(said, str) else ""  # as ``checked`` has it
        words = classify(sql, state.backslash_escapes).keywords
        command = words[0] if len(words) == 1 else ""
        return Watch(self, Executing(self.connection, sql, command, _count(arguments), rows))

    def command(self, sql: str) -> Watch:
        """For the time in which the connection itself runs something, such as COMMIT."""
        return Watch(self, Executing(self.connection, sql, sql, 0, None))


def _count(arguments: Any) -> int:
    """How many there are, as far as they know it themselves."""
    with suppress(Exception):  # whose own methods raise is told so where they are encoded
        if isinstance(arguments, (Sequence, Mapping)):
            return len(arguments)
    return 0


class Watch:
    """Tells of one statement, from its beginning to its end."""

    def __init__(self, observer: Observer, begun: Executing) -> None:
        self._observer = observer
        self._begun = begun
        self._outcome: Outcome | None = None
        self._tokens: list[Any] = []
        self._since = observer.now()

    def shows(self, outcomes: list[Outcome]) -> list[Outcome]:
        """What the statement gave; the first outcome counts, as for a cursor."""
        self._outcome = outcomes[0] if outcomes else None
        return outcomes

    def __enter__(self) -> Self:
        self._tokens = self._observer.tell("executing", self._begun)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._tell("failed", Failed, error=error)
            return
        outcome = self._outcome or Outcome(touched=-1)
        columns, status = len(outcome.fields or ()), outcome.command or None
        if outcome.rest is not None:
            outcome.rest.at_end = self._read
        rowcount = outcome.rowcount
        self._tell("executed", Executed, rowcount=rowcount, columns=columns, status=status)

    def _read(self, error: BaseException | None) -> None:
        """The rest of a long result has come to its end."""
        if error is not None:
            self._tell("failed", Failed, error=error)
        elif self._outcome is not None:
            self._tell("rows_read", RowsRead, rowcount=self._outcome.rowcount)

    def _tell(self, name: str, kind: Callable[..., Executing], **facts: Any) -> None:
        elapsed = self._observer.now() - self._since
        event = kind(**vars(self._begun), elapsed=elapsed, token=None, **facts)
        self._observer.tell(name, event, self._tokens)


class Opening:
    """Tells of one attempt to connect."""

    def __init__(self, hooks: Sequence[object], intended: ConnectionInfo, clock: Clock) -> None:
        self._hooks = hooks
        self._intended = intended
        self._clock = clock
        self._since = clock.monotonic()

    @property
    def _elapsed(self) -> float:
        return self._clock.monotonic() - self._since

    def opened(self, link: Link, state: ConnectionState) -> None:
        """The session stands."""
        session = state.core.session
        info = replace(
            self._intended,
            user=self._intended.user or session.parameters.get("session_authorization", ""),
            peer=link.channel().peer,
            server=state.profile.kind,
            server_version=state.profile.server_version,
            process_id=session.process_id,
        )
        link.observer = Observer(self._hooks, info, self._clock)
        link.observer.tell("connected", Connected(info, self._elapsed))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            observer = Observer(self._hooks, self._intended, self._clock)
            failed = ConnectFailed(self._intended, self._elapsed, error)
            observer.tell("connect_failed", failed)
