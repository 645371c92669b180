"""A ROLLBACK that was not recorded, after something else that was not recorded either.

The client has to get out of the transaction that the playback failed for it, or all that
comes after would look wrong as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.messages import BackendMessage
from rs_driver.wire.query import Bind, Describe, Execute, Flush, Parse, Query, Sync
from rs_driver.wire.results import (
    BindComplete,
    CommandComplete,
    NoData,
    ParameterDescription,
    ParseComplete,
)
from rs_driver_fakeserver.recording.said import Said
from rs_driver_fakeserver.sql.text import first_words

_WORDS = (["rollback"], ["abort"])
_DONE = CommandComplete("ROLLBACK")


def rolled_back(said: Sequence[Said]) -> list[BackendMessage] | None:
    """The answer to a turn that is a ROLLBACK and nothing else; None for any other turn."""
    messages = [one.message for one in said]
    sql = [message.sql for message in messages if isinstance(message, (Query, Parse))]
    if len(sql) != 1 or first_words(sql[0], 1) not in _WORDS or ";" in sql[0].rstrip("; \n"):
        return None
    if len(first_words(sql[0], 2)) > 1 and first_words(sql[0], 2)[1] in ("to", "prepared"):
        return None
    answers: list[BackendMessage] = []
    for message in messages:
        found = list(_answers(message))
        if not found and not isinstance(message, Flush):
            return None
        answers += found
    return answers


def _answers(message: object) -> Iterator[BackendMessage]:
    match message:
        case Query():
            yield from (_DONE, ReadyForQuery("I"))
        case Parse():
            yield ParseComplete()
        case Bind():
            yield BindComplete()
        case Describe(b"S", _):
            yield from (ParameterDescription(()), NoData())
        case Describe():
            yield NoData()
        case Execute():
            yield _DONE
        case Sync():
            yield ReadyForQuery("I")
