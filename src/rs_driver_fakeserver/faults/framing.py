"""Cuts what the server says into messages, and knows where it may wait for the client."""

from __future__ import annotations

from rs_driver.wire import auth, control, copy
from rs_driver.wire.base import Backend
from rs_driver_fakeserver.faults.names import SSLResponse, kind_of
from rs_driver_fakeserver.faults.unit import Unit

_HEADER = 5
_ONE_BYTE = b"SNG"
_BEGINS_LOGIN = b"REv"
_GROUP_ENDS = b"QSF"
_FLUSH = ord("H")
_WAITING = (
    SSLResponse,
    control.ReadyForQuery,
    control.ErrorResponse,
    auth.AuthenticationRequest,
    copy.CopyInResponse,
    copy.CopyBothResponse,
)
_GOES_ON = (auth.AuthenticationOk, auth.AuthenticationSASLFinal)


class Framer:
    """Bytes to units; keeps the beginning of a message until it is whole.

    Bytes that cannot be cut into messages are units that are no message: those of one call
    where they stand in for the answer to an SSLRequest, otherwise all from there on.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._requests = 0
        """Untagged messages of the client that are not answered yet."""
        self._asked = self._tagged_said = self._unframed = self._flushing = False
        self._owed = 1
        """How many ReadyForQuery are to come; the first one ends the login."""

    def frontend(self, tag: int | None) -> None:
        """The session takes a message of the client; None for an untagged one."""
        if tag is None:
            self._requests += 1
            self._asked = True
        elif tag == _FLUSH:
            self._flushing = True
        elif tag in _GROUP_ENDS:
            self._owed += 1

    def feed(self, data: bytes) -> list[Unit]:
        """The messages that are whole now."""
        self._held += data
        units: list[Unit] = []
        at = 0
        while at < len(self._held) and (unit := self._next(at)) is not None:
            units.append(unit)
            at += len(unit.data)
        del self._held[:at]
        return units

    def rest(self) -> bytes:
        """What is kept; it is then forgotten."""
        held = bytes(self._held)
        self._held.clear()
        return held

    def _next(self, at: int) -> Unit | None:
        """The unit that begins there, if all of it has come."""
        if self._unframed:
            return Unit(bytes(self._held[at:]), turn=True)
        if self._asked and not self._tagged_said and (unit := self._answer(at)):
            return unit
        left = len(self._held) - at
        if left < _HEADER:
            return None
        length = int.from_bytes(self._held[at + 1 : at + _HEADER], "big", signed=True)
        if length < 4:
            self._unframed = True
            return self._next(at)
        return self._message(bytes(self._held[at : at + 1 + length])) if left > length else None

    def _answer(self, at: int) -> Unit | None:
        """What answers a request for encryption: S, N, or bytes that are no answer at all."""
        first = self._held[at]
        if self._requests and first in _BEGINS_LOGIN:
            return None
        if self._requests and first in _ONE_BYTE:
            self._requests -= 1
            return Unit(bytes([first]), SSLResponse, turn=True)
        self._requests = max(0, self._requests - 1)
        return Unit(bytes(self._held[at:]), turn=True)

    def _message(self, data: bytes) -> Unit:
        self._tagged_said = True
        kind = kind_of(data[0], data[_HEADER:])
        if kind is control.ReadyForQuery:
            self._owed = max(0, self._owed - 1)
            self._flushing = False
        return Unit(data, kind, turn=self._is_turn(kind))

    def _is_turn(self, kind: type[Backend]) -> bool:
        if self._flushing or not self._owed:
            return True
        return issubclass(kind, _WAITING) and not issubclass(kind, _GOES_ON)
