"""Credentials that are good for a while only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone


def utc_now() -> datetime:
    """The moment, by this machine's clock."""
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Expiry:
    """The end of a credential: ``moment`` (None: never), by ``clock``.

    Both are aware. TypeError or ValueError for a moment that is no aware datetime.
    """

    moment: datetime | None = None
    clock: Callable[[], datetime] = utc_now

    def __post_init__(self) -> None:
        moment: object = self.moment
        if moment is None:
            return
        if not isinstance(moment, datetime):
            raise TypeError(f"expires= takes an aware datetime, not {type(moment).__name__}")
        if moment.tzinfo is None:
            raise ValueError("expires= takes an aware datetime: this one has no time zone")

    @property
    def over(self) -> bool:
        """Whether it has come."""
        return self.moment is not None and self.clock() >= self.moment
