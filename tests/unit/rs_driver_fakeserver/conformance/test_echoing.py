from __future__ import annotations

import rs_driver
from rs_driver_fakeserver.conformance.echoing import EchoEngine, type_name
from rs_driver_fakeserver.server import FakeServer


def test_the_parameter_comes_back() -> None:
    with (
        FakeServer(engine=EchoEngine("int8")) as server,
        rs_driver.connect(user="a", transport=server.memory()) as connection,
    ):
        cursor = connection.cursor()
        assert cursor.execute("select %s", (7,)).fetchall() == [(7,)]
        assert cursor.execute("select %s", (None,)).fetchall() == [(None,)]


def test_rows_of_its_own() -> None:
    engine = EchoEngine("varchar", [("a",), (None,)])
    with (
        FakeServer(engine=engine) as server,
        rs_driver.connect(user="a", transport=server.memory()) as connection,
    ):
        found = connection.cursor().execute("select 1 + 1").fetchall()
    assert found == [("a",), (None,)]
    engine.close()


def test_names_of_types() -> None:
    assert type_name(20, None, "redshift") == "int8"
    assert type_name(1700, "numeric(9,2)", "redshift") == "numeric(9,2)"
    assert type_name(600, None, "redshift") is None
    assert type_name(2950, None, "redshift") is None
    assert type_name(2950, None, "postgres") == "uuid"
