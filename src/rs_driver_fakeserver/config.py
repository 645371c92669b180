"""How a fake server behaves, settled when it is made."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from rs_driver_fakeserver.auth.port import AuthMethod
from rs_driver_fakeserver.auth.trust import Trust
from rs_driver_fakeserver.dialect import Dialect, ServerKind, VarbyteText
from rs_driver_fakeserver.late_cancels import LateCancels
from rs_driver_fakeserver.protocol.tls_answer import TlsAnswer
from rs_driver_fakeserver.redshift_protocol import Protocol

Entropy = Callable[[int], bytes]
"""So many random bytes; tests that want equal runs hand in their own."""


def _nothing() -> bytes | None:
    """The binding data of a server without TLS."""
    return None


@dataclass(frozen=True)
class ServerConfig:
    """The options of ``FakeServer`` that every connection obeys.

    ``protocol``: the newest Redshift protocol that the server speaks; None: one that
    never names a ``server_protocol_version``; a ``Protocol`` for what is stranger.
    ``databases`` None: any name will do. ``parameters``: settings reported at the start,
    over the usual ones; None leaves one of those out. ``offers_tls``
    answers an SSLRequest by S, ``requires_tls`` refuses a login without it, ``tls_answer``
    answers in another way. ``tls_server_end_point``: what SCRAM may bind to over TLS.
    ``two_phase``: whether transactions can be prepared. ``fetch_limit``: the most rows of
    a FETCH on Redshift. ``vanishing_portals``: a suspended portal is gone after the Sync.
    ``cancel_key``: whether a client gets a BackendKeyData. ``late_cancels``: how late a
    CancelRequest is passed on; None: at once.
    """

    kind: ServerKind = "redshift"
    auth: AuthMethod = field(default_factory=Trust)
    protocol: int | Protocol | None = 2
    databases: frozenset[str] | None = None
    parameters: Mapping[str, str | None] = field(default_factory=dict)
    offers_tls: bool = False
    requires_tls: bool = False
    tls_answer: TlsAnswer | None = None
    tls_server_end_point: Callable[[], bytes | None] = _nothing
    varbyte_text: VarbyteText = "hex"
    two_phase: bool = False
    fetch_limit: int | None = None
    vanishing_portals: bool = False
    cancel_key: bool = True
    late_cancels: LateCancels | None = None
    max_message: int = 128 * 1024 * 1024
    entropy: Entropy = secrets.token_bytes

    @property
    def dialect(self) -> Dialect:
        """What a connection begins with."""
        return Dialect(kind=self.kind, varbyte_text=self.varbyte_text)

    def __post_init__(self) -> None:
        """TypeError or ValueError, in the line that made the server, for a wrong option."""
        _check_choice("server", self.kind, get_args(ServerKind))
        _check_choice("varbyte_text", self.varbyte_text, get_args(VarbyteText))
        check_has("auth", self.auth, ("exchange", "credentials"), _METHODS)
        self._check_tls_answer()
        late: object = self.late_cancels
        if late is not None and not isinstance(late, LateCancels):
            raise TypeError(f"late_cancels= takes LateCancels(...) or None, not {_kind(late)}")
        Protocol.of(self.protocol)
        limit: object = self.fetch_limit
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int)):
            raise TypeError(f"fetch_limit= takes a number of rows or None, not {_kind(limit)}")
        if self.fetch_limit is not None and self.fetch_limit < 1:
            raise ValueError(f"fetch_limit= is at least 1, not {self.fetch_limit}")

    def _check_tls_answer(self) -> None:
        answer: object = self.tls_answer
        if answer is None:
            return
        if not isinstance(answer, TlsAnswer):
            raise TypeError(
                f"tls_answer= takes a TlsAnswer such as TlsAnswer.refuse(), not {_kind(answer)}"
            )
        if answer.begins and not self.offers_tls:
            raise ValueError("a tls_answer= after which TLS begins needs tls=, too")


_METHODS = (
    "a method of login, such as Auth.md5({'alice': 'secret'}); there are "
    "Auth.trust(), cleartext, md5, scram, digest, token, iam and more"
)


def check_has(option: str, value: object, methods: tuple[str, ...], wanted: str) -> None:
    """TypeError, saying what is ``wanted``, where ``value`` lacks one of the methods.

    The value itself is not shown: a password may be in it.
    """
    missing = [name for name in methods if not callable(getattr(value, name, None))]
    if missing or isinstance(value, type):
        raise TypeError(f"{option}= takes {wanted}, not {_kind(value)}")


def checked_databases(names: Iterable[str] | None) -> frozenset[str] | None:
    """The names as a set. TypeError for one name, or what is no name; ValueError for none."""
    if names is None:
        return None
    given: object = names
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"databases= takes a list of names, not {_kind(given)}")
    found = frozenset(names)
    if not all(isinstance(name, str) for name in found):
        raise TypeError("databases= takes a list of names: each is a str")
    if not found:
        raise ValueError("databases= is empty: nobody could log in")
    return found


def checked_parameters(given: Mapping[str, str | None] | None) -> dict[str, str | None]:
    """The settings as they are reported. TypeError for what ParameterStatus cannot say."""
    options: object = {} if given is None else given
    if not isinstance(options, Mapping):
        raise TypeError(f"parameters= takes a dict of settings, not {_kind(options)}")
    for name, value in options.items():
        if not isinstance(name, str) or not (value is None or isinstance(value, str)):
            raise TypeError(f"parameters= takes texts: {name!r} is not to be {_kind(value)}")
    return dict(options)


def _check_choice(option: str, value: Any, known: tuple[str, ...]) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{option}= takes one of {known}, not {_kind(value)}")
    if value not in known:
        raise ValueError(f"{option}= takes one of {known}, not {value!r}")


def _kind(value: object) -> str:
    """What a value is, for messages, without its contents."""
    return f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
