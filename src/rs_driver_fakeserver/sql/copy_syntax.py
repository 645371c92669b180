"""COPY from and to the client: its grammar, in the form of today and in that of old."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.words import Phrase

_TRUE = ("true", "on", "1", "")


@dataclass(frozen=True)
class Options:
    """How the data is written. Empty strings: what is usual in the format."""

    format: Literal["text", "csv"] = "text"
    delimiter: str = ""
    null: str | None = None
    header: bool = False
    quote: str = '"'
    escape: str = ""

    def filled(self) -> Options:
        """With the format's own values in place of what was not said. SqlError for nonsense."""
        csv = self.format == "csv"
        found = replace(
            self,
            delimiter=self.delimiter or ("," if csv else "\t"),
            null=("" if csv else "\\N") if self.null is None else self.null,
            escape=self.escape or self.quote,
        )
        for what in ("delimiter", "quote", "escape"):
            if len(getattr(found, what).encode()) != 1:
                raise SqlError("0A000", f"COPY {what} must be a single one-byte character")
        if found.header and not csv:
            raise SqlError("0A000", "COPY HEADER needs the format CSV here")
        return found


@dataclass(frozen=True)
class CopyStatement:
    """``table`` as SQL writes it, or ``query``; ``columns`` empty for all; ``inward``: FROM."""

    table: str
    columns: tuple[str, ...]
    query: str
    inward: bool
    options: Options


def parse(sql: str) -> CopyStatement | None:
    """A COPY FROM STDIN or TO STDOUT, None for any other COPY. SqlError 42601."""
    phrase = Phrase(sql, backslashes=False)
    phrase.expect("copy")
    table, query = "", ""
    columns: tuple[str, ...] = ()
    if phrase.peek() == "(":
        query = phrase.bracketed()
    else:
        table = _quoted(phrase.name())
        while phrase.accept("."):
            table += "." + _quoted(phrase.name())
        if phrase.peek() == "(":
            columns = tuple(_columns(phrase))
    way = phrase.expect("to") if query else phrase.expect("from", "to")
    if not phrase.accept("stdin" if way == "from" else "stdout"):
        phrase.rest()
        return None
    options = _options(phrase).filled()
    phrase.end()
    return CopyStatement(table, columns, query, way == "from", options)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _columns(phrase: Phrase) -> list[str]:
    phrase.expect("(")
    names = [_quoted(phrase.name())]
    while phrase.expect(",", ")") == ",":
        names.append(_quoted(phrase.name()))
    return names


def _options(phrase: Phrase) -> Options:
    phrase.accept("with")
    options = Options()
    if not phrase.accept("("):
        while phrase.left:
            options = _old_option(phrase, options)
        return options
    while True:
        options = _option(phrase, options)
        if phrase.expect(",", ")") == ")":
            return options


def _option(phrase: Phrase, options: Options) -> Options:
    """One of those in brackets."""
    name = phrase.name()
    if name == "format":
        return _format(options, phrase.name())
    if name in _CHARACTERS:
        return _character(options, name, phrase.string())
    if name == "null":
        return replace(options, null=phrase.string())
    if name == "header":
        known = ("true", "false", "on", "off", "match", "1", "0")
        said = phrase.accept(*known)
        if said == "match":
            raise SqlError("0A000", "COPY HEADER MATCH needs a rule")
        return replace(options, header=said in _TRUE)
    if name == "encoding":
        phrase.string()
        return options
    raise SqlError("42601", f'option "{name}" not recognized')


def _old_option(phrase: Phrase, options: Options) -> Options:
    """One of those that stand behind each other."""
    word = phrase.expect("csv", "binary", "null", "header", *_CHARACTERS)
    if word in ("csv", "binary"):
        return _format(options, word)
    if word == "header":
        return replace(options, header=True)
    phrase.accept("as")
    if word == "null":
        return replace(options, null=phrase.string())
    return _character(options, word, phrase.string())


_CHARACTERS = ("delimiter", "delimiters", "quote", "escape")


def _character(options: Options, name: str, value: str) -> Options:
    if name == "quote":
        return replace(options, quote=value)
    if name == "escape":
        return replace(options, escape=value)
    return replace(options, delimiter=value)


def _format(options: Options, name: str) -> Options:
    if name == "binary":
        raise SqlError("0A000", "COPY in the binary format needs a rule")
    if name not in ("text", "csv"):
        raise SqlError("22023", f'COPY format "{name}" not recognized')
    return replace(options, format="csv" if name == "csv" else "text")
