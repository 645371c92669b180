"""All faults, one line each: what strategies choose from, and what the docs' table is made of."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Literal

from rs_driver.wire.control import NoticeResponse
from rs_driver_fakeserver.faults.bad_length import BadLength
from rs_driver_fakeserver.faults.coalesce import Coalesce
from rs_driver_fakeserver.faults.delay import Delay
from rs_driver_fakeserver.faults.drop import Drop
from rs_driver_fakeserver.faults.duplicate import Duplicate
from rs_driver_fakeserver.faults.error_mid_rows import ErrorMidRows
from rs_driver_fakeserver.faults.fatal import Fatal
from rs_driver_fakeserver.faults.fault import Fault, PlacedFault
from rs_driver_fakeserver.faults.flip import Flip
from rs_driver_fakeserver.faults.garbage import Garbage
from rs_driver_fakeserver.faults.half_close import HalfClose
from rs_driver_fakeserver.faults.inject import Inject
from rs_driver_fakeserver.faults.place import At, inside, message, phase, place
from rs_driver_fakeserver.faults.reorder import Reorder
from rs_driver_fakeserver.faults.reset import Reset
from rs_driver_fakeserver.faults.slow_read import SlowRead
from rs_driver_fakeserver.faults.split import Split
from rs_driver_fakeserver.faults.stall import Stall
from rs_driver_fakeserver.faults.truncate import Truncate
from rs_driver_fakeserver.faults.unknown_message import UnknownMessage

Outcome = Literal["same", "failed", "lost", "silent", "broken"]
"""What a fault leads to. ``same``: the right results, if perhaps later. ``failed``: one
statement's error. ``lost``: the connection ends. ``silent``: nothing comes any more.
``broken``: the stream makes no sense, or another one; an error, silence, or what nobody can
notice."""


@dataclass(frozen=True)
class Entry:
    """A kind of fault: what it leads to, and examples that are sound."""

    outcome: Outcome
    examples: tuple[Fault, ...]

    @property
    def fault(self) -> type[Fault]:
        """The class."""
        return type(self.examples[0])

    @property
    def paragraphs(self) -> list[str]:
        """The class's docstring: what happens; what a client should make of it; arguments."""
        return [" ".join(text.split()) for text in (inspect.getdoc(self.fault) or "").split("\n\n")]

    @property
    def placed(self) -> bool:
        """Whether it happens at a place, so that ``at`` works."""
        return issubclass(self.fault, PlacedFault)

    def at(self, where: At) -> Iterator[Fault]:
        """The examples at another place, or as they are where they have none."""
        for example in self.examples:
            yield replace(example, at=place(where)) if self.placed else example  # type: ignore[call-arg]  # a field of every PlacedFault


def _entry(outcome: Outcome, *examples: Fault) -> Entry:
    return Entry(outcome, examples)


_NOTICE = NoticeResponse({"S": "NOTICE", "C": "00000", "M": "by the way"})
_IN_ROW = inside("DataRow", offset=3)

FAULTS: Mapping[str, Entry] = MappingProxyType(
    {
        entry.fault.__name__: entry
        for entry in (
            _entry("lost", Drop("DataRow")),
            _entry("lost", Reset(phase("ready"))),
            _entry("lost", HalfClose("CommandComplete")),
            _entry("lost", Fatal(phase("rows")), Fatal()),
            _entry("silent", Stall("DataRow")),
            _entry("same", Split(every=1), Split(at=[3, 70, 71]), Split(7, pause=0.0001)),
            _entry("same", Coalesce(), Coalesce(bytes=100), Coalesce(messages=3)),
            _entry("same", Delay(0.01, message(), times=None), Delay(0.02, _IN_ROW)),
            _entry("same", SlowRead(bytes=64, seconds=0.001)),
            _entry("same", Inject(_NOTICE, "DataRow")),
            _entry("failed", ErrorMidRows(after=1, sqlstate="57014", message="cancelled")),
            _entry("broken", Garbage("DataRow", b"\xff\xff"), Garbage("DataRow")),
            _entry("broken", Flip("DataRow", mask=0x01), Flip(_IN_ROW)),
            _entry("broken", BadLength("DataRow", add=-1), BadLength("DataRow", length=3)),
            _entry("broken", Truncate("DataRow", cut=1, adjust=True), Truncate("DataRow")),
            _entry("broken", Duplicate("CommandComplete")),
            _entry("broken", Reorder("RowDescription")),
            _entry("broken", UnknownMessage("DataRow")),
        )
    }
)
"""By the name of the class."""


def markdown_table() -> str:
    """The faults as a table of the docs: an example, what it does, what to make of it."""
    rows = ["| fault | what happens | what a client should make of it |", "|---|---|---|"]
    for entry in FAULTS.values():
        does, client = entry.paragraphs[:2]
        rows.append(f"| `{_call(entry.examples[0])}` | {does} | {client} |")
    return "\n".join(rows) + "\n"


def _call(example: Fault) -> str:
    """The fault's call with the names of what it takes."""
    taken = [one.name for one in fields(example) if one.kw_only is not True]
    return f"{type(example).__name__}({', '.join(taken)})"
