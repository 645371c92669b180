from __future__ import annotations

import sqlite3
from typing import Any, ClassVar

import pytest

import rs_driver
from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.strategies.model.client import Answer, ModelledClient
from support.models import Driven


def model(kind: type[ModelledClient] = ModelledClient) -> Any:
    return kind.__new__(kind)  # without the rules that a whole machine must have


def test_a_model_has_to_say_how_to_connect() -> None:
    with pytest.raises(TypeError, match=r"ModelledClient does not say how to connect: define"):
        model().connect(FakeServer())


def test_the_server_is_as_the_attributes_say() -> None:
    class Mine(ModelledClient):
        kind = "postgres"
        two_phase = True
        server_options: ClassVar = {"databases": ["prod"]}

    with model(Mine).make_server() as server:
        assert server.connect_kwargs()["database"] == "prod"
        assert server.script.dialect.kind == "postgres"
        assert server.policy["statements"] == "ignore"


def test_running_statements_by_pep_249() -> None:
    client = model(Driven)
    with FakeServer(policy="ignore") as server:
        server.when("select 1").returns(["a"], [(1,), (2,)])
        server.when("select $1", params=[7]).returns(["a"], [(7,)])
        server.when("insert").completes("INSERT 0 3")
        client.connection = client.connect(server)
        assert client.run("select 1") == Answer(("a",), ((1,), (2,)), 2)
        assert client.run("select %s", [7]).rows == ((7,),)
        assert client.run("insert") == Answer(None, None, 3)
        client.commit()
        assert client.transaction_status() == "I"
        client.run("insert")
        client.rollback()
        client.set_autocommit(True)
        assert client.connection.autocommit
        client.close()
        assert client.connection.closed


class WithAttribute(Exception):
    pgcode = "42601"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (rs_driver.ProgrammingError({"C": "42P01"}), "42P01"),
        (WithAttribute("no"), "42601"),
        (Exception({"C": "22012"}), "22012"),
        (Exception({"C": 7}), None),
        (Exception("no"), None),
        (Exception(), None),
        (sqlite3.Error("no"), None),
    ],
)
def test_sqlstates(error: Exception, expected: str | None) -> None:
    assert model().sqlstate(error) == expected


def test_placeholders() -> None:
    client = model()
    assert client.placeholder() == "%s"
    client.paramstyle = "numeric"
    assert client.placeholder() == ":1"
    for style in ("named", None):
        client.paramstyle = style
        with pytest.raises(ValueError, match="paramstyle is one of"):
            client.placeholder()


def test_names_and_status_unless_it_is_said_otherwise() -> None:
    assert model().names(["a", "a"]) == ("a", "a")
    assert model().transaction_status() is None
