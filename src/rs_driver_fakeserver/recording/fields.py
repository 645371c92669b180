"""Messages as JSON: their fields, in a form that people read and that diffs show.

A field is left out where it has its default. Bytes are a text where they are one, and
``{"hex": "..."}`` where not. The type of a field says which of both a text means.
"""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from rs_driver.wire import auth, redshift, startup
from rs_driver.wire.base import Layout
from rs_driver.wire.messages import Message
from rs_driver.wire.registry import BACKEND, FRONTEND
from rs_driver.wire.results import FieldDescription

_MORE: tuple[type[Layout], ...] = (
    auth.AuthenticationOk,
    auth.AuthenticationCleartextPassword,
    auth.AuthenticationMD5Password,
    auth.AuthenticationSASL,
    auth.AuthenticationSASLContinue,
    auth.AuthenticationSASLFinal,
    auth.AuthenticationDigest,
    auth.AuthenticationIdpToken,
    auth.AuthenticationOther,
    auth.SASLInitialResponse,
    auth.SASLResponse,
    redshift.DigestResponse,
    startup.StartupMessage,
)
MESSAGES: Mapping[str, type[Any]] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (*BACKEND.values(), *FRONTEND.values(), *_MORE)
        if kind is not auth.AuthenticationRequest
    }
)
"""By their names. Those that ask for TLS or cancel are not part of a conversation."""

_SPACES = frozenset("\t\n\r")


class _Form(NamedTuple):
    """How the values of a type are written and read; ``read`` raises ValueError."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def bytes_to_json(data: bytes) -> str | dict[str, str]:
    """A text where ``data`` is one that can be read, or its hex."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return {"hex": data.hex()}
    if all(character.isprintable() or character in _SPACES for character in text):
        return text
    return {"hex": data.hex()}


def _unlike(given: object, wanted: str) -> ValueError:
    """The error for what JSON has in place of what is ``wanted``."""
    return ValueError(f"{reprlib.repr(given)} is not {wanted}")


def _bytes(given: Any) -> bytes:
    match given:
        case str(text):
            return text.encode()
        case {"hex": str(digits)} if len(given) == 1:
            return bytes.fromhex(digits)
    raise _unlike(given, 'a text or {"hex": "..."}')


def _plain(kind: type[Any]) -> _Form:
    def read(given: Any) -> Any:
        if type(given) is not kind:
            raise _unlike(given, kind.__name__)
        return given

    return _Form(lambda value: value, read)


def _list_of(form: _Form) -> _Form:
    def read(given: Any) -> tuple[Any, ...]:
        if not isinstance(given, list):
            raise _unlike(given, "a list")
        return tuple(form.read(item) for item in given)

    return _Form(lambda values: [form.write(value) for value in values], read)


def _optional(form: _Form) -> _Form:
    return _Form(
        lambda value: None if value is None else form.write(value),
        lambda given: None if given is None else form.read(given),
    )


def _texts(given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(text, str) for text in given.values()):
        raise _unlike(given, "an object of texts")
    return given


def _pairs(given: Any) -> tuple[tuple[str, str], ...]:
    return tuple(_texts(given).items())


def form_of(field: dataclasses.Field[Any]) -> _Form:
    """How a field of a message is written; KeyError for a type that no message has."""
    return _FORMS[str(field.type)]


def to_fields(message: Any) -> dict[str, Any]:
    """The fields of a message that have not their default, ready for JSON."""
    values = ((field, getattr(message, field.name)) for field in dataclasses.fields(message))
    return {
        field.name: form_of(field).write(value) for field, value in values if value != field.default
    }


def from_fields(name: str, given: Mapping[str, Any]) -> Message:
    """The message of that name with these fields. ValueError where it cannot be."""
    kind = MESSAGES.get(name)
    if kind is None:
        raise ValueError(f"there is no message {name!r}")
    message: Message = _made(kind, given)
    return message


def _made(kind: type[Any], given: Any) -> Any:
    if not isinstance(given, Mapping):
        raise _unlike(given, f"an object with the fields of {kind.__name__}")
    fields = {field.name: field for field in dataclasses.fields(kind)}
    if unknown := given.keys() - fields.keys():
        raise ValueError(f"{kind.__name__} has no field {min(unknown)!r}")
    try:
        return kind(**{name: form_of(fields[name]).read(value) for name, value in given.items()})
    except TypeError as error:
        raise ValueError(f"{kind.__name__} lacks a field: {error}") from error


_STR, _INT, _BYTES = _plain(str), _plain(int), _Form(bytes_to_json, _bytes)
_FORMS: Mapping[str, _Form] = MappingProxyType(
    {
        "str": _STR,
        "int": _INT,
        "bool": _plain(bool),
        "bytes": _BYTES,
        "bytes | None": _optional(_BYTES),
        "tuple[int, ...]": _list_of(_INT),
        "tuple[str, ...]": _list_of(_STR),
        "tuple[bytes | None, ...]": _list_of(_optional(_BYTES)),
        "dict[str, str]": _Form(dict, _texts),
        "tuple[tuple[str, str], ...]": _Form(dict, _pairs),
        "tuple[FieldDescription, ...]": _list_of(
            _Form(to_fields, lambda given: _made(FieldDescription, given))
        ),
    }
)
"""By the annotation of the field."""
