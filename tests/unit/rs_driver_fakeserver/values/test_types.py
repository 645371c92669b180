from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.values.types import element_of, name_of, resolve, similar


@pytest.mark.parametrize(
    ("name", "oid", "length", "modifier"),
    [
        ("int4", oids.INT4, 4, -1),
        ("INTEGER", oids.INT4, 4, -1),
        ("double precision", oids.FLOAT8, 8, -1),
        ("double   precision", oids.FLOAT8, 8, -1),
        ("varchar(20)", oids.VARCHAR, -1, 24),
        ("character varying(65535)", oids.VARCHAR, -1, 65539),
        ("varchar", oids.VARCHAR, -1, -1),
        ("char(3)", oids.BPCHAR, -1, 7),
        ("char", oids.BPCHAR, -1, 5),
        ("character", oids.BPCHAR, -1, 5),
        ("bpchar", oids.BPCHAR, -1, -1),
        ('"char"', oids.CHAR, 1, -1),
        ("numeric(10,2)", oids.NUMERIC, 8, 0x000A0006),
        ("decimal( 38 , 37 )", oids.NUMERIC, 16, (38 << 16 | 37) + 4),
        ("numeric(19)", oids.NUMERIC, 8, (19 << 16) + 4),
        ("numeric(20)", oids.NUMERIC, 16, (20 << 16) + 4),
        ("numeric", oids.NUMERIC, 8, -1),
        ("timestamp", oids.TIMESTAMP, 8, -1),
        ("timestamp(3)", oids.TIMESTAMP, 8, 3),
        ("timestamp(0) with time zone", oids.TIMESTAMPTZ, 8, 0),
        ("timestamp without time zone", oids.TIMESTAMP, 8, -1),
        ("time with time zone", oids.TIMETZ, 12, -1),
        ("varbinary(8)", oids.VARBYTE, -1, 12),
        ("binary varying", oids.VARBYTE, -1, -1),
        ("super", oids.SUPER, -1, -1),
        ("hllsketch", oids.VARCHAR, -1, -1),
        ("interval", oids.INTERVAL, 12, -1),
        ("interval(3)", oids.INTERVAL, 12, 0x7FFF0003),
        ("interval year to month", oids.INTERVALY2M, 4, -1),
        ("INTERVAL  DAY TO SECOND (3)", oids.INTERVALD2S, 8, -1),
        ("abstime", oids.ABSTIME, 4, -1),
        ("geography", oids.GEOGRAPHY, -1, -1),
        ("tid", oids.TID, 6, -1),
        ("int4[]", oids.INT4_ARRAY, -1, -1),
        ("integer [3] [ ]", oids.INT4_ARRAY, -1, -1),
        ('"char"[]', oids.CHAR_ARRAY, -1, -1),
        ("varchar(20)[]", oids.VARCHAR_ARRAY, -1, 24),
        ("timestamp(3) with time zone[]", oids.TIMESTAMPTZ_ARRAY, -1, 3),
        ("numeric(10,2)[]", oids.NUMERIC_ARRAY, -1, 0x000A0006),
    ],
)
def test_names(name: str, oid: int, length: int, modifier: int) -> None:
    found = resolve(name)
    assert (found.oid, found.length, found.modifier) == (oid, length, modifier)


def test_a_numeric_of_postgres_has_no_fixed_length() -> None:
    assert resolve("numeric(10,2)", redshift=False).length == -1


def test_intervals_of_postgres_have_modifiers() -> None:
    for name, modifier in (
        ("interval year to month", 0x0006FFFF),
        ("interval day to second", 0x1C08FFFF),
        ("interval day to second(3)", 0x1C080003),
    ):
        found = resolve(name, redshift=False)
        assert (found.oid, found.length, found.modifier) == (oids.INTERVAL, 16, modifier)


def test_an_array_has_an_element() -> None:
    found = resolve("varchar(20)[][]")
    assert (found.name, found.element) == ("varchar[]", resolve("varchar(20)"))
    assert resolve("int4").element is None


def test_what_a_modifier_says() -> None:
    numeric = resolve("numeric(10,2)")
    assert (numeric.precision, numeric.scale) == (10, 2)
    assert resolve("varchar(7)").characters == 7
    bare = resolve("numeric")
    assert (bare.precision, bare.scale, bare.characters) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "redshift"),
    [
        ("nonsense", True),
        ("", True),
        ("int4; drop table x", True),
        ("super", False),
        ("varbyte", False),
        ("uuid", True),
        ("jsonb", True),
        ("super[]", True),
        ("uuid[]", True),
        ("[]", True),
        ("int4[", True),
        ("abstime", False),
        ("geometry", False),
        ("interval year", True),
    ],
)
def test_types_that_there_are_not(name: str, redshift: bool) -> None:
    with pytest.raises(SqlError) as caught:
        resolve(name, redshift=redshift)
    assert caught.value.sqlstate == "42704"


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("int4(3)", "42601"),
        ("varchar(0)", "22023"),
        ("varchar(1,2)", "22023"),
        ("numeric(0)", "22023"),
        ("numeric(3,4)", "22023"),
        ("timestamp(7)", "22023"),
        ("interval(7)", "22023"),
        ("interval day to second(7)", "22023"),
        ("interval year to month(1)", "22023"),
        ("int4(3)[]", "42601"),
    ],
)
def test_modifiers_that_are_not_allowed(name: str, state: str) -> None:
    with pytest.raises(SqlError) as caught:
        resolve(name)
    assert caught.value.sqlstate == state


def test_name_of() -> None:
    assert name_of(oids.TIMESTAMPTZ) == "timestamptz"
    assert name_of(oids.VARCHAR) == "varchar"
    assert name_of(oids.INT4_ARRAY) == "int4[]"
    assert name_of(99999) is None


def test_element_of() -> None:
    assert element_of(oids.VARCHAR_ARRAY) == oids.VARCHAR
    assert element_of(oids.INT4) is None
    assert element_of(0) is None


@pytest.mark.parametrize(
    ("name", "redshift", "near"),
    [
        ("integr", True, "integer"),
        ("VARCHR(20)", True, "varchar"),
        ("suber", True, "super"),
        ("jsn", False, "json"),
        ("time stamp", True, "timestamp"),
        ("interger[]", True, "integer"),
    ],
)
def test_similar_names(name: str, redshift: bool, near: str) -> None:
    assert near in similar(name, redshift=redshift)
    assert len(similar(name, redshift=redshift)) <= 3


def test_only_names_that_the_server_has_are_similar() -> None:
    assert "jsonb" not in similar("jsonb")
    assert "super" not in similar("super", redshift=False)
    assert "geometry" not in similar("geometry", redshift=False)


def test_max_is_redshifts_longest() -> None:
    for name in ("varchar(max)", "VARCHAR ( MAX )", "character varying(max)"):
        assert resolve(name).characters == 65535
    with pytest.raises(SqlError, match="42704"):
        resolve("varchar(max)", redshift=False)
