from __future__ import annotations

from rs_driver_fakeserver.cli.environment import exports


def test_lines_for_a_shell() -> None:
    kwargs = {
        "host": "127.0.0.1",
        "port": 5439,
        "database": "it's; rm",
        "user": "alice",
        "password": "secret",
        "sslmode": "disable",
    }
    assert list(exports(kwargs)) == [
        "export PGHOST=127.0.0.1",
        "export PGPORT=5439",
        "export PGUSER=alice",
        "export PGDATABASE='it'\"'\"'s; rm'",
        "export PGSSLMODE=disable",
    ]
