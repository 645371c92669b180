from __future__ import annotations

from rs_driver_fakeserver.cli.failure import EXIT_DRIFT, EXIT_FAILURE, EXIT_OK, CliError


def test_one_line() -> None:
    assert str(CliError("a\n  b\tc")) == "a b c"


def test_codes_differ() -> None:
    assert (EXIT_OK, EXIT_DRIFT, EXIT_FAILURE) == (0, 1, 2)
