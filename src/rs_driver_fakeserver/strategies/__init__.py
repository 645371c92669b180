"""Hypothesis strategies for whoever tests a client of Redshift: values, results, hostile bytes.

    from hypothesis import given, strategies as st
    from rs_driver_fakeserver import FakeServer
    from rs_driver_fakeserver import strategies as st_redshift

    @given(st_redshift.result_sets())
    def test_rows(result):
        with FakeServer() as server:
            server.when("select 1").returns(*result)
            assert st_redshift.same(my_rows(server), result.stored())

    @given(st_redshift.backend_streams(valid=False), st.data())
    def test_hostile(stream, data):
        for piece in data.draw(st_redshift.chunkings(stream.data)):
            ...

    class MyClient(st_redshift.ServerModel):
        def connect(self, server):
            return my_driver.connect(**server.connect_kwargs())

    TestMyClient = MyClient.TestCase

They need Hypothesis, which the extra ``strategies`` brings.
"""

from __future__ import annotations

try:
    import hypothesis  # noqa: F401  (asked for here, so that the error can name the extra)
except ImportError as error:
    raise ImportError(
        "rs_driver_fakeserver.strategies needs Hypothesis: pip install 'rs_driver[strategies]'"
    ) from error

from rs_driver_fakeserver.strategies.backend_stream import BackendStream, Flight
from rs_driver_fakeserver.strategies.backend_streams import backend_streams
from rs_driver_fakeserver.strategies.chunkings import chunkings, cuts
from rs_driver_fakeserver.strategies.columns import column_names, columns
from rs_driver_fakeserver.strategies.fault_schedules import fault_schedules
from rs_driver_fakeserver.strategies.model.server_model import ServerModel
from rs_driver_fakeserver.strategies.result_sets import ResultSet, result_sets
from rs_driver_fakeserver.strategies.sql_errors import notices, sql_errors
from rs_driver_fakeserver.strategies.stored import same, stored
from rs_driver_fakeserver.strategies.values import known_types, type_names, values

__all__ = [
    "BackendStream",
    "Flight",
    "ResultSet",
    "ServerModel",
    "backend_streams",
    "chunkings",
    "column_names",
    "columns",
    "cuts",
    "fault_schedules",
    "known_types",
    "notices",
    "result_sets",
    "same",
    "sql_errors",
    "stored",
    "type_names",
    "values",
]
