"""Who logged in, and who tried: for assertions."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from rs_driver_fakeserver.certificates.details import TlsDetails

_MOST = 1000


@dataclass(frozen=True)
class Login:
    """One login, without any secret.

    ``user``: who is in, or wanted in; the startup message's name is in ``parameters``,
    with everything else that it said. ``method``: ``trust``, ``password``, ``md5``,
    ``scram-sha-256``, ``scram-sha-256-plus``, ``digest``, ``idp-token``, or what was asked
    for by its code. ``tls``: what is known of the encryption, if there is one.
    ``refused``: why it did not succeed; None if it did.
    """

    connection: int
    user: str
    database: str
    method: str = "trust"
    encrypted: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    tls: TlsDetails | None = None
    refused: str | None = None


class Logins(Sequence[Login]):
    """Those that succeeded, oldest first; ``refused`` has the others.

    Of either the last thousand are kept. Used from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._in: deque[Login] = deque(maxlen=_MOST)
        self._out: deque[Login] = deque(maxlen=_MOST)
        self._begun = 0

    def take_number(self) -> int:
        """A login begins: how many did before."""
        with self._lock:
            self._begun += 1
            return self._begun - 1

    def add(self, login: Login) -> None:
        """One more."""
        with self._lock:
            (self._in if login.refused is None else self._out).append(login)

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._in.clear()
            self._out.clear()
            self._begun = 0

    @property
    def refused(self) -> tuple[Login, ...]:
        """Those that did not succeed, each with its reason."""
        with self._lock:
            return tuple(self._out)

    def _succeeded(self) -> tuple[Login, ...]:
        with self._lock:
            return tuple(self._in)

    def __len__(self) -> int:
        return len(self._succeeded())

    def __iter__(self) -> Iterator[Login]:
        return iter(self._succeeded())

    @overload
    def __getitem__(self, index: int) -> Login: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Login, ...]: ...

    def __getitem__(self, index: int | slice) -> Login | tuple[Login, ...]:
        return self._succeeded()[index]

    def __repr__(self) -> str:
        return f"Logins({list(self._succeeded())!r}, refused={list(self.refused)!r})"
