import pytest
from orders import load

import rs_driver
from rs_driver_fakeserver import faults


def test_a_connection_that_is_lost_is_made_anew(redshift):
    lost = faults.Reset(faults.inside("DataRow", offset=5), connections=1)
    with redshift.fault(lost):
        assert load(redshift.connect_kwargs()) == 3
    assert redshift.log.connections == 2


def test_a_cluster_that_reboots_again_is_an_error(redshift):
    with redshift.fault(faults.Fatal("CommandComplete")):
        with pytest.raises(rs_driver.OperationalError) as caught:
            load(redshift.connect_kwargs())
    assert caught.value.sqlstate == "57P01"


@pytest.mark.parametrize("offset", range(0, 400, 7))
def test_wherever_the_connection_breaks(redshift, offset):
    with redshift.fault(faults.Drop(faults.byte(offset), connections=1)):
        assert load(redshift.connect_kwargs()) == 3


def test_a_slow_query_runs_into_the_timeout(redshift):
    redshift.when("select count(*) from orders").delays(3600).returns(["count"], [(3,)])
    where = {"transport": redshift.memory(), "user": "awsuser", "database": "dev"}
    with pytest.raises(rs_driver.OperationalError):  # after ten minutes that take no time
        load({**where, "read_timeout": 600.0}, attempts=1)
    assert redshift.clock.monotonic() == pytest.approx(600.0)
