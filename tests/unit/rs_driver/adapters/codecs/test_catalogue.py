from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError, NotSupportedError
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.ports.profile import ServerProfile
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, decode

SERVERS = [POSTGRES, REDSHIFT, OLD_REDSHIFT]


@pytest.mark.parametrize("profile", SERVERS)
@pytest.mark.parametrize("oid", [oids.OID, oids.XID, oids.CID])
def test_numbers_are_unsigned(oid: int, profile: ServerProfile) -> None:
    assert decode(oid, TEXT, b"0", profile) == 0
    assert decode(oid, TEXT, b"4294967295", profile) == 2**32 - 1
    for wire in (b"-1", b"4294967296", b"", b"1 "):
        with pytest.raises(DataError):
            decode(oid, TEXT, wire, profile)


@pytest.mark.parametrize("oid", [oids.OID, oids.XID, oids.CID, oids.REGPROC])
def test_numbers_in_binary_have_four_bytes(oid: int) -> None:
    assert decode(oid, BINARY, b"\xff\xff\xff\xff") == 2**32 - 1
    assert decode(oid, BINARY, b"\0\0\x01\0") == 256
    for wire in (b"", bytes(3), bytes(5), bytes(8)):
        with pytest.raises(DataError):
            decode(oid, BINARY, wire)


@pytest.mark.parametrize("profile", SERVERS)
def test_a_function_is_a_number_in_binary_and_a_name_in_text(profile: ServerProfile) -> None:
    """One of the few types whose two formats do not give the same value."""
    assert decode(oids.REGPROC, BINARY, bytes.fromhex("00000513"), profile) == 1299
    assert decode(oids.REGPROC, TEXT, b"now", profile) == "now"
    assert decode(oids.REGPROC, TEXT, b"-", profile) == "-"


@pytest.mark.parametrize("profile", SERVERS)
def test_texts_stay_as_they_are(profile: ServerProfile) -> None:
    item = "rdsdb=arwdRxt/rdsdb"
    assert decode(oids.ACLITEM, TEXT, item.encode(), profile) == item
    assert decode(oids.TID, TEXT, b"(1,2)", profile) == "(1,2)"


@pytest.mark.parametrize("profile", [REDSHIFT, OLD_REDSHIFT])
def test_an_aclitem_in_binary_is_its_text_on_redshift(profile: ServerProfile) -> None:
    assert decode(oids.ACLITEM, BINARY, b"=r/rdsdb", profile) == "=r/rdsdb"


def test_postgres_cannot_write_an_aclitem_in_binary() -> None:
    with pytest.raises(NotSupportedError, match="1033"):
        decode(oids.ACLITEM, BINARY, b"=r/rdsdb", POSTGRES)


@pytest.mark.parametrize(
    ("oid", "wire", "value"),
    [
        (oids.INT2VECTOR, b"", []),
        (oids.INT2VECTOR, b"1 2 3", [1, 2, 3]),
        (oids.INT2VECTOR, b"-32768 0 32767", [-32768, 0, 32767]),
        (oids.OIDVECTOR, b"", []),
        (oids.OIDVECTOR, b"23 25", [23, 25]),
        (oids.OIDVECTOR, b"4294967295", [2**32 - 1]),
    ],
)
def test_vectors_are_lists(oid: int, wire: bytes, value: list[int]) -> None:
    for profile in SERVERS:
        assert decode(oid, TEXT, wire, profile) == value


@pytest.mark.parametrize(
    ("oid", "wire"),
    [
        (oids.INT2VECTOR, b"32768"),
        (oids.INT2VECTOR, b"1,2"),
        (oids.INT2VECTOR, b"{1}"),
        (oids.OIDVECTOR, b"-1"),
        (oids.OIDVECTOR, b"1 __import__('os')"),
        (oids.OIDVECTOR, b"[1]*9"),
    ],
)
def test_other_vectors_are_data_errors(oid: int, wire: bytes) -> None:
    with pytest.raises(DataError, match="vector"):
        decode(oid, TEXT, wire)


@pytest.mark.parametrize(
    ("oid", "postgres", "redshift"),
    [
        (oids.OID, BINARY, BINARY),
        (oids.REGPROC, BINARY, BINARY),
        (oids.XID, BINARY, TEXT),
        (oids.CID, BINARY, TEXT),
        (oids.ACLITEM, TEXT, BINARY),
        (oids.TID, TEXT, TEXT),
        (oids.INT2VECTOR, TEXT, TEXT),
        (oids.OIDVECTOR, TEXT, TEXT),
    ],
)
def test_the_format_that_is_asked_for(oid: int, postgres: int, redshift: int) -> None:
    assert default_codecs(POSTGRES).result_format(oid) == postgres
    assert default_codecs(REDSHIFT).result_format(oid) == redshift
    assert default_codecs(OLD_REDSHIFT).result_format(oid) == redshift
