from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rs_driver_fakeserver.cli.failure import CliError
from rs_driver_fakeserver.cli.script_file import read

TOML = '[[rule]]\nsql = "select 1"\nrows = [[1]]\n'
JSON = '{"rule": [{"sql": "select 1", "rows": [[1]]}]}'
EXPECTED = {"rule": [{"sql": "select 1", "rows": [[1]]}]}


def written(tmp_path: Path, name: str, text: str) -> str:
    path = tmp_path / name
    path.write_bytes(text.encode("latin-1"))
    return str(path)


def test_json(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a.JSON", JSON)) == EXPECTED


@pytest.mark.skipif(sys.version_info < (3, 11), reason="TOML came with Python 3.11")
def test_toml(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a.toml", TOML)) == EXPECTED


def test_without_a_parser_of_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("tomllib", "tomli"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(CliError, match=r"TOML needs Python 3\.11 or newer, or the package tomli"):
        read(written(tmp_path, "a.toml", TOML))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.json", "{", "a.json: "),
        ("a.json", "[" * 100_000, "a.json: "),
        ("a.json", "[]", "an object with 'rule'"),
        ("a.json", "\xff", "it is not UTF-8"),
    ],
)
def test_what_is_no_script(tmp_path: Path, name: str, text: str, expected: str) -> None:
    with pytest.raises(CliError, match=expected):
        read(written(tmp_path, name, text))


@pytest.mark.skipif(sys.version_info < (3, 11), reason="TOML came with Python 3.11")
def test_broken_toml(tmp_path: Path) -> None:
    with pytest.raises(CliError, match=r"a\.toml: "):
        read(written(tmp_path, "a.toml", "= 1"))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(CliError, match="No such file"):
        read(str(tmp_path / "nothing.toml"))
