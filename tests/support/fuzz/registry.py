"""Every target by its name: ``backend:DataRow``, ``codec:NUMERIC:binary``, ``config:dsn`` ..."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from support.fuzz import logins, rows, sessions, texts, values, wire
from support.fuzz.target import Target

_FAMILIES = (wire, values, rows, texts, logins, sessions)

TARGETS: Mapping[str, Target] = MappingProxyType(
    {target.name: target for family in _FAMILIES for target in family.TARGETS}
)
