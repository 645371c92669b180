"""Records ``recordings/postgres.jsonl``: ``python -m support.record_postgres`` in ``tests/``.

To be done anew when the driver says something else than it did, or the steps change.
The login asks for no proof, so that there is no secret on the tape.
"""

from __future__ import annotations

from typing import Any

from rs_driver.adapters.transport.sockets import Address
from rs_driver.adapters.transport.tcp import connect_tcp
from rs_driver_fakeserver.recording.tape import Recording, Sender
from support.conversations import COMMIT, ROLLBACK, Step, converse
from support.postgres import PostgresServer, postgres_server
from support.postgres_cluster import DATABASE
from support.tape import RECORDINGS, RecordingTransport

NAMES = ("postgres.jsonl", "postgres_rows.jsonl")

OPTIONS: dict[str, Any] = {
    "user": "trusted",
    "database": DATABASE,
    "server": "postgres",
    "sslmode": "disable",
}

_VALUES = (
    "select i as id, i::int2 as small, i::int8 * 4294967296 as big, mod(i, 2) = 0 as flag, "
    "i / 3::float8 as eight, (i / 4.0)::float4 as four, "
    "case when mod(i, 5) <> 0 then (i * i)::numeric / 7 end as precise, "
    "(i * 1.25)::numeric(10,2) as money, "
    "case when mod(i, 3) <> 0 then 'h\u00e9llo ' || i end as words, "
    "repeat('x', mod(i, 11))::varchar as letters, "
    "decode(repeat('00ff', mod(i, 4)), 'hex') as bytes, "
    "date '1999-12-31' + i as day, time '23:59:59.5' - i * interval '1 minute' as clock, "
    "timestamp '2000-01-01 00:00:00.000001' - i * interval '1 day 1 second' as moment, "
    "timestamptz '2020-02-29 12:00:00+05:30' + i * interval '1 hour' as instant, "
    "timetz '23:00:00-05' + i * interval '1 second' as zoned, "
    "i * interval '1 month -2 days 3 seconds' as span, i * interval '1.5 days' as days, "
    "array[i, null, -i] as ints, array[['a,' || i, null], ['{', '']] as texts, "
    "jsonb_build_object('i', i) as document, md5(i::text)::uuid as id2, "
    "inet '10.0.0.0' + i as address "
    "from generate_series(1, %s) i"
)
"""Every codec, with NULLs."""

STEPS = (
    *(Step(_VALUES, (3,)),) * 3,
    Step(f"{_VALUES % 3}; select 'two' as b, null as c"),
    Step("create temp table t (id int, name text)"),
    Step("insert into t values (%s, %s) returning id, name", many=[(1, "one"), (2, None)]),
    Step("select 1 / %s", (0,), fails="22012"),
    Step("select 1", fails="25P02"),
    ROLLBACK,
    Step(""),
    Step("select nothing from nowhere", fails="42P01"),
    ROLLBACK,
    Step("select name from (values ('a'), (null)) v(name) where name is not null", ()),
    COMMIT,
)

ROWS = (Step(_VALUES, (120,)), COMMIT)
"""Enough of them for numpy."""


def record(server: PostgresServer, steps: tuple[Step, ...]) -> Recording:
    """The conversation with ``server``."""
    pieces: list[tuple[Sender, bytes]] = []
    address = Address(server.host, server.plain_port)

    def connect(deadline: float | None) -> RecordingTransport:
        return RecordingTransport(connect_tcp(address, deadline), pieces)

    converse({**OPTIONS, "transport": connect}, steps)
    return Recording.of(pieces)


if __name__ == "__main__":
    with postgres_server() as server:
        for name, steps in zip(NAMES, (STEPS, ROWS), strict=True):
            record(server, steps).save(RECORDINGS / name)
