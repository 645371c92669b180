"""CALL: what PEP 249's ``callproc`` runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from rs_driver.errors import InterfaceError, ProgrammingError

_PART = r'(?:[^\W\d][\w$]*|"(?:[^"\0]|"")+")'
_NAME = re.compile(rf"{_PART}(?:\.{_PART}){{0,2}}")


def call_statement(name: str, parameters: Sequence[Any]) -> str:
    """The statement, with the placeholders ``:1``, ``:2`` ... (paramstyle numeric).

    ``name``: the procedure's, as SQL writes it: ``refresh``, ``etl."Load Users"``. It is
    never changed: what is no name is a ProgrammingError.
    """
    if not isinstance(name, str):
        raise InterfaceError(f"the name of a procedure is a str, not {type(name).__name__}")
    if _NAME.fullmatch(name) is None:
        raise ProgrammingError(
            "that is no name of a procedure: a name with other characters than letters, "
            'digits, _ and $ is written in double quotes, as in etl."Load Users"'
        )
    name = str.__str__(name)  # a subclass might format itself in another way: some Enums do
    places = ", ".join(f":{number}" for number in range(1, len(parameters) + 1))
    return f"CALL {name}({places})"


def call_parameters(parameters: object) -> list[Any]:
    """The parameters in their order; none for None."""
    if parameters is None:
        return []
    if isinstance(parameters, (str, bytes, bytearray, memoryview, Mapping, AbstractSet)) or not (
        isinstance(parameters, Sequence)
    ):
        raise InterfaceError(
            f"callproc takes a sequence of parameters, not {type(parameters).__name__}"
        )
    return list(parameters)
