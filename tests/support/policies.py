"""What tests of clients forgive that the fake server would fail them for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rs_driver_fakeserver.problems import ProblemKind, Verdict

BROKEN_OFF: Mapping[ProblemKind, Verdict] = MappingProxyType(
    {"farewell": "ignore", "leaked": "ignore", "statements": "ignore"}
)
"""Connections are broken on purpose: then nobody says Terminate, or closes anything."""

UNANSWERED: Mapping[ProblemKind, Verdict] = MappingProxyType({**BROKEN_OFF, "unmatched": "ignore"})
"""And SQL is asked that no rule answers, to see the error."""
