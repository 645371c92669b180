"""The names of the portals of one connection: as few as were ever open at once."""

from __future__ import annotations


class PortalNames:
    """``transaction``: its number. Portals end with it, and so do their names."""

    def __init__(self) -> None:
        self._transaction = -1
        self._made = 0
        self._idle: list[str] = []

    def take(self, transaction: int) -> str:
        """A name that nobody uses. The server may still know a portal of this name, which
        nobody wants."""
        if transaction != self._transaction:
            self._transaction, self._made, self._idle = transaction, 0, []
        if self._idle:
            return self._idle.pop()
        self._made += 1
        return f"rs_driver_{self._made}"

    def give_back(self, name: str, transaction: int) -> None:
        """Nobody uses it any more."""
        if transaction == self._transaction and name not in self._idle:
            self._idle.append(name)
