"""``SELECT set_config(name, value, is_local)``: SET, with values that can be parameters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import Column, Description, Result
from rs_driver_fakeserver.sql.families import Command, Plain
from rs_driver_fakeserver.sql.words import unquoted

_TEXT = 25
_ARGUMENT = r"\s*(\$\d+|'(?:[^']|'')*')\s*"
_CALL = re.compile(
    rf"\s*select\s+(?:pg_catalog\s*\.\s*)?set_config\s*\({_ARGUMENT},{_ARGUMENT},"
    r"\s*(true|false)\s*\)\s*;?\s*",
    re.IGNORECASE,
)


class SetConfig:
    """The family of this one statement, alone in its SELECT. In any other place, and with
    other expressions, it is for rules and the engine."""

    first = frozenset({"select"})

    def __init__(self, client: Client) -> None:
        self._client = client

    def parse(self, sql: str) -> Command | None:
        call = _CALL.fullmatch(sql)
        return None if call is None else _Command(self._client, *call.groups())


class _Command(Plain):
    def __init__(self, client: Client, name: str, value: str, local: str) -> None:
        self._client = client
        self._arguments = (name, value)
        self._local = local.lower() == "true"

    def describe(self, parameter_oids: Sequence[int]) -> Description:  # noqa: ARG002
        count = max([int(each[1:]) for each in self._arguments if each[0] == "$"], default=0)
        return Description((_TEXT,) * count, (Column("set_config", "text"),))

    def execute(self, parameters: Sequence[object], parameter_oids: Sequence[int]) -> Result:  # noqa: ARG002
        name, value = [self._text(each, parameters) for each in self._arguments]
        self._client.settings.set(name, value, local=self._local)
        row = (self._client.settings.get(name),)
        return Result((Column("set_config", "text"),), (row,), "SELECT")

    def _text(self, argument: str, parameters: Sequence[object]) -> str:
        if argument.startswith("$"):
            return str(parameters[int(argument[1:]) - 1])
        return unquoted(argument, backslashes=self._client.dialect.redshift)
