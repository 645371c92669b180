from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.ports.profile import ServerProfile
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, decode

# A point of SRID 4326 at (1, 2), by hand: byte order, type, SRID, two float8.
POINT = "0101000020e6100000" + "000000000000f03f" + "0000000000000040"


@pytest.mark.parametrize("profile", [REDSHIFT, OLD_REDSHIFT])
def test_text(profile: ServerProfile) -> None:
    upper = POINT.upper().encode()
    assert decode(oids.GEOMETRY, TEXT, upper, profile) == POINT.upper()
    assert decode(oids.GEOMETRY, TEXT, POINT.encode(), profile) == POINT
    assert decode(oids.GEOMETRYHEX, TEXT, upper, profile) == POINT
    assert decode(oids.GEOGRAPHY, TEXT, upper, profile) == POINT


def test_geography_in_binary_is_the_same_text() -> None:
    assert decode(oids.GEOGRAPHY, BINARY, bytes.fromhex(POINT), REDSHIFT) == POINT
    golden = bytes.fromhex("0101000020e6100000")  # protocol.md's worked value
    assert decode(oids.GEOGRAPHY, BINARY, golden, REDSHIFT) == "0101000020e6100000"


@pytest.mark.parametrize("oid", [oids.GEOMETRYHEX, oids.GEOGRAPHY])
@pytest.mark.parametrize("wire", [b"0", b"zz", b"POINT(1 2)", b"\xff\xff", b"01 01"])
def test_what_is_not_hex_is_a_data_error(oid: int, wire: bytes) -> None:
    with pytest.raises(DataError, match="geo"):
        decode(oid, TEXT, wire, REDSHIFT)


def test_the_format_that_is_asked_for() -> None:
    assert default_codecs(REDSHIFT).result_format(oids.GEOGRAPHY) == BINARY
    assert default_codecs(OLD_REDSHIFT).result_format(oids.GEOGRAPHY) == TEXT
    for oid in (oids.GEOMETRY, oids.GEOMETRYHEX):
        assert default_codecs(REDSHIFT).result_format(oid) == TEXT


def test_these_oids_mean_nothing_on_postgres() -> None:
    assert default_codecs(POSTGRES).codec(oids.GEOGRAPHY, TEXT) is None
    assert decode(oids.GEOGRAPHY, TEXT, b"POINT(1 2)", POSTGRES) == "POINT(1 2)"
