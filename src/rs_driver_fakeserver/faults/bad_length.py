"""BadLength: a message lies about its length."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.fault import MessageFault
from rs_driver_fakeserver.faults.names import SSLResponse
from rs_driver_fakeserver.faults.place import At
from rs_driver_fakeserver.faults.unit import Unit

_INT32 = 2**31
_FIELD = slice(1, 5)


@dataclass(frozen=True, repr=False)
class BadLength(MessageFault):
    """A message's length field is not its length.

    Too short, or impossible: an error and a broken connection. Too long: what follows is
    taken for its body, so an error, or a wait that only the client's timeout ends; never
    memory for what is only claimed.

    ``at``: which message. ``length``: what it says (an int32; right is the body's size + 4).
    ``add``: by how much it is wrong. One of the two is given.
    """

    at: At
    length: int | None = None
    add: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.length is None) == (self.add is None):
            raise ValueError("BadLength takes length= or add=")
        if self.length is not None:
            checks.whole("length", self.length, -_INT32, _INT32 - 1)
        if self.add is not None and checks.whole("add", self.add, -_INT32, _INT32 - 1) == 0:
            raise ValueError("add is 0: the length would be right")

    def changed(self, unit: Unit) -> list[Unit] | None:
        if unit.kind is SSLResponse or len(unit.data) < _FIELD.stop:
            return None
        length = self.length
        if length is None:
            was = int.from_bytes(unit.data[_FIELD], "big", signed=True)
            length = max(-_INT32, min(_INT32 - 1, was + (self.add or 0)))
        data = unit.data[:1] + length.to_bytes(4, "big", signed=True) + unit.data[_FIELD.stop :]
        return [replace(unit, data=data)]
