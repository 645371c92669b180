"""Credentials that were given to ``connect`` and stay as they are."""

from __future__ import annotations

from rs_driver.ports.credentials import Credentials


class StaticCredentials:
    """``ports.credentials.CredentialsProvider`` over fixed values."""

    def __init__(self, user: str, password: str | None = None, token: str | None = None) -> None:
        self._credentials = Credentials(user=user, password=password, token=token)

    def get(self) -> Credentials:
        """The values given to the constructor."""
        return self._credentials

    def __repr__(self) -> str:
        return f"StaticCredentials(user={self._credentials.user!r})"
