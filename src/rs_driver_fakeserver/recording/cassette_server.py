"""CassetteServer: a server that was recorded, or that is being recorded.

with CassetteServer("report.jsonl", mode="once", upstream=("cluster.example", 5439)) as server:
    connection = rs_driver.connect(**server.connect_kwargs(user=..., password=..., database=...))
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, get_args

from rs_driver_fakeserver.certificates.tls import Tls, TlsSource
from rs_driver_fakeserver.problems import (
    FakeServerError,
    Policy,
    Problem,
    ProblemKind,
    Problems,
    Verdict,
)
from rs_driver_fakeserver.recording.cassette import Cassette
from rs_driver_fakeserver.recording.library import Library
from rs_driver_fakeserver.recording.listener import LOOPBACK, Listener
from rs_driver_fakeserver.recording.redaction import Redactor
from rs_driver_fakeserver.recording.service import Service
from rs_driver_fakeserver.recording.upstream import Address, Upstream

if TYPE_CHECKING:
    import ssl

    from typing_extensions import Self

Mode = Literal["none", "once", "new", "all"]
"""``none``: only what is on the cassette. ``once``: record if there is no cassette yet, and
play it from then on. ``new``: play what is known, record the rest. ``all``: record anew."""


class CassetteServer:
    """A server for as long as the ``with`` block, or until ``close``.

    ``path``: the cassette. ``upstream``: the server to record, a host and a port or the
    path of a Unix socket. ``upstream_tls``: see ``Upstream``; ``tls``: what clients are
    offered, as for ``FakeServer``. ``redact`` False: the cassette holds every name,
    password and key. ``match_parameters`` False: a statement matches with whatever
    parameters. ``policy``: as for ``FakeServer``.

    The cassette is written when the block ends without an exception, or by ``close``.
    """

    def __init__(
        self,
        path: str | Path,
        mode: Mode = "none",
        *,
        upstream: Address | None = None,
        upstream_tls: ssl.SSLContext | bool | None = None,
        server_hostname: str | None = None,
        tls: TlsSource | Tls = False,
        redact: bool = True,
        match_parameters: bool = True,
        policy: Verdict | Mapping[ProblemKind, Verdict] | None = None,
        host: str = LOOPBACK,
        port: int = 0,
        max_connections: int = 100,
    ) -> None:
        self.path = Path(path)
        self.policy = Policy(policy)
        self.recording, plays = _directions(mode, exists=self.path.exists())
        server = None
        if self.recording:
            if upstream is None:
                raise ValueError(f"mode={mode!r} records: name the server by upstream=")
            server = Upstream(upstream, upstream_tls, server_hostname=server_hostname)
        new = not plays or (self.recording and not self.path.exists())
        self.cassette = Cassette(redact=redact) if new else Cassette.load(self.path)
        if self.recording and self.cassette.redact != redact:
            was = self.cassette.redact
            raise ValueError(f"{self.path} was recorded with redact={was}; that cannot be mixed")
        self._tls = None if tls is False else Tls.of(tls)
        self._problems = Problems()
        self._service = Service(
            cassette=self.cassette,
            library=Library(self.cassette, parameters=match_parameters) if plays else None,
            upstream=server,
            redactor=Redactor() if self.cassette.redact else None,
            tls=self._tls.context if self._tls else None,
            problems=self._problems,
        )
        self._closed = False
        self._listener = Listener(
            self._service.serve, host=host, port=port, max_connections=max_connections
        )
        self.host, self.port = self._listener.host, self._listener.port

    def connect_kwargs(self, **overrides: Any) -> dict[str, Any]:
        """Keywords with which a client gets here: host, port, TLS, and ``overrides``.

        From a cassette user and database come along; a server that is recorded has to be
        told who wants in.
        """
        kwargs: dict[str, Any] = {"host": self.host, "port": self.port, "sslmode": "disable"}
        if self._tls is not None:
            root = self._tls.root_file()
            kwargs["sslmode"] = "verify-full" if root else "require"
            kwargs |= {"sslrootcert": root} if root else {}
        if not self.recording:
            kwargs |= {"user": "awsuser", "database": "dev", **self._names()}
        return {**kwargs, **overrides}

    def _names(self) -> dict[str, str]:
        startup = next((one.startup for one in self.cassette.conversations if one.logged_in), None)
        known = dict(startup.parameters) if startup else {}
        return {key: known[key] for key in ("user", "database") if key in known}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What went wrong so far: ``unmatched`` is what is not on the cassette."""
        return self._problems.found

    def verify(self) -> None:
        """FakeServerError for the problems so far, as ``policy`` judges them."""
        failing = [one for one in self.problems if self.policy[one.kind] == "fail"]
        if failing:
            raise FakeServerError(failing)

    def close(self, *, save: bool = True) -> None:
        """Hang up on every client, free the port, and write the cassette if it has grown.

        May be called twice.
        """
        if self._closed:
            return
        self._closed = True
        self._listener.close()
        if self._tls is not None:
            self._tls.close()
        if save and self._service.recorded:
            self.cassette.save(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close(save=error is None)
        if error is None:
            self.verify()


def _directions(mode: Mode, *, exists: bool) -> tuple[bool, bool]:
    """Whether to record, and whether to play."""
    if mode not in get_args(Mode):
        raise ValueError(f"mode= takes one of {', '.join(get_args(Mode))}, not {mode!r}")
    if mode == "once":
        return not exists, exists
    return mode in ("new", "all"), mode in ("new", "none")
