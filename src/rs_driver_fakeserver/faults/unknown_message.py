"""UnknownMessage: a message of a type that nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rs_driver.wire.framing import encode_frame
from rs_driver.wire.registry import BACKEND
from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.chance import Chance
from rs_driver_fakeserver.faults.fault import PointFault
from rs_driver_fakeserver.faults.names import UnknownType
from rs_driver_fakeserver.faults.place import At
from rs_driver_fakeserver.faults.unit import Blow, Unit


@dataclass(frozen=True, repr=False)
class UnknownMessage(PointFault):
    """A well-formed message of a type that the protocol has not.

    An error that names the type, and a broken connection; it is not skipped, as what it
    changes is unknown.

    ``at``: where. ``tag``: its type, one byte. ``body``: what is in it.
    """

    at: At
    tag: bytes = b"y"
    body: bytes = b""

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(checks.octets("tag", self.tag)) != 1:
            raise ValueError(f"tag is one byte, not {self.tag!r}")
        if self.tag[0] in BACKEND:
            raise ValueError(f"{self.tag!r} is known: it is {BACKEND[self.tag[0]].__name__}")
        if not isinstance(self.body, bytes):
            raise TypeError(f"body is bytes, not {checks.shown_type(self.body)}")

    def blow(self, _: Chance, /) -> Sequence[Blow]:
        return (Unit(encode_frame(self.tag, self.body), UnknownType),)
