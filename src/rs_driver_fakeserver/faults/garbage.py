"""Garbage: bytes that belong to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.chance import Chance
from rs_driver_fakeserver.faults.fault import PointFault
from rs_driver_fakeserver.faults.place import At
from rs_driver_fakeserver.faults.unit import Blow, Unit


@dataclass(frozen=True, repr=False)
class Garbage(PointFault):
    """Bytes are inserted, given or random.

    An error, as soon as they cannot be a message, and a broken connection; within a value
    they are the value. Bytes that came before TLS never count as the server's.

    ``at``: where. ``data``: the bytes, or how many random ones.
    """

    at: At
    data: bytes | int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.data, int):
            checks.whole("data", self.data, 1)
        else:
            object.__setattr__(self, "data", checks.octets("data", self.data))

    def blow(self, chance: Chance, /) -> Sequence[Blow]:
        return (Unit(chance.octets(self.data) if isinstance(self.data, int) else self.data),)
