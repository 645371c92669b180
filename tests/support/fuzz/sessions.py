"""Whole conversations with servers that say what they like, and with such clients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import rs_driver
from rs_driver import oids
from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.problems import KINDS
from rs_driver_fakeserver.values.decode import parameter
from support.conversations import converse
from support.fuzz.target import Target
from support.fuzz.values import WORDS, seeds_of
from support.redshift_tape import script
from support.talks import talk
from support.type_table import ARRIVALS, NAMES


def _conversation(name: str, rows: str) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        converse(talk(name).with_words(data, rows=rows), talk(name).steps)

    return run


def _words_of(side: str, name: str) -> Sequence[bytes]:
    return [talk(name).tape.sent_by("B" if side == "server" else "F")]


def _client(data: bytes) -> None:
    """The fake server answers or hangs up; it is never at fault itself."""
    with FakeServer(
        policy={kind: "fail" if kind == "internal" else "ignore" for kind in KINDS}
    ) as server:
        script(server, 1)
        peer = server.memory().open_peer()
        peer.feed(data)
        peer.eof()


def _parameter(oid: int) -> Callable[[bytes], None]:
    ways = [
        partial(parameter, oid=oid, format_code=code, dialect=dialect)
        for dialect in (Dialect("redshift", 2), Dialect("postgres"))
        for code in (0, 1)
    ]

    def run(data: bytes) -> None:
        refusals = [error for way in ways if (error := _refused(way, data)) is not None]
        if len(refusals) == len(ways):
            raise refusals[0]

    return run


def _refused(way: Callable[[bytes], object], data: bytes) -> SqlError | None:
    try:
        way(data)
    except SqlError as error:
        return error
    return None


def _arguments(oid: int) -> Sequence[bytes]:
    return [*seeds_of(oid, 0), *seeds_of(oid, 1)]


_SENT = sorted({row.oid for row in ARRIVALS} | {oids.INT4_ARRAY, oids.TEXT_ARRAY})

TARGETS: Sequence[Target] = (
    *(
        Target(
            f"session:{name}:{rows}",
            _conversation(name, rows),
            partial(_words_of, "server", name),
            (rs_driver.DatabaseError,),
            cost=20,
        )
        for name in ("postgres", "redshift", "rows")
        for rows in ("struct", "numpy")
    ),
    Target("client:session", _client, partial(_words_of, "client", "redshift"), (), cost=20),
    *(
        Target(
            f"client:parameter:{NAMES.get(oid, oid)}",
            _parameter(oid),
            partial(_arguments, oid),
            (SqlError,),
            WORDS,
        )
        for oid in _SENT
    ),
)
