"""From a script to rules: every entry becomes a ``when(...)`` of the server.

[[rule]]
sql = "select id, name from users where id = $1"   # or glob, regex, contains
params = [7]
columns = { id = "int8", name = "varchar(20)" }
rows = [[7, "Ann"]]
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from rs_driver_fakeserver.cli.failure import CliError
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.rules import matching
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.rules.sequence import Step, StepSequence
from rs_driver_fakeserver.rules.when import When
from rs_driver_fakeserver.server import FakeServer

_MATCHERS = ("sql", "glob", "regex", "contains")
_WHO = ("params", "user", "database")
_ANSWERS = ("columns", "rows", "each", "tag", "error", "copy_in", "copy_out")
_BEFORE = ("notices", "delay")
_COUNTS = ("once", "times", "at_least", "optional", "any_times")
_KEYS = frozenset((*_MATCHERS, *_WHO, *_ANSWERS, *_BEFORE, *_COUNTS))
_ERROR_KEYS = frozenset("sqlstate message detail hint severity position".split())
_NOTICE_KEYS = frozenset("message severity sqlstate".split())


def apply(server: FakeServer, script: Mapping[str, Any], name: str) -> None:
    """Add the rules and sequences of ``script``. CliError, naming the entry, for a bad one."""
    with _naming(name):
        _known(script, frozenset(("rule", "sequence")))
        rules, sequences = _list(script, "rule"), _list(script, "sequence")
    for number, entry in enumerate(rules, 1):
        with _naming(f"{name}: rule {number}"):
            _rule(server, entry)
    for number, entry in enumerate(sequences, 1):
        where = f"{name}: sequence {number}"
        with _naming(where):
            _known(entry, frozenset(("steps", "strict")))
            steps = _list(entry, "steps")
            sequence = server.sequence(strict=bool(entry.get("strict")))
        for at, step in enumerate(steps, 1):
            with _naming(f"{where}, step {at}"):
                _step(sequence, step)


@contextlib.contextmanager
def _naming(place: str) -> Iterator[None]:
    """What is wrong in the block is wrong at ``place`` of the script."""
    try:
        yield
    except (ValueError, TypeError, InvalidOperation) as error:
        raise CliError(f"{place}: {error}") from error


def _rule(server: FakeServer, entry: Any) -> None:
    _known(entry, _KEYS)
    when = server.when(_matcher(entry), **_who(entry))
    _prepare(when, entry)
    _count(_answer(when, entry) or when.completes(), entry)


def _step(sequence: StepSequence, entry: Any) -> None:
    """A step need not have an answer: the server's own will do."""
    _known(entry, _KEYS)
    step = sequence.expect(_matcher(entry), **_who(entry))
    _prepare(step, entry)
    _answer(step, entry)
    _count(step, entry)


def _matcher(entry: Mapping[str, Any]) -> str | matching.Matcher:
    given = [name for name in _MATCHERS if name in entry]
    if len(given) != 1:
        raise ValueError(f"it needs one of {', '.join(_MATCHERS)}")
    text = entry[given[0]]
    if not isinstance(text, str):
        raise TypeError(f"{given[0]} is a text, not {text!r}")
    match given[0]:
        case "glob":
            return matching.glob(text)
        case "regex":
            return matching.regex(text)
        case "contains":
            return matching.contains(text)
    return text


def _who(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _value(entry[key]) for key in _WHO if key in entry}


def _prepare(when: When, entry: Mapping[str, Any]) -> None:
    """Notices and a delay."""
    for given in _list(entry, "notices"):
        notice = {"message": given} if isinstance(given, str) else given
        _known(notice, _NOTICE_KEYS)
        rest = {key: text for key, text in notice.items() if key != "message"}
        when.notices(_needed(notice, "message"), **rest)
    if "delay" in entry:
        when.delays(entry["delay"])


def _answer(when: When, entry: Mapping[str, Any]) -> Rule | None:
    """Give the answer; None where the entry has none."""
    given = [key for key in ("rows", "each", "error", "copy_in", "copy_out") if key in entry]
    if len(given) > 1:
        raise ValueError(f"{' and '.join(given)} are two answers")
    tag, columns = entry.get("tag"), entry.get("columns")
    match given:
        case ["error"]:
            return when.raises(_error(entry["error"]))
        case ["each"]:
            return when.returns_each(columns, [_one(one) for one in _list(entry, "each")], tag)
        case ["copy_in"]:
            return when.copies_in(int(entry["copy_in"]), tag=tag)
        case ["copy_out"]:
            return when.copies_out(entry["copy_out"], tag=tag)
    if columns is not None:
        return when.returns(columns, _value(_list(entry, "rows")), tag)
    if given:
        raise ValueError("rows need columns, such as { id = 'int8' }")
    return None if tag is None else when.completes(tag)


def _one(given: Any) -> Any:
    """One answer of several: rows, a tag, or an error."""
    if isinstance(given, Mapping) and "sqlstate" in given:
        return _error(given)
    return _value(given)


def _error(given: Any) -> SqlError:
    _known(given, _ERROR_KEYS)
    rest = {key: value for key, value in given.items() if key not in ("sqlstate", "message")}
    return SqlError(_needed(given, "sqlstate"), _needed(given, "message"), **rest)


def _count(counted: Rule | Step, entry: Mapping[str, Any]) -> None:
    """How often it is to come."""
    for key in ("times", "at_least"):
        if key in entry:
            getattr(counted, key)(entry[key])
    for key in ("once", "optional", "any_times"):
        if entry.get(key):
            getattr(counted, key)()


def _value(given: Any) -> Any:
    """A value of a row or a parameter: what TOML and JSON cannot say is said by an object."""
    match given:
        case list():
            return [_value(item) for item in given]
        case {"null": True}:
            return None
        case {"hex": str(digits)}:
            return bytes.fromhex(digits)
        case {"decimal": str(digits)}:
            return Decimal(digits)
    return given


def _needed(given: Mapping[str, Any], key: str) -> Any:
    if key not in given:
        raise ValueError(f"{key} is missing")
    return given[key]


def _known(given: Any, keys: frozenset[str]) -> None:
    if not isinstance(given, Mapping):
        raise TypeError(f"{given!r} is not a table with some of {', '.join(sorted(keys))}")
    for key in given:
        if key not in keys:
            raise ValueError(f"{key!r} is not known; there are {', '.join(sorted(keys))}")


def _list(given: Mapping[str, Any], key: str) -> list[Any]:
    found = given.get(key, [])
    if not isinstance(found, list):
        raise TypeError(f"{key} is a list, not {found!r}")
    return found
