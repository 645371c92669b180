"""FaultPlan: which faults happen to the connections of one server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.fault import Fault
from rs_driver_fakeserver.faults.line import Line


class _Planned:
    """A fault, and how many connections were opened since it was added."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.opened = 0


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
        self._planned: list[_Planned] = []
        self._opened = 0
        if isinstance(faults, (Fault, type)):
            raise TypeError(f"faults= takes a list, such as [{checks.shown_type(faults)}(...)]")
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        """One more, which works on what those before it have left."""
        if isinstance(fault, type):
            raise TypeError(f"a fault is an object: write {fault.__name__}(...)")
        if not isinstance(fault, Fault):
            raise TypeError(f"{checks.shown_type(fault)} is not a fault")
        with self._lock:
            self._planned.append(_Planned(fault))

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
            faults = [one.fault for one in self._planned if one.fault.hits(one.opened)]
            return Line(faults, f"{self.seed}/{self._opened}", report)
