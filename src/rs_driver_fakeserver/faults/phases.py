"""The phases of a connection, as they show in what the server says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rs_driver.wire import auth, control, copy, results
from rs_driver.wire.base import Backend
from rs_driver_fakeserver.faults.names import SSLResponse
from rs_driver_fakeserver.faults.unit import Unit

Kinds = tuple[type[Backend], ...]

_UNASKED: Kinds = (control.NoticeResponse, control.ParameterStatus, control.NotificationResponse)
_RESULT_ENDS: Kinds = (
    results.CommandComplete,
    results.PortalSuspended,
    results.RowDescription,
    control.ErrorResponse,
    control.ReadyForQuery,
)


class _Start:
    """Before the first message of these kinds."""

    def __init__(self, *kinds: type[Backend]) -> None:
        self._kinds = kinds
        self._begun = False

    def offsets(self, unit: Unit) -> tuple[int, ...]:
        if self._begun or unit.kind is None or not issubclass(unit.kind, self._kinds):
            return ()
        self._begun = True
        return (0,)


class _StartOfMessages(_Start):
    """Before the first message, apart from the answer to an SSLRequest."""

    def __init__(self) -> None:
        super().__init__(Backend)

    def offsets(self, unit: Unit) -> tuple[int, ...]:
        return () if unit.kind is SSLResponse else super().offsets(unit)


class _Before:
    """Before each message of a kind."""

    def __init__(self, kind: type[Backend]) -> None:
        self._kind = kind

    def offsets(self, unit: Unit) -> tuple[int, ...]:
        return (0,) if unit.kind is self._kind else ()


class _After:
    """After each message of these kinds."""

    def __init__(self, *kinds: type[Backend]) -> None:
        self._kinds = kinds

    def offsets(self, unit: Unit) -> tuple[int, ...]:
        return (len(unit.data),) if unit.kind in self._kinds else ()


class _Query:
    """Before the first message of each answer to a command."""

    def __init__(self) -> None:
        self._idle = False

    def offsets(self, unit: Unit) -> tuple[int, ...]:
        if unit.kind is None:
            return ()
        if unit.kind is control.ReadyForQuery:
            begins, self._idle = self._idle, True
            return (0,) if begins else ()
        if not self._idle or unit.kind in _UNASKED:
            return ()
        self._idle = False
        return (0,)


class _Rows:
    """Before the first row of each result."""

    def __init__(self) -> None:
        self._within = False

    def offsets(self, unit: Unit) -> tuple[int, ...]:
        if unit.kind is results.DataRow:
            first, self._within = not self._within, True
            return (0,) if first else ()
        if unit.kind in _RESULT_ENDS:
            self._within = False
        return ()


Offsets = _Start | _Before | _After | _Query | _Rows


@dataclass(frozen=True)
class Phase:
    """When it begins, in words, and what finds these moments in the units of one connection."""

    begins: str
    finder: Callable[[], Offsets]


PHASES: Mapping[str, Phase] = MappingProxyType(
    {
        "tls": Phase(
            "before the answer to an SSLRequest or GSSENCRequest", lambda: _Before(SSLResponse)
        ),
        "startup": Phase("before the first message", _StartOfMessages),
        "authentication": Phase(
            "before the first authentication request, or AuthenticationOk",
            lambda: _Start(auth.AuthenticationRequest),
        ),
        "settings": Phase("after AuthenticationOk", lambda: _After(auth.AuthenticationOk)),
        "ready": Phase("after a ReadyForQuery", lambda: _After(control.ReadyForQuery)),
        "query": Phase("before the first message of the answer to a command", _Query),
        "rows": Phase("before the first DataRow of a result", _Rows),
        "copy": Phase(
            "after a CopyInResponse, CopyOutResponse or CopyBothResponse",
            lambda: _After(copy.CopyInResponse, copy.CopyOutResponse, copy.CopyBothResponse),
        ),
    }
)
"""By name, in the order in which a connection goes through them."""
