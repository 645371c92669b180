"""Flights of which all is known but the values: what they hold, what the server will answer.

A statement that was described is bound and executed by the same bytes each time, but for its
values; and as long as nothing goes wrong, the server answers with the same bytes but for the
rows. So both are made once, for statements that are run again, and for those that are new but
have the columns of another one.
"""

from __future__ import annotations

from dataclasses import replace

from rs_driver.domain.lru import Lru
from rs_driver.domain.phases import Phase
from rs_driver.domain.protocol import Expected, Reply
from rs_driver.domain.result import Fields
from rs_driver.wire.base import Backend
from rs_driver.wire.query import Rebind
from rs_driver.wire.results import BindComplete, NoData, RowDescription

_KEPT = 1000


class Again:
    """Bind and Execute of the statement ``name``. ``fields``: its columns, in the formats
    that are asked for; none of these is text for all. A Describe of the portal goes along
    where ``protocol_version`` says in which form its answer comes."""

    __slots__ = ("described", "expected", "fields", "flight", "formats")

    def __init__(
        self,
        described: Fields | None,
        name: str,
        parameter_formats: tuple[int, ...],
        formats: tuple[int, ...],
        protocol_version: int | None,
    ) -> None:
        self.described = described
        self.formats = formats
        self.fields = in_formats(described, formats)
        again = protocol_version is not None
        self.flight = Rebind(name, parameter_formats, formats, describe=again)
        answers: list[Backend] = [BindComplete()]
        debts = [Reply(Phase.BINDING)]
        if protocol_version is not None:
            columns = self.fields
            answers.append(
                NoData() if columns is None else RowDescription(columns, protocol_version)
            )
            debts.append(Reply(Phase.DESCRIBING))
        width = len(described or ())
        debts += (Reply(Phase.EXECUTING, None if again else width), Reply(Phase.SYNCING))
        prefix = b"".join([message.encode() for message in answers])
        self.expected = Expected(tuple(debts), prefix, width)


class Flights:
    """The latest of them, of one connection."""

    def __init__(self) -> None:
        self._known: Lru[Again] = Lru(_KEPT, _KEPT)

    def of(
        self,
        described: Fields | None,
        name: str,
        sent: tuple[int, ...],
        formats: tuple[int, ...],
        protocol_version: int | None,
    ) -> Again:
        """The flight of a statement with these very columns. ``sent``: the parameters' formats;
        the rest as for ``Again``."""
        key = (name, sent, formats, protocol_version, id(described))
        known = self._known.get(key)
        if known is not None and known.described is described:
            return known
        again = Again(described, name, sent, formats, protocol_version)
        self._known.put(key, again, 1)  # which keeps the columns, and so their id, alive
        return again


def in_formats(fields: Fields | None, formats: tuple[int, ...]) -> Fields | None:
    """The description in these formats: Describe of a statement says text always."""
    if fields is None or not formats:
        return fields
    return tuple([replace(each, format=fmt) for each, fmt in zip(fields, formats, strict=True)])
