from __future__ import annotations

import pytest

import rs_driver
from rs_driver.wire.results import FieldDescription
from rs_driver_fakeserver.conformance.columns import ColumnServer
from rs_driver_fakeserver.dialect import ServerKind

POINT = 600


@pytest.mark.parametrize("kind", ["redshift", "postgres"])
def test_bytes_come_as_they_are(kind: ServerKind) -> None:
    field = FieldDescription("value", type_oid=POINT)
    server = ColumnServer(kind, field, {0: [b"(1,2)", None, b""], 1: []})
    with rs_driver.connect(user="alice", transport=server, autocommit=True) as connection:
        cursor = connection.cursor()
        cursor.execute("select whatever")
        assert cursor.fetchall() == [("(1,2)",), (None,), ("",)]
        assert cursor.description is not None
        assert cursor.description[0][:2] == ("value", POINT)
        cursor.execute("select %s", (1,))
        assert cursor.fetchone() == ("(1,2)",)


def test_in_binary() -> None:
    field = FieldDescription("value", type_oid=23)
    server = ColumnServer("postgres", field, {0: [], 1: [b"\0\0\0\7"]})
    with rs_driver.connect(user="alice", transport=server, autocommit=True) as connection:
        assert connection.cursor().execute("select 7").fetchall() == [(7,)]


def test_a_message_in_pieces() -> None:
    peer = ColumnServer("redshift", FieldDescription("value"), {}).open_peer()
    startup = bytes.fromhex("00000009" + "00030000" + "00")
    assert b"".join(peer.feed(startup[at : at + 1]) for at in range(8)) == b""
    assert peer.feed(startup[8:]).endswith(b"Z\0\0\0\5I")
    assert not peer.closed
    assert peer.feed(b"X\0\0\0\4") == b""
    assert peer.closed
