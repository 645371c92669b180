from __future__ import annotations

from typing import Any

import pytest

from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.strategies.model.portals import Declared, Portals
from rs_driver_fakeserver.strategies.model.transactions import Transactions
from rs_driver_fakeserver.strategies.result_sets import ResultSet
from support.models import Driven, complaint, passes


class Mine(Driven, Portals, Transactions):
    """Cursors, queries, and the ends of transactions."""


@pytest.mark.parametrize("server", ["redshift", "postgres"])
def test_a_client_that_is_right(server: ServerKind) -> None:
    class Here(Mine):
        kind = server

    passes(Here)


def test_a_client_that_fetches_too_much() -> None:
    class Wrong(Mine):
        def run(self, sql: str, parameters: Any = ()) -> Any:
            return super().run(sql.replace("fetch forward 1", "fetch forward 2"), parameters)

    assert "fetch forward 1" in complaint(Wrong)


def test_a_cursor() -> None:
    cursor = Declared("c", ResultSet((), ()))
    assert (cursor.at, cursor.alive) == (0, True)
