from __future__ import annotations

import pytest

from rs_driver_fakeserver.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("--host 0.0.0.0", "say --allow-remote"),
        ("--host example.com --replay x", "say --allow-remote"),
        ("--port x", "is not a port"),
        ("--upstream h", "go with --record"),
        ("--replay /nonexistent/x.jsonl", ": /nonexistent/x.jsonl: No such file"),
        ("verify", "the following arguments are required"),
        ("verify /nonexistent/x --user a --upstream h", "No such file"),
        ("verify --user a", "required: FILE"),
    ],
)
def test_an_error_is_one_line(
    arguments: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("rs_driver_fakeserver: ")
    assert expected in err
    assert err.count("\n") == 1
