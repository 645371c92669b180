"""FaultPlan: which faults happen to the connections of one server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.fault import Fault
from rs_driver_fakeserver.faults.line import Line

if TYPE_CHECKING:
    from typing_extensions import Self


class Planned:
    """A fault of a plan. ``opened``: how many connections were opened since it was added.

    ``strikes``: how often it happened, on all of them together.
    """

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.opened = 0
        self.strikes = 0


class Scope:
    """What ``FaultPlan.scope`` has added, until the end of its ``with`` block, if it has one."""

    def __init__(self, plan: FaultPlan, planned: Iterable[Planned]) -> None:
        self._plan = plan
        self._planned = tuple(planned)

    @property
    def strikes(self) -> int:
        """How often these faults have happened so far, all of them together."""
        return sum(planned.strikes for planned in self._planned)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._plan.withdraw(self._planned)


class FaultPlan:
    """The faults of a server, in their order. They may change while clients are connected:
    what is added or removed concerns the connections that are opened from then on.

    ``seed`` (an int or a str): equal seeds, faults and conversations give equal faults.
    """

    def __init__(self, seed: int | str = 0, faults: Iterable[Fault] = ()) -> None:
        if isinstance(seed, bool) or not isinstance(seed, (int, str)):
            raise TypeError(f"seed= takes an int or a str, not {checks.shown_type(seed)}")
        self.seed = seed
        self._lock = threading.Lock()
        self._planned: list[Planned] = []
        self._opened = 0
        if isinstance(faults, (Fault, type)):
            raise TypeError(f"faults= takes a list, such as [{checks.shown_type(faults)}(...)]")
        for fault in faults:
            self.add(fault)

    def scope(self, faults: Iterable[Fault]) -> Scope:
        """Add these, and take them away again when the ``with`` block ends."""
        checked = [_checked(fault) for fault in faults]
        return Scope(self, [self.add(fault) for fault in checked])

    def withdraw(self, planned: Collection[Planned]) -> None:
        """Take these away, as far as they are there."""
        with self._lock:
            self._planned = [one for one in self._planned if one not in planned]

    def add(self, fault: Fault) -> Planned:
        """One more, which works on what those before it have left."""
        planned = Planned(_checked(fault))
        with self._lock:
            self._planned.append(planned)
        return planned

    def remove(self, fault: Fault) -> None:
        """Take it away again, the latest of equal ones; nothing happens if it is not there."""
        with self._lock:
            for planned in reversed(self._planned):
                if planned.fault == fault:
                    self._planned.remove(planned)
                    return

    def clear(self) -> None:
        """Take all away, and count connections from 1 again."""
        with self._lock:
            self._planned.clear()
            self._opened = 0

    @property
    def planned(self) -> tuple[Planned, ...]:
        """The faults, with what became of each so far."""
        with self._lock:
            return tuple(self._planned)

    def __iter__(self) -> Iterator[Fault]:
        with self._lock:
            return iter([planned.fault for planned in self._planned])

    def __len__(self) -> int:
        return len(self._planned)

    def line(self, _connection: int, report: Callable[[str], None]) -> Line:
        """What happens to a new connection; it ``report``s in words what does.

        Its number on the server does not matter: connections count from when a fault was
        added, and for the seed from the last ``clear``, so that a server that many tests
        share is the same for each.
        """
        with self._lock:
            self._opened += 1
            for planned in self._planned:
                planned.opened += 1
            hitting = [one for one in self._planned if one.fault.hits(one.opened)]
            faults = [one.fault for one in hitting]
            seed = f"{self.seed}/{self._opened}"
        return Line(faults, seed, report, lambda number: self._strike(hitting[number]))

    def _strike(self, planned: Planned) -> None:
        with self._lock:
            planned.strikes += 1


def _checked(fault: Fault) -> Fault:
    if isinstance(fault, type):
        raise TypeError(f"a fault is an object: write {fault.__name__}(...)")
    if not isinstance(fault, Fault):
        raise TypeError(f"{checks.shown_type(fault)} is not a fault")
    return fault
