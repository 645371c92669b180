"""Rules about prepared statements: PREPARE, EXECUTE, DEALLOCATE, and names that are taken."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from rs_driver_fakeserver.strategies.model.queries import Queries
from rs_driver_fakeserver.strategies.result_sets import ResultSet

_NAMES = ("p1", "p2", "p3")


class Prepared(Queries):
    """``prepared``: the names that the server knows. They outlive transactions."""

    def __init__(self) -> None:
        super().__init__()
        self.prepared: set[str] = set()
        self._behind: dict[str, ResultSet] = {}

    @rule(data=st.data(), name=st.sampled_from(_NAMES))
    def prepare(self, data: st.DataObject, name: str) -> None:
        """A name once; for the same statement each time, so that its rows look the same."""
        if name not in self._behind:
            self._behind[name] = self.new_result(data)
            self.server.when(f"select from {name}").returns(*self._behind[name])
        sql = f"prepare {name} as select from {name}"
        if name in self.prepared:
            self.fails(sql, "42P05")
        elif self.completes(sql) is not None:
            self.prepared.add(name)

    @rule(name=st.sampled_from(_NAMES))
    def execute(self, name: str) -> None:
        """Its rows, or that it is not known."""
        if name in self.prepared:
            self.gives(self._behind[name], f"execute {name}")
        else:
            self.fails(f"execute {name}", "26000")

    @rule(name=st.sampled_from(_NAMES))
    def deallocate(self, name: str) -> None:
        """A name that is known, or not."""
        if name not in self.prepared:
            self.fails(f"deallocate {name}", "26000")
        elif self.completes(f"deallocate {name}") is not None:
            self.prepared.discard(name)

    @precondition(lambda self: len(self.prepared) > 1)
    @rule()
    def deallocate_all(self) -> None:
        """All of them, the client's own among them."""
        if self.completes("deallocate all") is not None:
            self.prepared.clear()
