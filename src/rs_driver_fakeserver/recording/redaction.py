"""What must not get into a cassette is taken out of the messages, and nothing else is.

The same name or secret becomes the same placeholder wherever it stands in the cassette,
so that a statement and the error that quotes it still agree. A conversation is looked
through twice, as a secret may be said before the message that tells it for one.
"""

from __future__ import annotations

import base64
import dataclasses
import re
import threading
from collections.abc import Iterable
from typing import Any

from rs_driver.wire import auth
from rs_driver.wire.control import ErrorResponse, NoticeResponse, ParameterStatus
from rs_driver.wire.query import Parse, Query
from rs_driver.wire.redshift import DigestResponse, IdpTokenResponse
from rs_driver.wire.startup import BackendKeyData, StartupMessage
from rs_driver_fakeserver.recording.credentials import (
    SUSPICIOUS,
    Found,
    apart,
    find,
    names_secret,
    unescaped,
)
from rs_driver_fakeserver.recording.placeholders import HIDDEN, PLACEHOLDER, Role, placeholder
from rs_driver_fakeserver.recording.rewriting import rewritten
from rs_driver_fakeserver.recording.said import Said

_SHORTEST = 4
"""Characters of a secret that is looked for in other places, too."""
_LONG = 8
"""From here on a secret is found inside other words as well."""
_FEW = 3
"""A name with fewer characters, or of digits, is replaced only at login and in quotes."""
_HIDDEN = HIDDEN.encode()
_IAM = re.compile(r"IAM[AR]?:", re.IGNORECASE)
_MD5 = re.compile(rb"md5[0-9a-f]{32}")
_PLAIN_FIELDS = frozenset("SVCPpLR")
"""Fields of errors that clients act upon: severity, SQLSTATE, position, line, routine."""
_PLAIN_SETTINGS = frozenset(
    "client_encoding server_encoding standard_conforming_strings integer_datetimes is_superuser "
    "in_hot_standby default_transaction_read_only DateStyle IntervalStyle TimeZone "
    "server_version server_protocol_version padb_version padb_revision".split()
)
_BULK = frozenset((b"D", b"d"))
_NOTHING = re.compile(r"(?!)")
_NOTHING_B = re.compile(rb"(?!)")


