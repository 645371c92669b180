from __future__ import annotations

import duckdb
import pytest

from rs_driver import oids
from rs_driver_fakeserver.engine.samples import sample


@pytest.mark.parametrize(
    ("oid", "duckdb_type"),
    [
        (oids.BOOL, "BOOLEAN"),
        (oids.INT2, "INTEGER"),
        (oids.INT4, "INTEGER"),
        (oids.INT8, "BIGINT"),
        (oids.NUMERIC, "DECIMAL(38,10)"),
        (oids.FLOAT8, "DOUBLE"),
        (oids.VARBYTE, "BLOB"),
        (oids.DATE, "DATE"),
        (oids.TIME, "TIME"),
        (oids.TIMETZ, "TIME WITH TIME ZONE"),
        (oids.TIMESTAMP, "TIMESTAMP"),
        (oids.TIMESTAMPTZ, "TIMESTAMP WITH TIME ZONE"),
        (oids.INTERVAL, "INTERVAL"),
        (oids.INTERVALY2M, "INTERVAL"),
        (oids.UUID, "UUID"),
        (oids.JSON, "JSON"),
        (oids.SUPER, "JSON"),
        (oids.VARCHAR, "VARCHAR"),
        (oids.UNKNOWN, "VARCHAR"),
        (999_999, "VARCHAR"),
        (oids.INT4_ARRAY, "INTEGER[]"),
        (oids.INT8_ARRAY, "BIGINT[]"),
        (oids.NUMERIC_ARRAY, "DECIMAL(38,10)[]"),
        (oids.DATE_ARRAY, "DATE[]"),
        (oids.TEXT_ARRAY, "VARCHAR[]"),
        (oids.UUID_ARRAY, "UUID[]"),
    ],
)
def test_samples_have_the_type_of_their_oid(oid: int, duckdb_type: str) -> None:
    with duckdb.connect(":memory:") as connection:
        value = sample(duckdb.Value, oid, "text")
        found = connection.execute("describe select $1", [value]).fetchall()
    assert found[0][1] == duckdb_type
