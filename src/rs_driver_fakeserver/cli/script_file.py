"""Reads a script of rules: TOML, or JSON if the file is called so."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

from rs_driver_fakeserver.cli.failure import CliError

_NO_TOML = (
    "TOML needs Python 3.11 or newer, or the package tomli; "
    "write the script as JSON, in a file called .json"
)


def read(name: str) -> dict[str, Any]:
    """What is in the file. CliError for one that cannot be read."""
    path = Path(name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(f"{name}: {_reason(error)}") from error
    try:
        found = json.loads(text) if path.suffix.lower() == ".json" else _toml(text)
    except (ValueError, RecursionError) as error:
        raise CliError(f"{name}: {error}") from error
    if not isinstance(found, dict):
        raise CliError(f"{name}: a script is an object with 'rule' and 'sequence'")
    return found


def _toml(text: str) -> Any:
    try:
        parser = importlib.import_module("tomllib")
    except ModuleNotFoundError:
        try:
            parser = importlib.import_module("tomli")
        except ModuleNotFoundError:
            raise CliError(_NO_TOML) from None
    return parser.loads(text)


def _reason(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "it is not UTF-8"
