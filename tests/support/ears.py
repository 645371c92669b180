"""Hooks of tests: one that writes everything down, one that is a nuisance."""

from __future__ import annotations

from typing import Any, NoReturn


class Ears:
    """Keeps every event under the name of its method; its tokens are numbers, from 1."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []
        self._tokens = 0

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.heard]

    def named(self, name: str) -> list[Any]:
        return [event for heard, event in self.heard if heard == name]

    def last(self, name: str) -> Any:
        return self.named(name)[-1]

    def clear(self) -> None:
        self.heard.clear()

    def connected(self, event: Any) -> None:
        self.heard.append(("connected", event))

    def connect_failed(self, event: Any) -> None:
        self.heard.append(("connect_failed", event))

    def executing(self, event: Any) -> int:
        self.heard.append(("executing", event))
        self._tokens += 1
        return self._tokens

    def executed(self, event: Any) -> None:
        self.heard.append(("executed", event))

    def rows_read(self, event: Any) -> None:
        self.heard.append(("rows_read", event))

    def failed(self, event: Any) -> None:
        self.heard.append(("failed", event))

    def closed(self, event: Any) -> None:
        self.heard.append(("closed", event))


class Nuisance:
    """Raises wherever it is called, with a text of its own."""

    def _raise(self, event: Any) -> NoReturn:
        raise ValueError("a hook of the user's")

    connected = connect_failed = executing = executed = rows_read = failed = closed = _raise


class OnlyExecuted:
    """Has one method, and hears of the statements' ends."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def executed(self, event: Any) -> None:
        self.heard.append(event)
