"""CredentialsProvider: who signs in, and with what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Credentials:
    """A user with a password or a token; secrets stay out of ``repr``.

    ``expires_at`` is seconds since the Unix epoch, None for never.
    ``startup_parameters`` are sent in the startup packet (``idp_type`` and the like).
    """

    user: str
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    expires_at: float | None = None
    startup_parameters: tuple[tuple[str, str], ...] = ()


class CredentialsProvider(Protocol):
    """Finds the credentials of one login. May block: it is run where blocking is allowed."""

    def get(self) -> Credentials:
        """The credentials to use now; an ``rs_driver.errors.Error`` where there are none."""
