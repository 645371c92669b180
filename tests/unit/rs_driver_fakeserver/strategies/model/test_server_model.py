from __future__ import annotations

import io
import unittest

from rs_driver_fakeserver.strategies import ServerModel
from support.models import SHORT, Driven, complaint, passes


class Mine(Driven, ServerModel):
    """All the rules."""


def run_by_unittest(model: type[ServerModel]) -> unittest.TestResult:
    case = model.TestCase
    case.settings = SHORT
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(case)
    return unittest.TextTestRunner(io.StringIO()).run(suite)


def test_a_client_that_is_right() -> None:
    passes(Mine)


def test_by_unittest() -> None:
    result = run_by_unittest(Mine)
    assert (result.testsRun, result.wasSuccessful()) == (1, True)


class Wrong(Mine):
    def rollback(self) -> None:
        """It forgets to."""


def test_a_failure_by_unittest() -> None:
    assert not run_by_unittest(Wrong).wasSuccessful()


def test_a_rule_can_be_left_out() -> None:
    class Less(Wrong):
        end_by_rollback = None  # type: ignore[assignment]

    passes(Less)
    assert "the server's status is" in complaint(Wrong)


def test_it_has_to_be_told_how_to_connect() -> None:
    result = run_by_unittest(ServerModel)
    assert "define connect(self, server)" in str(result.errors)
