"""The client under test, as the model sees it: hooks that a subclass may replace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine

from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.problems import ProblemKind, Verdict
from rs_driver_fakeserver.server import FakeServer
from rs_driver_fakeserver.strategies.statements import TYPES

POLICY: Mapping[ProblemKind, Verdict] = MappingProxyType({"statements": "ignore"})
"""What SQL's PREPARE leaves behind is the model's doing, not the client's."""

_PLACEHOLDERS: Mapping[str, str] = MappingProxyType(
    {"format": "%s", "pyformat": "%s", "qmark": "?", "numeric": ":1", "numeric_dollar": "$1"}
)


@dataclass(frozen=True)
class Answer:
    """What a client made of a statement's result.

    ``names`` and ``rows`` are None where it has none; ``rowcount`` is -1 where the client
    does not tell.
    """

    names: tuple[str, ...] | None
    rows: tuple[tuple[object, ...], ...] | None
    rowcount: int = -1


class ModelledClient(RuleBasedStateMachine):
    """What ``ServerModel`` asks of its subclass: ``connect``, and whatever else differs."""

    kind: ServerKind = "redshift"
    """Which server is played."""
    server_options: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """Further options of ``FakeServer``: its faults, its engine, how clients log in."""
    types: Sequence[str] = TYPES
    """What columns are made of. The client has to give the values that were scripted."""
    paramstyle: str | None = "format"
    """Of PEP 249, or ``numeric_dollar``; None for a client that puts values into the SQL."""
    autocommit_modes: Sequence[bool] = (False, True)
    """In which modes the client can be; it changes between them outside of transactions."""
    two_phase: bool = False
    """Whether to try PEP 249's ``tpc_`` methods, which the server then supports."""
    interleaves: bool = True
    """Whether a cursor can go on once another one of its connection was used."""

    connection: Any = None
    """What ``connect`` gave."""

    def connect(self, server: FakeServer) -> Any:  # noqa: ARG002  (the subclass uses it)
        """A new connection of the client under test, to be had by PEP 249.

        ``server.connect_kwargs()`` says how over TCP, ``server.memory()`` is rs_driver's way
        without a socket.
        """
        raise TypeError(
            f"{type(self).__name__} does not say how to connect: "
            "define connect(self, server) and return a PEP 249 connection"
        )

    def make_server(self) -> FakeServer:
        """The server of one run."""
        options: dict[str, Any] = {"policy": POLICY, **self.server_options}
        return FakeServer(server=self.kind, two_phase=self.two_phase, **options)

    def run(self, sql: str, parameters: Sequence[object] = ()) -> Answer:
        """Run a statement to its end."""
        cursor = self.connection.cursor()
        try:
            if parameters:
                cursor.execute(sql, tuple(parameters))
            else:
                cursor.execute(sql)
            if cursor.description is None:
                return Answer(None, None, cursor.rowcount)
            names = tuple(column[0] for column in cursor.description)
            return Answer(names, tuple(map(tuple, cursor.fetchall())), cursor.rowcount)
        finally:
            cursor.close()

    def names(self, columns: Sequence[str]) -> tuple[str, ...]:
        """What the client calls columns of these names: the same, unless it is told here."""
        return tuple(columns)

    def commit(self) -> None:
        """Commit."""
        self.connection.commit()

    def rollback(self) -> None:
        """Roll back."""
        self.connection.rollback()

    def set_autocommit(self, on: bool) -> None:
        """Change the mode; called outside of transactions."""
        self.connection.autocommit = on

    def sqlstate(self, error: BaseException) -> str | None:
        """The SQLSTATE of an error that the client raised; None where it tells none.

        Found are attributes such as ``sqlstate`` and ``pgcode``, and the field ``C`` of a dict.
        """
        for name in ("sqlstate", "pgcode", "sql_state"):
            if isinstance(found := getattr(error, name, None), str):
                return found
        fields: object = error.args[0] if error.args else None
        found = fields.get("C") if isinstance(fields, Mapping) else None
        return found if isinstance(found, str) else None

    def transaction_status(self) -> str | None:
        """What the client thinks: I, T or E; None, as here, where it cannot be asked."""
        return None

    def close(self) -> None:
        """End the connection."""
        self.connection.close()

    def placeholder(self) -> str:
        """How a single parameter is written. ValueError for an unknown ``paramstyle``."""
        found = _PLACEHOLDERS.get(self.paramstyle or "")
        if found is None:
            raise ValueError(
                f"paramstyle is one of {', '.join(_PLACEHOLDERS)} or None, not {self.paramstyle!r}"
            )
        return found
