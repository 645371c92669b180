"""What the server tells of itself: parameters, cancel key, notices; the profile made of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from rs_driver.errors import InterfaceError, RemoteProtocolError
from rs_driver.ports.profile import ServerKind, ServerProfile

MAX_PARAMETERS = 1000
"""Distinct parameters that a server may report; more is an attack on our memory."""
KEPT_NOTICES = 100
"""The newest notices and notifications that a session keeps."""
KEPT_BYTES = 1 << 20
"""How much of either it keeps, as long on the wire; the newest one stays in any case."""
SUPPORTED_PROTOCOLS = (0, 1, 2)
"""Redshift's ``server_protocol_version``s whose wire forms the codecs know."""

POSTGRES_ROWS_PER_INSERT = 1000
"""A statement costs PostgreSQL little, and it works on one while the next is on its way. On
Redshift a statement costs more than its rows."""

T = TypeVar("T")


class Newest(Generic[T]):
    """The newest items of a stream, oldest first; how many is bounded, and how much.

    ``total``: how many there have been.
    """

    def __init__(self) -> None:
        self._items: deque[tuple[T, int]] = deque()
        self._size = 0
        self.total = 0

    def add(self, item: T, size: int) -> None:
        """Keep ``item``, ``size`` bytes on the wire, and let the oldest go for it."""
        self._items.append((item, size))
        self._size += size
        self.total += 1
        while len(self._items) > KEPT_NOTICES or (self._size > KEPT_BYTES and len(self) > 1):
            self._size -= self._items.popleft()[1]

    def since(self, total: int) -> list[T]:
        """Those of the kept ones that came after the first ``total`` of all."""
        new = self.total - total
        return list(self)[-new:] if new else []

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter([item for item, _ in list(self._items)])  # a copy: another thread may add


@dataclass(frozen=True)
class Notification:
    """A NotificationResponse: which backend, which channel, which text."""

    process_id: int
    channel: str
    payload: str


@dataclass
class Session:
    """The facts of one session, updated by messages that may come at any time."""

    parameters: dict[str, str] = field(default_factory=dict)
    process_id: int = 0
    secret_key: int | None = field(default=None, repr=False)
    expires_at: float | None = None
    """When the credentials of the login end, in seconds since the Unix epoch."""

    @property
    def has_cancel_key(self) -> bool:
        """Whether the server has said how to cancel what runs here."""
        return self.secret_key is not None

    notices: Newest[Mapping[str, str]] = field(default_factory=Newest)
    notifications: Newest[Notification] = field(default_factory=Newest)

    def set_parameter(self, name: str, value: str) -> None:
        """Take over a ParameterStatus."""
        if name == "client_encoding" and value.upper() not in ("UTF8", "UNICODE"):
            raise RemoteProtocolError(
                f"client_encoding was changed to {value[:20]!r}; rs_driver reads UTF8 only"
            )
        if name not in self.parameters and len(self.parameters) >= MAX_PARAMETERS:
            raise RemoteProtocolError(
                f"the server reported more than {MAX_PARAMETERS} different parameters"
            )
        self.parameters[name] = value

    @property
    def backslash_escapes(self) -> bool:
        """Whether plain string literals honour backslashes, as the server last said.

        Redshift (8.0.2) does not report ``standard_conforming_strings`` and honours them.
        """
        return self.parameters.get("standard_conforming_strings") != "on"

    def protocol_version(self, requested: int) -> int:
        """Redshift's extended protocol in force: what the server reported, 0 where it did not."""
        text = self.parameters.get("server_protocol_version")
        if text is None:
            return 0
        if text not in map(str, SUPPORTED_PROTOCOLS):
            raise RemoteProtocolError(
                f"the server chose protocol version {text[:20]!r}; "
                f"version {requested} was asked for and {SUPPORTED_PROTOCOLS} are known"
            )
        return int(text)

    def kind(self) -> ServerKind:
        """Redshift by its own parameters, or by the PostgreSQL release that it forked from."""
        named = {"padb_version", "server_protocol_version"} & self.parameters.keys()
        forked = self.parameters.get("server_version", "").startswith("8.0.")
        return "redshift" if named or forked else "postgres"

    def profile(self, requested: int, overrides: Mapping[str, Any]) -> ServerProfile:
        """The profile of this server. ``overrides``: fields that the user has set by name."""
        version = self.parameters.get("server_version", "")
        profile = ServerProfile(
            protocol_version=self.protocol_version(requested), server_version=version
        )
        if overrides.get("kind", self.kind()) == "postgres":
            profile = ServerProfile(
                kind="postgres",
                server_version=version,
                backslash_escapes=self.backslash_escapes,
                text_oid=0,
                bytes_oid=17,
                plan_guard=True,
                max_statement_bytes=None,
                rows_per_insert=POSTGRES_ROWS_PER_INSERT,
                two_phase=True,
            )
        unknown = overrides.keys() - ServerProfile.__dataclass_fields__.keys()
        if unknown:
            raise InterfaceError(f"the server profile has no field {min(unknown)!r}")
        return replace(profile, **overrides)
