"""The names of messages by which places are told, and which message begins with which bytes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire import auth
from rs_driver.wire.base import Backend
from rs_driver.wire.registry import BACKEND
from rs_driver_fakeserver.faults import checks


class SSLResponse(Backend):
    """The single byte S or N by which a server answers an SSLRequest or a GSSENCRequest."""

    tag = b""


class UnknownType(Backend):
    """A message of a type that the protocol has not."""

    tag = b""


def _requests() -> dict[str, type[Backend]]:
    found = [item for item in vars(auth).values() if isinstance(item, type)]
    return {item.__name__: item for item in found if issubclass(item, auth.AuthenticationRequest)}


MESSAGES: Mapping[str, type[Backend]] = MappingProxyType(
    {message.__name__: message for message in (*BACKEND.values(), SSLResponse)} | _requests()
)
"""What a server says, by name. AuthenticationRequest stands for all of its kinds."""


def message_class(message: str | type[Backend]) -> type[Backend]:
    """The class of a message, given it or its name.

    TypeError for what is neither; ValueError, with the names that are near, for a name
    that no message of a server has.
    """
    if isinstance(message, type):
        message = message.__name__
    if not isinstance(message, str):
        raise TypeError(
            "a message is told by its name or its class, such as 'DataRow', "
            f"not by {checks.shown_type(message)}"
        )
    checks.choice("message of a server", message, MESSAGES)
    return MESSAGES[message]


def kind_of(tag: int, body: bytes) -> type[Backend]:
    """The class of the message with this tag and body."""
    kind = BACKEND.get(tag, UnknownType)
    if kind is auth.AuthenticationRequest:
        try:
            return type(auth.decode_authentication(body))
        except RemoteProtocolError:
            return kind
    return kind
