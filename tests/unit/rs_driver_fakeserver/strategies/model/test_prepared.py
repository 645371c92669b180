from __future__ import annotations

from typing import Any

from rs_driver_fakeserver.strategies.model.prepared import Prepared
from support.models import Driven, complaint, passes


class Mine(Driven, Prepared):
    """The rules of this module, and those of queries."""


def test_a_client_that_is_right() -> None:
    passes(Mine)


def test_a_client_that_forgets_to_deallocate() -> None:
    class Wrong(Mine):
        def run(self, sql: str, parameters: Any = ()) -> Any:
            return super().run("select 1" if sql.startswith("deallocate p") else sql, parameters)

        def make_server(self) -> Any:
            server = super().make_server()
            server.when("select 1").completes("DEALLOCATE")
            return server

    assert complaint(Wrong)


def test_a_client_that_runs_another_statement() -> None:
    class Wrong(Mine):
        def run(self, sql: str, parameters: Any = ()) -> Any:
            return super().run(sql.replace("execute p2", "execute p1"), parameters)

    assert "execute p2" in complaint(Wrong)
