"""Whoever comes is in, at once (code 0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rs_driver_fakeserver.auth.port import Attempt, Exchange


@dataclass(frozen=True)
class Trust:
    """No question is asked."""

    def exchange(self, attempt: Attempt) -> Exchange:
        """Nothing but the name."""
        yield from ()
        return attempt.user

    def credentials(self) -> Mapping[str, str]:
        """Any name will do."""
        return {"user": "awsuser"}
