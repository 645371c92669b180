"""SQL's own PREPARE and EXECUTE, in front of the runner.

Their names are those of the protocol's prepared statements, as on a real server. The
arguments of EXECUTE are literals only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import Description, Result, SqlError
from rs_driver_fakeserver.protocol.prepared import Describer, Plans, Statement, Statements
from rs_driver_fakeserver.sql.epoch import Epoch
from rs_driver_fakeserver.sql.text import Token, first_words, tokens
from rs_driver_fakeserver.sql.transaction import Transaction
from rs_driver_fakeserver.sql.words import identifier, unquoted
from rs_driver_fakeserver.values.decode import text_parameter
from rs_driver_fakeserver.values.types import resolve


class Prepare(NamedTuple):
    """``PREPARE name (types) AS sql``."""

    name: str
    types: tuple[str, ...]
    sql: str


class Execution(NamedTuple):
    """``EXECUTE name (arguments)``; an argument of None is NULL."""

    name: str
    arguments: tuple[str | None, ...]


class SqlPrepare:
    """Answers PREPARE and EXECUTE; everything else goes on to ``runner``."""

    def __init__(
        self, client: Client, statements: Statements, runner: Describer, transaction: Transaction
    ) -> None:
        self._client = client
        self._statements = statements
        self._runner = runner
        self._transaction = transaction
        self._plans = Plans(client, runner)

    @property
    def epoch(self) -> Epoch:
        return self._runner.epoch

    @property
    def seen(self) -> Epoch:
        return self._runner.seen

    def scripted(self, sql: str) -> bool:
        return self._runner.scripted(sql)

    def volatile(self, sql: str) -> bool:
        return self._runner.volatile(sql)

    def expects(self, sql: str, parameters: Sequence[object]) -> Result | None:
        return self._runner.expects(sql, parameters)

    def describe(self, sql: str, parameter_oids: Sequence[int]) -> Description:
        match self._parsed(sql):
            case Execution(name, _):
                inner = self._statements.get(name)
                found = self._runner.describe(inner.sql, inner.given_oids)
                return Description((), found.columns)
            case Prepare():
                return Description((), None)
        return self._runner.describe(sql, parameter_oids)

    def delay(self, sql: str, parameters: Sequence[object]) -> float:
        match self._parsed(sql):
            case Execution() as execution:
                inner = self._statements.get(execution.name)
                return self._runner.delay(inner.sql, _values(execution, inner))
        return self._runner.delay(sql, parameters)

    def give_up(self) -> None:
        """As ``Runner`` has it."""
        self._runner.give_up()

    def execute(
        self,
        sql: str,
        parameters: Sequence[object],
        parameter_oids: Sequence[int] = (),
        *,
        alone: bool = False,
    ) -> Result:
        match self._parsed(sql):
            case Execution() as execution:
                inner = self._statements.get(execution.name)
                values = _values(execution, inner)
                self._plans.revalidate(inner, values)
                return self._runner.execute(inner.sql, values, inner.parameter_oids, alone=alone)
            case Prepare(name, types, inner_sql):
                redshift = self._client.dialect.redshift
                given = [resolve(type_name, redshift=redshift).oid for type_name in types]
                self._statements.add(name, self._plans.prepare(inner_sql, given))
                return Result(None, (), "PREPARE")
        return self._runner.execute(sql, parameters, parameter_oids, alone=alone)

    def _parsed(self, sql: str) -> Prepare | Execution | None:
        if first_words(sql, 1) not in (["prepare"], ["execute"]) or self._runner.scripted(sql):
            return None
        found = parse(sql, backslashes=self._client.dialect.redshift)
        if found is not None:
            self._transaction.check()  # before anybody asks whether its name is known
        return found


def parse(sql: str, *, backslashes: bool) -> Prepare | Execution | None:
    """A PREPARE or an EXECUTE; None for what is neither, such as PREPARE TRANSACTION.

    SqlError 0A000 for an argument that is no literal.
    """
    found = list(tokens(sql, backslashes=backslashes))
    places = [at for at, token in enumerate(found) if token.kind not in ("space", "comment")]
    if len(places) < 2 or found[places[1]].kind not in ("word", "name"):
        return None
    name = identifier(found[places[1]])
    parts, rest = _bracketed([found[at] for at in places[2:]])
    if found[places[0]].text.lower() == "execute":
        return None if rest else Execution(name, tuple(_literal(part) for part in parts))
    if not rest or rest[0].text.lower() != "as":
        return None
    start = places[len(places) - len(rest)] + 1
    types = tuple(" ".join(token.text for token in part) for part in parts)
    return Prepare(name, types, "".join(token.text for token in found[start:]).strip())


def _bracketed(found: list[Token]) -> tuple[list[list[Token]], list[Token]]:
    """What stands between the commas in the brackets that come first, and what comes then."""
    if not found or found[0].text != "(":
        return [], found
    parts: list[list[Token]] = [[]]
    depth = 0
    for at, token in enumerate(found):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0:
            return ([] if parts == [[]] else parts), found[at + 1 :]
        if token.text == "," and depth == 1:
            parts.append([])
        elif at:
            parts[-1].append(token)
    return [], found


_CONSTANTS = frozenset({"true", "false"})


def _literal(part: list[Token]) -> str | None:
    """The text of a literal; its cast, if it has one, does not count."""
    casts = [at for at, token in enumerate(part) if token.text == ":"]
    part = part[: casts[0]] if casts else part
    sign = part[0].text if part and part[0].text in ("-", "+") else ""
    (token,) = part[bool(sign) :] if len(part) == 1 + bool(sign) else [Token("", "")]
    if token.kind == "number" or (token.text.lower() in _CONSTANTS and not sign):
        return sign + token.text
    if token.kind == "string" and not sign:
        return unquoted(token.text)
    if token.text.lower() == "null" and not sign:
        return None
    raise SqlError("0A000", "the fake server takes only literals as arguments of EXECUTE")


def _values(execution: Execution, inner: Statement) -> tuple[object, ...]:
    expected, given = len(inner.parameter_oids), len(execution.arguments)
    if expected != given:
        raise SqlError(
            "42601",
            f'wrong number of parameters for prepared statement "{execution.name}"',
            f"Expected {expected} parameters but got {given}.",
        )
    pairs = zip(execution.arguments, inner.parameter_oids, strict=True)
    return tuple(None if text is None else text_parameter(text, oid) for text, oid in pairs)
