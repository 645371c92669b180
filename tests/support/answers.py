"""What a server says to the driver's flights, and what stands in front of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rs_driver import oids
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from rs_driver.wire.control import ErrorResponse, ReadyForQuery
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Bind, Execute, Parse
from rs_driver.wire.results import (
    BindComplete,
    CommandComplete,
    DataRow,
    NoData,
    ParameterDescription,
    ParseComplete,
    RowDescription,
)
from support.dialogue import Words, described

IDLE, INSIDE, FAILED = ReadyForQuery("I"), ReadyForQuery("T"), ReadyForQuery("E")

BEGIN: tuple[FrontendMessage, ...] = (
    *(Parse("", "BEGIN", ()), Bind("", "", (), (), ()), Execute("")),
)
"""What opens a transaction in front of a statement, in its flight ..."""
BEGUN: tuple[Words, ...] = (ParseComplete(), BindComplete(), CommandComplete("BEGIN"))
"""... and the answer."""
SIMPLE_BEGIN: tuple[Words, ...] = (CommandComplete("BEGIN"), INSIDE)
"""The answer to a BEGIN by the simple protocol."""

NULL = Parameter(oids.UNKNOWN, TEXT, None)


def int4(value: int) -> Parameter:
    return Parameter(oids.INT4, BINARY, value.to_bytes(4, "big", signed=True))


def int8(value: int) -> Parameter:
    return Parameter(oids.INT8, BINARY, value.to_bytes(8, "big", signed=True))


def numeric(value: str) -> Parameter:
    return Parameter(oids.NUMERIC, TEXT, value.encode())


def string(value: str, oid: int = oids.UNKNOWN) -> Parameter:
    """705 is what a str is sent as to Redshift; to PostgreSQL it is 0."""
    return Parameter(oid, TEXT, value.encode())


def prepared(*columns: int, takes: Sequence[int] = ()) -> tuple[Words, ...]:
    """To Parse and Describe: parameters of the types ``takes``, these columns or no rows."""
    shape = described(*columns) if columns else NoData()
    return (ParseComplete(), ParameterDescription(tuple(takes)), shape)


def in_binary(*types: int) -> RowDescription:
    """What a portal is described as: the ints among the columns in binary."""
    fields = described(*types).fields
    return RowDescription(
        tuple(
            replace(field, format=BINARY) if field.type_oid == oids.INT4 else field
            for field in fields
        )
    )


def row(*values: bytes | None) -> DataRow:
    return DataRow(values)


def ran(
    command: str = "SELECT", *rows: DataRow, portal: RowDescription | NoData | None = None
) -> tuple[Words, ...]:
    """To Bind and Execute, and to Describe of the portal in between."""
    shape = () if portal is None else (portal,)
    return (BindComplete(), *shape, *rows, CommandComplete(command))


def stale(code: str = "0A000", routine: str = "RevalidateCachedQuery") -> ErrorResponse:
    """PostgreSQL's words for a plan that does not hold any more, in a language of its own."""
    return ErrorResponse({"S": "FEHLER", "V": "ERROR", "C": code, "M": "veraltet", "R": routine})
