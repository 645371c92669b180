"""Cassettes: recorded conversations in a file of JSON lines, made to be read and compared.

The first line says what the file is. Each line after it is one message: which connection,
who said it, its name and its fields. The bytes stand beside them where the fields do not
give them back.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rs_driver.errors import LocalProtocolError
from rs_driver.wire.control import ParameterStatus
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.recording.fields import from_fields, to_fields
from rs_driver_fakeserver.recording.redaction import Redactor
from rs_driver_fakeserver.recording.said import Said, Sender
from rs_driver_fakeserver.recording.turns import Turn, Turns

FORMAT = 1
_BYTES = "Bytes"
_CLOSED = "Closed"


@dataclass
class Conversation:
    """One connection, from its startup message on, by turns. The first is the login.

    ``redacted``: what had to be taken out of it has been.
    """

    turns: list[Turn] = field(default_factory=list)
    redacted: bool = False

    @property
    def startup(self) -> StartupMessage | None:
        """What the client began with; None for a client that began with nothing sensible."""
        for said in self.turns[0].said[:1] if self.turns else ():
            if isinstance(said.message, StartupMessage):
                return said.message
        return None

    @property
    def logged_in(self) -> bool:
        """Whether the login came to its ReadyForQuery."""
        return bool(self.turns) and self.turns[0].status is not None

    @property
    def parameters(self) -> dict[str, str]:
        """The settings that the server reported at the login."""
        said = self.turns[0].said if self.turns else []
        return {
            one.message.name: one.message.value
            for one in said
            if isinstance(one.message, ParameterStatus)
        }


@dataclass
class Cassette:
    """Conversations, in the order in which they were begun.

    ``redact``: ``save`` leaves out names, passwords, keys and tokens.
    """

    conversations: list[Conversation] = field(default_factory=list)
    redact: bool = True

    @property
    def parameters(self) -> dict[str, str]:
        """The settings that the server reported at the first login that succeeded."""
        return next((one.parameters for one in self.conversations if one.logged_in), {})

    @property
    def server(self) -> ServerKind:
        """Which kind of server was recorded."""
        redshift = any(name.startswith(("padb_", "server_protocol")) for name in self.parameters)
        return "redshift" if redshift else "postgres"

    def redacted(self) -> Cassette:
        """The same with placeholders for names and secrets."""
        redactor = Redactor()
        return Cassette([_redacted(one, redactor) for one in self.conversations])

    def save(self, path: str | Path) -> None:
        """Write the file, all of it or nothing. Without ``redact`` nobody else may read it."""
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        written = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        mode = 0o666 if self.redact else 0o600
        try:
            descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{line}\n" for line in self.lines())
            written.replace(target)
        finally:
            written.unlink(missing_ok=True)

    def lines(self) -> Iterator[str]:
        """The file's lines."""
        source = self.redacted() if self.redact else self
        header: dict[str, Any] = {"cassette": FORMAT, "server": source.server}
        yield _line({**header, "redacted": self.redact, "parameters": source.parameters})
        for number, conversation in enumerate(source.conversations, 1):
            for turn in conversation.turns:
                for said in turn.said:
                    yield _line({"connection": number, **_to_json(said)})
                if turn.closed:
                    yield _line({"connection": number, "B": _CLOSED})

    @classmethod
    def load(cls, path: str | Path) -> Cassette:
        """Read what ``save`` wrote. ValueError, naming the line, for anything else."""
        text = Path(path).read_text(encoding="utf-8")
        # Only the line feed ends a line: JSON may hold other characters that split lines.
        numbered = [(at, line) for at, line in enumerate(text.split("\n"), 1) if line.strip()]
        at = 1
        try:
            redact = _header(numbered[0][1] if numbered else "")
            read = _Loading()
            for at, line in numbered[1:]:  # noqa: B007  (for the error)
                read.line(_object(line))
        except ValueError as error:
            raise ValueError(f"{path}, line {at}: {error}") from error
        return cls(
            [Conversation(one.turns, redacted=redact) for one in read.conversations.values()],
            redact,
        )


class _Loading:
    """Puts the lines of a file together to conversations."""

    def __init__(self) -> None:
        self.conversations: dict[int, Turns] = {}

    def line(self, given: dict[str, Any]) -> None:
        number = given.pop("connection", None)
        if type(number) is not int:
            raise ValueError('there is no "connection" with a number')
        turns = self.conversations.setdefault(number, Turns())
        if given == {"B": _CLOSED}:
            turns.closed()
        else:
            turns.add(_from_json(given))


def _redacted(conversation: Conversation, redactor: Redactor) -> Conversation:
    if conversation.redacted:
        return conversation
    said = [said for turn in conversation.turns for said in turn.said]
    anew = iter(redactor.said(said))
    turns = [Turn([next(anew) for _ in turn.said], turn.closed) for turn in conversation.turns]
    return Conversation(turns, redacted=True)


def _to_json(said: Said) -> dict[str, Any]:
    if said.message is None:
        return {said.sender: _BYTES, "hex": said.raw.hex()}
    fields = to_fields(said.message)
    name = type(said.message).__name__
    shown = {said.sender: name, **fields}
    return shown if _again(name, fields) == said.raw else {**shown, "raw": said.raw.hex()}


def _again(name: str, fields: Mapping[str, Any]) -> bytes | None:
    """The bytes that these fields give; None where they give none."""
    try:
        return from_fields(name, fields).encode()
    except (LocalProtocolError, ValueError):
        return None


def _from_json(given: dict[str, Any]) -> Said:
    senders: list[Sender] = [sender for sender in ("F", "B") if sender in given]
    if len(senders) != 1:
        raise ValueError('one of "F" and "B" says who spoke')
    sender = senders[0]
    name, raw = given.pop(sender), given.pop("raw", None)
    if name == _BYTES:
        return Said(sender, _hex(given.pop("hex", None)))
    message = from_fields(str(name), given)
    try:
        return Said(sender, message.encode() if raw is None else _hex(raw), message)
    except LocalProtocolError as error:
        raise ValueError(str(error)) from error


def _hex(given: object) -> bytes:
    if not isinstance(given, str) or not given:
        raise ValueError("bytes are written as hex digits")
    return bytes.fromhex(given)


def _header(line: str) -> bool:
    given = _object(line)
    version = given.get("cassette")
    if version is None:
        raise ValueError("this is not a cassette")
    if version != FORMAT:
        raise ValueError(f"a cassette of format {version!r}; known is {FORMAT}")
    return bool(given.get("redacted", True))


def _object(line: str) -> dict[str, Any]:
    try:
        match json.loads(line):
            case dict(found):
                return found
    except RecursionError as error:
        raise ValueError("too many brackets") from error
    raise ValueError("not a JSON object")


def _line(content: Mapping[str, Any]) -> str:
    """JSON without escapes but for what neither a terminal nor a diff ought to get."""
    text = json.dumps(content, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else json.dumps(one, ensure_ascii=True)[1:-1] for one in text
    )
