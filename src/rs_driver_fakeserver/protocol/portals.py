"""Portals by their names: those of Bind and those that SQL declares as cursors.

They share one namespace, as on a real server, and end with their transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import Result, SqlError
from rs_driver_fakeserver.protocol.prepared import Statement
from rs_driver_fakeserver.protocol.results import Cursor, Shape
from rs_driver_fakeserver.sql.transaction import Transaction

_MOST = 10_000
"""Portals of a client that are kept."""


@dataclass(frozen=True)
class Declared:
    """What DECLARE said of a cursor; ``scroll`` None where it said nothing."""

    scroll: bool | None
    hold: bool


@dataclass
class Portal:
    """A statement with its parameters; ``cursor`` from the first Execute or FETCH on.

    ``run`` runs the statement. ``transaction``: the number of the one that it ends with,
    None for what outlives it. ``shape``: its columns, None without rows. ``suspended``:
    it gave as many rows as were asked for. ``lost``: it is not there any more, although
    it should be. ``expired``: it outlived its transaction, and cannot be used.
    """

    statement: Statement
    parameters: tuple[object, ...]
    formats: tuple[int, ...]
    transaction: int | None
    shape: Shape | None
    run: Callable[[], Result]
    declared: Declared | None = None
    cursor: Cursor | None = None
    suspended: bool = False
    lost: bool = False
    expired: bool = False

    def opened(self, client: Client) -> Cursor:
        """Its rows; the statement runs when they are first asked for."""
        if self.cursor is None:
            self.cursor = Cursor(self.run(), self.formats, client)
        return self.cursor


class Portals:
    """The portals of one session; takes part in its transactions."""

    def __init__(self, client: Client, transaction: Transaction) -> None:
        self._client = client
        self._transaction = transaction
        self._known: dict[str, Portal] = {}

    def add(self, name: str, portal: Portal) -> None:
        """Keep a portal; SqlError 42P03 where there is one, unless it is the unnamed one."""
        if name and self.find(name) is not None:
            raise SqlError("42P03", f'cursor "{name}" already exists')
        if name and len(self._known) >= _MOST:
            raise SqlError("53200", "out of memory", "There are too many portals.")
        self._known[name] = portal

    def find(self, name: str) -> Portal | None:
        """A portal, unless its transaction is over."""
        portal = self._known.get(name)
        if portal is None or portal.transaction in (None, self._transaction.number):
            return portal
        del self._known[name]
        return None

    def open(self, name: str, what: str = "portal") -> Portal:
        """A portal; SqlError 34000 if there is none."""
        portal = self.find(name)
        if portal is None or portal.lost:
            raise SqlError("34000", f'{what} "{name}" does not exist')
        return portal

    def close(self, name: str) -> bool:
        """Forget a portal: whether there was one."""
        found = self.find(name) is not None
        self._known.pop(name, None)
        return found

    def close_all(self) -> None:
        """Forget all of them."""
        self._known.clear()

    def __iter__(self) -> Iterator[tuple[str, Portal]]:
        """Those that there are, by name."""
        for name in list(self._known):
            if (portal := self.find(name)) is not None:
                yield name, portal

    @property
    def suspended(self) -> str | None:
        """The name of one that has more to give, if there is one; a failure ends them all."""
        if self._transaction.status == "E":
            return None
        return next((name for name, portal in self if portal.suspended), None)

    def end_group(self) -> None:
        """Let go of those whose transaction is over; perhaps lose what is suspended."""
        for _, portal in self:
            if portal.suspended and self._client.config.vanishing_portals:
                portal.suspended, portal.lost = False, True

    @property
    def holds(self) -> bool:
        """Whether this transaction has declared a cursor WITH HOLD."""
        return any(portal.transaction is not None for _, portal in self._held())

    def _held(self) -> Iterator[tuple[str, Portal]]:
        for name, portal in list(self._known.items()):
            if portal.declared is not None and portal.declared.hold:
                yield name, portal

    def begin(self) -> None:
        """See ``transaction.Participant``."""

    def commit(self) -> None:
        """Cursors WITH HOLD get their rows now, as their transaction is about to end.

        On Redshift their names stay, and that is all.
        """
        for _, portal in self._held():
            if portal.transaction is not None:
                portal.expired = self._client.dialect.redshift
                if not portal.expired:
                    portal.opened(self._client)
                portal.transaction = None

    def rollback(self) -> None:
        """What was declared in the transaction goes with it."""
        for name, portal in self._held():
            if portal.transaction is not None:
                del self._known[name]
