"""Schedules of faults: which things go wrong on a server's connections, and where."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import get_args

from hypothesis import strategies as st

from rs_driver.wire.control import NoticeResponse, NotificationResponse, ParameterStatus
from rs_driver.wire.registry import BACKEND
from rs_driver_fakeserver import faults as kinds
from rs_driver_fakeserver.faults import Fault
from rs_driver_fakeserver.faults.registry import FAULTS, Outcome
from rs_driver_fakeserver.strategies.checks import sizes
from rs_driver_fakeserver.strategies.chunkings import cuts
from rs_driver_fakeserver.strategies.places import messages_of_answers, places
from rs_driver_fakeserver.strategies.sql_errors import SQLSTATES

Strategy = Callable[[], st.SearchStrategy[Fault]]

_FAR = 600
"""Bytes of a conversation's beginning at which it may be cut."""
_LONGEST = 0.02
"""Seconds, as on TCP they are real ones."""
_UNKNOWN_TAGS = st.sampled_from([tag for tag in range(1, 256) if tag not in BACKEND])
_sqlstates = st.sampled_from(sorted(SQLSTATES))
_lengths = st.sampled_from([-(2**31), -1, 0, 3, 4, 2**20, 2**30, 2**31 - 1])
_seconds = st.floats(0.001, _LONGEST)


def _splits() -> st.SearchStrategy[Fault]:
    pauses = st.just(0.0) | st.just(0.0001)
    at = cuts(_FAR).filter(bool)
    return st.one_of(
        st.builds(kinds.Split, st.integers(1, 9), pause=pauses),
        st.builds(lambda offsets: kinds.Split(at=offsets), at),
    )


def _coalesced() -> st.SearchStrategy[Fault]:
    return st.builds(
        kinds.Coalesce, st.none() | st.integers(1, 500), st.none() | st.integers(1, 10)
    )


def _delays() -> st.SearchStrategy[Fault]:
    return st.builds(kinds.Delay, _seconds, places(), times=st.integers(1, 3))


def _slow_reads() -> st.SearchStrategy[Fault]:
    return st.builds(kinds.SlowRead, st.integers(8, 512), st.floats(0.0, 0.001))


def _injected() -> st.SearchStrategy[Fault]:
    """What may come unasked, where a client that has logged in must take it."""
    said = st.sampled_from(
        [
            NoticeResponse({"S": "NOTICE", "C": "00000", "M": "by the way"}),
            ParameterStatus("application_name", "other"),
            NotificationResponse(7, "channel", "payload"),
        ]
    )
    return st.builds(kinds.Inject, said, messages_of_answers())


def _garbage() -> st.SearchStrategy[Fault]:
    data = st.binary(min_size=1, max_size=8) | st.integers(1, 16)
    return st.builds(kinds.Garbage, places(), data)


def _flips() -> st.SearchStrategy[Fault]:
    masks = st.builds(lambda at, mask: kinds.Flip(at, mask=mask), places(), st.integers(1, 255))
    return masks | st.builds(lambda at, to: kinds.Flip(at, to=to), places(), st.integers(0, 255))


def _bad_lengths() -> st.SearchStrategy[Fault]:
    additions = st.integers(-4, 9).filter(bool)
    return st.one_of(
        st.builds(lambda at, add: kinds.BadLength(at, add=add), places(), additions),
        st.builds(lambda at, length: kinds.BadLength(at, length=length), places(), _lengths),
    )


def _unknown() -> st.SearchStrategy[Fault]:
    tags = _UNKNOWN_TAGS.map(lambda tag: bytes([tag]))
    return st.builds(kinds.UnknownMessage, places(), tags, st.binary(max_size=8))


STRATEGIES: Mapping[type[Fault], Strategy] = MappingProxyType(
    {
        kinds.Split: _splits,
        kinds.Coalesce: _coalesced,
        kinds.Delay: _delays,
        kinds.SlowRead: _slow_reads,
        kinds.Inject: _injected,
        kinds.ErrorMidRows: lambda: st.builds(kinds.ErrorMidRows, st.integers(0, 4), _sqlstates),
        kinds.Drop: lambda: st.builds(kinds.Drop, places()),
        kinds.HalfClose: lambda: st.builds(kinds.HalfClose, places()),
        kinds.Reset: lambda: st.builds(kinds.Reset, places()),
        kinds.Fatal: lambda: st.builds(
            kinds.Fatal, places(), st.sampled_from(["57P01", "57P02", "53300", "XX000"])
        ),
        kinds.Stall: lambda: st.builds(kinds.Stall, places()),
        kinds.Garbage: _garbage,
        kinds.Flip: _flips,
        kinds.BadLength: _bad_lengths,
        kinds.Truncate: lambda: st.builds(
            kinds.Truncate, places(), st.integers(1, 20), st.booleans()
        ),
        kinds.Duplicate: lambda: st.builds(kinds.Duplicate, places(), st.integers(1, 2)),
        kinds.Reorder: lambda: st.builds(kinds.Reorder, places()),
        kinds.UnknownMessage: _unknown,
    }
)
"""A strategy for each class of fault, the harmless ones first."""


def fault_schedules(
    *, outcomes: Collection[Outcome] | None = None, min_size: int = 0, max_size: int = 3
) -> st.SearchStrategy[list[Fault]]:
    """Lists of faults for ``FakeServer(faults=...)``; they shrink to few and harmless ones.

    ``outcomes``: what the faults lead to. With ``["same"]`` every result has to be right,
    with ``["same", "failed"]`` a statement may fail; after ``"lost"`` the connection may be
    gone; ``"silent"`` needs a client with a timeout; ``"broken"`` is all the damage. All of
    them if not given. A fault happens once on each connection, if its place is reached.
    """
    sizes("faults", min_size, max_size)
    if isinstance(outcomes, str):
        raise TypeError(f"outcomes= takes a list, such as [{outcomes!r}], not a str")
    wanted = get_args(Outcome) if outcomes is None else tuple(outcomes)
    for outcome in wanted:
        if outcome not in get_args(Outcome):
            raise ValueError(f"outcomes= takes some of {get_args(Outcome)}, not {outcome!r}")
    if not wanted:
        raise ValueError("outcomes= is empty: there would be no fault")
    found = [make() for kind, make in STRATEGIES.items() if _outcome(kind) in wanted]
    return st.lists(st.one_of(found), min_size=min_size, max_size=max_size)


def _outcome(kind: type[Fault]) -> Outcome:
    return FAULTS[kind.__name__].outcome