class Redactor:
    """Replaces names and secrets; one for a whole cassette, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._known: dict[str, str] = {}  # names and secrets, with their placeholders
        self._names: set[str] = set()
        self._counts: dict[Role, int] = {}
        self._texts: re.Pattern[str] | None = None
        self._bytes = self._long = _NOTHING_B

    def said(self, said: Iterable[Said]) -> list[Said]:
        """A whole conversation without what does not belong into a cassette."""
        everything = list(said)
        for one in everything:
            self.one(one)
        return [self.one(one) for one in everything]

    def one(self, said: Said) -> Said:
        """One message, by what is known so far. Without a change it is ``said`` itself."""
        with self._lock:
            return self._one(said)

    def _one(self, said: Said) -> Said:
        if said.message is None:
            # What it is cannot be said; of a client's, the tag is kept.
            raw = said.raw[:1] if said.sender == "F" else self._masked(said.raw)
            return said if raw == said.raw else Said(said.sender, raw)
        if said.tag in _BULK and not self._touches(said.raw):
            return said
        message = self.message(said.message)
        return said if message is said.message else Said.of(said.sender, message)

    def message(self, message: Any) -> Any:
        """A message of either side; the same object where nothing is to be changed."""
        match message:
            case StartupMessage():
                return self._startup(message)
            case ParameterStatus(name):
                return self._status(message, secret=names_secret(name))
            case ErrorResponse(fields) | NoticeResponse(fields):
                return self._error(message, fields)
            case auth.PasswordMessage(secret) | IdpTokenResponse(secret):
                self._told(secret)
            case Query() | Parse():
                return rewritten(message, self._sql, self.data)
            case BackendKeyData(process_id):
                return BackendKeyData(process_id, 0)
        return _without_proof(message) or rewritten(message, self.text, self.data)

    def _status(self, message: ParameterStatus, *, secret: bool) -> ParameterStatus:
        if secret:
            return dataclasses.replace(message, value=HIDDEN)
        if message.name in _PLAIN_SETTINGS:
            return message
        new = self.text(message.value)
        return message if new == message.value else dataclasses.replace(message, value=new)

    def _error(self, message: Any, fields: dict[str, str]) -> Any:
        new = {
            key: text if key in _PLAIN_FIELDS else self.text(text) for key, text in fields.items()
        }
        return message if new == fields else type(message)(new)

    def _told(self, secret: bytes) -> None:
        """A password or token as it is; the hash of one is good for this login only."""
        if not _MD5.fullmatch(secret):
            self._learn("secret", secret.decode("utf-8", "replace"))

    def _startup(self, message: StartupMessage) -> StartupMessage:
        given = dict(message.parameters)
        user = given.get("user", "")
        self._meet("user", user)
        self._meet("database", given.get("database", ""))
        return dataclasses.replace(
            message,
            parameters=tuple((key, self._setting(key, value)) for key, value in given.items()),
        )

    def _setting(self, key: str, value: str) -> str:
        if key in ("user", "database"):
            return self._known.get(value, value)
        if value and names_secret(key):
            self._learn("secret", value)
            return HIDDEN
        return self.text(value)

    def _meet(self, role: Role, name: str) -> None:
        """Somebody logs in by this name; temporary credentials have a prefix to it."""
        for form in (name, _IAM.sub("", name, count=1)):
            if form and form not in self._names and not PLACEHOLDER.fullmatch(form):
                self._names.add(form)
                self._known[form] = self._known.get(name) or self._next(role)
                self._texts = None

    def _learn(self, role: Role, secret: str) -> str:
        """The placeholder of a secret, which is looked for everywhere from now on."""
        if PLACEHOLDER.fullmatch(secret):
            return secret
        if secret not in self._known:
            word = self._next(role)
            for form in _forms(secret):
                if HIDDEN not in form and form not in self._names:
                    self._known.setdefault(form, word)
            self._texts = None
            return word
        return self._known[secret]

    def _next(self, role: Role) -> str:
        self._counts[role] = self._counts.get(role, 0) + 1
        return placeholder(role, self._counts[role])

    def _sql(self, text: str) -> str:
        return self.text(text, sql=True)

    def text(self, text: str, *, sql: bool = False) -> str:
        """A text without names and secrets; ``sql``: it is a statement."""
        parts: list[str] = []
        at = 0
        for start, stop, kind in self._found(text, sql=sql):
            parts += [self._scrubbed(text[at:start]), self._learn(kind, text[start:stop])]
            at = stop
        parts.append(self._scrubbed(text[at:]))
        return "".join(parts)

    def _found(self, text: str, *, sql: bool = False) -> list[Found]:
        found = find(text, sql=sql)
        for start, stop, kind in found:
            self._learn(kind, text[start:stop])
        return apart(found)

    def _scrubbed(self, text: str) -> str:
        self._compile()
        pattern = self._texts or _NOTHING
        return pattern.sub(lambda match: self._known[match.group()], text)

    def data(self, data: bytes) -> bytes:
        """The same for bytes. What is no text keeps its length, for it has an inner form."""
        if not self._touches(data):
            return data
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return self._masked(data)
        printable = all(character.isprintable() or character in "\t\r\n" for character in text)
        return self.text(text).encode() if printable else self._masked(data)

    def _touches(self, data: bytes) -> bool:
        self._compile()
        return bool(self._bytes.search(data) or SUSPICIOUS.search(data))

    def _masked(self, data: bytes) -> bytes:
        self._compile()
        masked = bytearray(data)
        spans = [match.span() for match in self._long.finditer(data)]
        text = data.decode("latin-1")  # a character a byte, so that places agree
        spans += [(start, stop) for start, stop, _ in self._found(text)]
        for start, stop in spans:
            masked[start:stop] = b"*" * (stop - start)
        return bytes(masked)

    def _compile(self) -> None:
        if self._texts is not None:
            return
        forms = sorted(self._known, key=len, reverse=True)
        patterns = [pattern for form in forms if (pattern := self._pattern(form))]
        self._texts = re.compile("|".join(patterns)) if patterns else _NOTHING
        self._bytes = _any(form for form in forms if len(form) >= _FEW)
        self._long = _any(form for form in forms if len(form) >= _SHORTEST)

    def _pattern(self, form: str) -> str:
        name = re.escape(form)
        if form in self._names:
            short = len(form) < _FEW or form.isdigit()
            return f"(?<=[\"']){name}(?=[\"'])" if short else rf"(?<!\w){name}(?!\w)"
        if len(form) < _SHORTEST:
            return ""
        return name if len(form) >= _LONG else rf"(?<!\w){name}(?!\w)"


def _any(forms: Iterable[str]) -> re.Pattern[bytes]:
    escaped = [re.escape(form.encode()) for form in forms]
    return re.compile(b"|".join(escaped)) if escaped else _NOTHING_B


def _without_proof(message: Any) -> Any:
    """A message of the login without what proves who somebody is; None for any other."""
    match message:
        case auth.PasswordMessage():
            return auth.PasswordMessage(_HIDDEN)
        case auth.SASLInitialResponse(mechanism, data):
            return auth.SASLInitialResponse(mechanism, data and _HIDDEN)
        case auth.SASLResponse():
            return auth.SASLResponse(_HIDDEN)
        case DigestResponse():
            return DigestResponse(_HIDDEN, _HIDDEN)
        case IdpTokenResponse():
            return IdpTokenResponse(_HIDDEN, message.terminated)
        case auth.AuthenticationSASLContinue():
            return auth.AuthenticationSASLContinue(_HIDDEN)
        case auth.AuthenticationSASLFinal():
            return auth.AuthenticationSASLFinal(_HIDDEN)
        case auth.AuthenticationMD5Password():
            return auth.AuthenticationMD5Password(bytes(4))
        case auth.AuthenticationDigest(algorithm):
            return auth.AuthenticationDigest(algorithm, _HIDDEN, _HIDDEN)
        case auth.AuthenticationOther(code):
            return auth.AuthenticationOther(code, b"")
    return None


def _forms(secret: str) -> list[str]:
    """A secret as it may be said elsewhere: without escapes, in hex, in base64."""
    forms = sorted(unescaped(secret))
    for form in [form for form in forms if len(form) >= _LONG]:
        data = form.encode()
        encoded = (base64.b64encode(data), base64.urlsafe_b64encode(data))
        forms += [data.hex(), data.hex().upper(), *(one.decode().rstrip("=") for one in encoded)]
    return forms
