"""Line: what the faults make of one connection's bytes. No socket, no time, no threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rs_driver_fakeserver.faults.chance import Chance
from rs_driver_fakeserver.faults.fault import Fault, Stage
from rs_driver_fakeserver.faults.framing import Framer
from rs_driver_fakeserver.faults.trigger import Trigger
from rs_driver_fakeserver.faults.unit import END, Cut, Mark, Reading, Unit
from rs_driver_fakeserver.hosts.moves import Move, Send


class Line:
    """One connection on which faults happen, in the order in which they are given: each
    works on what those before it have left.

    ``seed``: what is random follows from it, and from nothing else. ``report`` is told in
    words of every fault that happens, ``struck`` of each time, by its place in ``faults``.
    Without faults, or once they all have happened as often as they shall, it passes on what
    it gets, as it gets it.
    """

    def __init__(
        self,
        faults: Sequence[Fault],
        seed: int | str,
        report: Callable[[str], None],
        struck: Callable[[int], None] | None = None,
    ) -> None:
        self._framer = Framer()
        self._over = False
        self._stages = [
            _stage(fault, Chance(f"{seed}/{number}"), report, _counting(struck, number))
            for number, fault in enumerate(faults)
        ]
        self.reading = Reading()
        """How the host shall read from the client at the moment."""

    def frontend(self, tag: int | None) -> None:
        """The session takes a message of the client: its tag, None for an untagged one."""
        if self._stages:
            self._framer.frontend(tag)

    def out(self, data: bytes) -> list[Move]:
        """What to do now that the session says ``data``, however that is cut."""
        if self._over or not data:
            return []
        if not self._stages:
            return [Send(data)]
        units = self._framer.feed(data)
        for stage in self._stages:
            units = [made for unit in units for made in stage.feed(unit)]
        self._stages = [stage for stage in self._stages if not stage.done]
        if not self._stages:
            units.append(Unit(self._framer.rest()))
        return self._moves(units)

    def _moves(self, units: Iterable[Unit]) -> list[Move]:
        moves: list[Move] = []
        piece = bytearray()

        def send() -> None:
            if piece:
                moves.append(Send(bytes(piece)))
                piece.clear()

        for unit in units:
            at = 0
            for offset, mark in unit.marks:
                piece += unit.data[at:offset]
                at = offset
                send()
                self._mark(mark, moves)
                if self._over:
                    return moves
            piece += unit.data[at:]
        send()
        return moves

    def _mark(self, mark: Mark, moves: list[Move]) -> None:
        if isinstance(mark, Reading):
            self.reading = mark
        elif not isinstance(mark, Cut):
            moves.append(mark)
            self._over = isinstance(mark, END)


def _counting(struck: Callable[[int], None] | None, number: int) -> Callable[[], None] | None:
    return None if struck is None else lambda: struck(number)


def _stage(
    fault: Fault,
    chance: Chance,
    report: Callable[[str], None],
    struck: Callable[[], None] | None,
) -> Stage:
    def note() -> None:
        report(f"fault: {fault!r}")

    return fault.stage(Trigger(fault.times, fault.probability, chance, note, struck))
