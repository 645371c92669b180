import pytest

from rs_driver_fakeserver import Notice, matching


@pytest.fixture
def redshift(redshift_server):
    """A Redshift on which the job goes well."""
    when = redshift_server.when
    when("delete from orders where day = $1", params=["2026-11-21"]).completes("DELETE 3")
    loaded = Notice("Load into table 'orders' completed, 3 record(s) loaded successfully.", "INFO")
    when(matching.glob("copy orders from *")).replies("COPY", notices=[loaded])
    when("select count(*) from orders").returns({"count": "int8"}, [(3,)])
    return redshift_server
