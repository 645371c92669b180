"""Faults whose effect on rows is clear: the right ones, or an error.

Left out are those after which a value may be another one, or rows change places, and nobody
can tell: Flip, Garbage, BadLength and Reorder; and Truncate and Duplicate of a DataRow.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from rs_driver_fakeserver import faults as kinds
from rs_driver_fakeserver.faults import Fault, before
from rs_driver_fakeserver.faults.registry import FAULTS, Outcome
from rs_driver_fakeserver.strategies import fault_schedules

OUTCOMES: tuple[Outcome, ...] = ("same", "failed", "lost", "silent")
"""Those of the schedules; ``broken`` is not among them."""
_LONG = 1000
"""By this a delay grows in memory, where it costs nothing: beyond every timeout."""
_ONES = (
    *("CommandComplete", "ReadyForQuery", "RowDescription", "ParseComplete", "BindComplete"),
    *("ParameterDescription", "NoData", "ErrorResponse", "BackendKeyData"),
)


def _later(fault: Fault, by: int) -> Fault:
    """The same at a later place of the session."""
    changes: dict[str, Any] = {}
    at: Any = getattr(fault, "at", None)
    if hasattr(at, "nth"):
        changes["at"] = replace(at, nth=at.nth + by)
    if isinstance(fault, kinds.ErrorMidRows):
        changes["after"] = fault.after + by
    return replace(fault, **changes)


def _malformed() -> st.SearchStrategy[Fault]:
    """Messages that are none, or one too many, but for rows."""
    places = st.builds(before, st.sampled_from(_ONES), st.integers(1, 6))
    return st.one_of(
        st.builds(kinds.Duplicate, places, st.integers(1, 2)),
        st.builds(kinds.Truncate, places, st.integers(1, 9), st.booleans()),
        st.builds(kinds.UnknownMessage, places),
    )


def session_faults() -> st.SearchStrategy[list[Fault]]:
    """Schedules of up to three faults, somewhere in the first dozens of statements."""
    moved = st.builds(
        lambda found, by: [_later(fault, by) for fault in found],
        fault_schedules(outcomes=OUTCOMES, max_size=2),
        st.integers(0, 30),
    )
    spoilt = st.lists(_malformed(), max_size=1)
    return st.one_of(
        st.just([]),
        st.builds(lambda found: [*found, kinds.Split(every=17)], st.just([])),
        fault_schedules(outcomes=["same"], max_size=2),
        moved,
        st.builds(lambda one, other: one + other, moved, spoilt),
    )


def slower(fault: Fault) -> Fault:
    """With delays that may be longer than any timeout."""
    if isinstance(fault, kinds.Delay):
        return replace(fault, seconds=fault.seconds * _LONG)
    return fault


def disruptive(fault: Fault) -> bool:
    """Whether it may cost a statement, or the connection."""
    slow = isinstance(fault, kinds.Delay) and fault.seconds > 1
    return slow or FAULTS[type(fault).__name__].outcome != "same"


def silent(faults: list[Fault]) -> bool:
    """Whether it takes a timeout to get over them."""
    return any(FAULTS[type(fault).__name__].outcome in ("silent", "broken") for fault in faults)
