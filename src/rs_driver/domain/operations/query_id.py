"""The number that Redshift gave to the session's last query: by it, its views have the rest."""

from __future__ import annotations

import re

from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.wants import Operation
from rs_driver.errors import NotSupportedError, OperationalError
from rs_driver.wire.results import FieldDescription

QUESTION = "SELECT pg_last_query_id()"
"""Answered by the leader node alone, so that it does not count itself."""
_NONE = -1
_NUMBER = re.compile(r"-?[0-9]{1,19}")
# Of no type, so that it is read as text whatever codecs the user has.
_AS_IT_IS = FieldDescription("pg_last_query_id", type_oid=0)


def last_query_id(state: ConnectionState) -> Operation[int | None]:
    """Ask for it, outside of any transaction of its own; None where no query has run."""
    if state.profile.kind != "redshift":
        raise NotSupportedError("only Redshift numbers its queries")
    answers = yield from simple_query(state.core, QUESTION)
    decoder = state.compile((_AS_IT_IS,), state.codecs)
    rows = [row for batch in answers[-1].batches for row in decoder.tuples(batch)]
    text: str = (rows[0][0] if rows else None) or ""
    if not _NUMBER.fullmatch(text):
        raise OperationalError("the server did not tell the number of its last query")
    number = int(text)
    return None if number == _NONE else number
