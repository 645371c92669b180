"""What a client's turn is about, whatever differs from run to run.

Layout and case of SQL, names of prepared statements and portals, the borders of COPY's
pieces: two turns that differ in nothing else have the same key. A key is a text of one
line a message, so that people can compare two of them as well.
"""

from __future__ import annotations

from collections.abc import Iterable

from rs_driver.wire.copy import CopyData, CopyFail
from rs_driver.wire.messages import Message
from rs_driver.wire.query import (
    Bind,
    Close,
    Describe,
    Execute,
    FunctionCall,
    Parse,
    Query,
)
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver.recording.fields import bytes_to_json
from rs_driver_fakeserver.recording.said import Said
from rs_driver_fakeserver.sql.text import normalise

_WHO = ("user", "database")
_ABOUT_THE_CLIENT = ("application_name", "driver_version", "os_version")


def startup_key(message: StartupMessage | None) -> str:
    """Who wants in and how; not by which version of which program."""
    if message is None:
        return "nothing"
    settings = sorted(
        f"{key}={value}"
        for key, value in message.parameters
        if key not in (*_WHO, *_ABOUT_THE_CLIENT) and not key.startswith("driver_")
    )
    who = [f"{key}={dict(message.parameters).get(key, '')}" for key in _WHO]
    return f"StartupMessage {message.protocol} {' '.join([*settings, *who])}"


class Flights:
    """The keys of one connection's turns, in their order.

    ``parameters`` False: their values do not count, only that they are there.
    """

    def __init__(self, *, parameters: bool = True) -> None:
        self._parameters = parameters
        self._statements: dict[str, str] = {}
        self._portals: dict[str, str] = {}

    def key(self, said: Iterable[Said]) -> str:
        """The key of a turn, of which ``said`` is the client's part."""
        lines: list[str] = []
        copied = b""
        for one in said:
            if isinstance(one.message, CopyData):
                copied += one.message.data
                continue
            if copied:
                lines.append(f"CopyData {_value(copied)}")
                copied = b""
            lines.append(self._line(one))
        if copied:
            lines.append(f"CopyData {_value(copied)}")
        return "\n".join(lines)

    def _line(self, said: Said) -> str:
        message = said.message
        if message is None:
            return f"Bytes {said.tag!r}"
        return f"{type(message).__name__} {self._content(message)}".rstrip()

    def _content(self, message: Message) -> str:
        match message:
            case Query(sql):
                return normalise(sql)
            case Parse(name, sql, oids):
                self._statements[name] = normalise(sql)
                return f"{self._statements[name]} {_numbers('types', oids)}"
            case Bind(portal, name, formats, parameters, results):
                self._portals[portal] = sql = self._statements.get(name, "?")
                values = self._values(parameters)
                shapes = f"{_numbers('formats', formats)} {_numbers('results', results)}"
                return f"{sql} [{values}] {shapes}"
            case Describe(kind, name) | Close(kind, name):
                return f"{kind.decode('latin-1')} {self._named(kind, name)}"
            case Execute(portal, limit):
                return self._portals.get(portal, "?") + (f" limit {limit}" if limit else "")
            case FunctionCall(oid, formats, arguments, result):
                return f"{oid} [{self._values(arguments)}] {_numbers('formats', formats)} {result}"
            case CopyFail(reason):
                return reason
        return ""

    def _named(self, kind: bytes, name: str) -> str:
        return (self._statements if kind == b"S" else self._portals).get(name, "?")

    def _values(self, values: tuple[bytes | None, ...]) -> str:
        return ", ".join(_value(value) for value in values) if self._parameters else "..."


def _numbers(name: str, numbers: tuple[int, ...]) -> str:
    return f"{name}={','.join(map(str, numbers))}"


def _value(value: bytes | None) -> str:
    if value is None:
        return "NULL"
    shown = bytes_to_json(value)
    return repr(shown) if isinstance(shown, str) else f"\\x{shown['hex']}"
