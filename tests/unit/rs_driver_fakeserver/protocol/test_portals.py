from __future__ import annotations

from types import SimpleNamespace

import pytest

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Column, Result, SqlError
from rs_driver_fakeserver.protocol.portals import Declared, Portal, Portals
from rs_driver_fakeserver.protocol.prepared import Statement
from rs_driver_fakeserver.protocol.results import shape
from rs_driver_fakeserver.sql.epoch import Epoch
from rs_driver_fakeserver.sql.transaction import Transaction

POSTGRES = Dialect("postgres")
COLUMNS = (Column("n", "int4"),)


class Making:
    """Portals of a session, and how often their statements ran."""

    def __init__(self, dialect: Dialect = POSTGRES, *, vanishing: bool = False) -> None:
        config = SimpleNamespace(vanishing_portals=vanishing)
        client = SimpleNamespace(dialect=dialect, config=config)
        self.transaction = Transaction()
        self.portals = Portals(client, self.transaction)  # type: ignore[arg-type]  # all that is used
        self.transaction.add(self.portals)
        self.runs = 0

    def portal(self, *, hold: bool | None = None) -> Portal:
        described = shape(COLUMNS, POSTGRES)
        return Portal(
            Statement("select 1", (), (), described, Epoch(0, 0)),
            (),
            (0,),
            self.transaction.number,
            described,
            self.run,
            None if hold is None else Declared(None, hold),
        )

    def run(self) -> Result:
        self.runs += 1
        return Result(COLUMNS, ((1,),), "SELECT")


@pytest.fixture
def making() -> Making:
    return Making()


def test_names(making: Making) -> None:
    portals = making.portals
    portals.add("", making.portal())
    portals.add("", making.portal())
    portals.add("p", making.portal())
    with pytest.raises(SqlError, match='42P03: cursor "p" already exists'):
        portals.add("p", making.portal())
    assert portals.close("p")
    assert not portals.close("p")
    with pytest.raises(SqlError, match='34000: cursor "p" does not exist'):
        portals.open("p", "cursor")
    assert [name for name, _ in portals] == [""]
    portals.close_all()
    assert list(portals) == []


def test_they_end_with_their_transaction(making: Making) -> None:
    making.portals.add("p", making.portal())
    making.transaction.begin()
    assert making.portals.find("p") is not None
    making.transaction.commit()
    assert making.portals.find("p") is None
    making.portals.add("p", making.portal())


def test_held_ones_get_their_rows_at_the_commit(making: Making) -> None:
    making.transaction.begin()
    making.portals.add("p", making.portal(hold=True))
    held = [making.portals.holds]
    making.transaction.commit()
    assert making.runs == 1
    assert making.portals.open("p").cursor is not None
    held.append(making.portals.holds)
    assert held == [True, False]
    making.transaction.begin()
    making.portals.add("q", making.portal(hold=True))
    making.portals.add("r", making.portal(hold=False))
    making.transaction.rollback()
    assert [name for name, _ in making.portals] == ["p"]
    assert making.runs == 1


def test_on_redshift_they_are_of_no_use_then() -> None:
    making = Making(Dialect("redshift"))
    making.transaction.begin()
    making.portals.add("p", making.portal(hold=True))
    making.transaction.commit()
    assert making.portals.open("p").expired
    assert making.runs == 0


def test_suspended_ones(making: Making) -> None:
    making.transaction.begin()
    portal = making.portal()
    making.portals.add("p", portal)
    found = [making.portals.suspended]
    portal.suspended = True
    making.portals.end_group()
    found.append(making.portals.suspended)
    making.transaction.fail()
    found.append(making.portals.suspended)
    assert found == [None, "p", None]


def test_they_may_vanish() -> None:
    making = Making(vanishing=True)
    for name, suspended in (("p", True), ("q", False)):
        portal = making.portal()
        portal.suspended = suspended
        making.portals.add(name, portal)
    making.portals.end_group()
    with pytest.raises(SqlError, match="34000"):
        making.portals.open("p")
    making.portals.open("q")
