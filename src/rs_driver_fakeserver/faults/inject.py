"""Inject: messages that nobody asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rs_driver.errors import LocalProtocolError
from rs_driver.wire.base import Backend
from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.chance import Chance
from rs_driver_fakeserver.faults.fault import PointFault
from rs_driver_fakeserver.faults.place import At
from rs_driver_fakeserver.faults.unit import Blow, Unit

Said = Backend | bytes


@dataclass(frozen=True, repr=False)
class Inject(PointFault):
    """Messages are inserted: a notice, a changed setting, a notification, or whatever is given.

    A NoticeResponse, ParameterStatus or NotificationResponse between two messages changes no
    result; what the protocol does not allow there is an error and a broken connection.

    ``messages``: messages of ``rs_driver.wire``, or bytes, or several of them. ``at``: where.
    """

    messages: Said | Sequence[Said] = field(hash=False)  # the fields of a notice are a dict
    at: At

    def __post_init__(self) -> None:
        super().__post_init__()
        given = self.messages
        said = (given,) if isinstance(given, (bytes, Backend)) else given
        if not isinstance(said, (list, tuple)) or not said:
            raise TypeError(
                "Inject takes a message of rs_driver.wire such as NoticeResponse({'M': 'hello'}), "
                f"bytes, or a list of them, not {checks.shown_type(given)}"
            )
        object.__setattr__(self, "messages", tuple(said))
        self._units()

    def _units(self) -> tuple[Unit, ...]:
        said = self.messages
        return tuple(_unit(one) for one in (said if isinstance(said, tuple) else ()))

    def blow(self, _: Chance, /) -> Sequence[Blow]:
        return self._units()


def _unit(said: Said) -> Unit:
    if isinstance(said, bytes):
        return Unit(checks.octets("a message", said))
    if not isinstance(said, Backend):
        raise TypeError(f"{checks.shown_type(said)} is not what a server says")
    try:
        return Unit(said.encode(), type(said))
    except LocalProtocolError as error:
        raise ValueError(f"this {type(said).__name__} cannot be sent: {error}") from error
