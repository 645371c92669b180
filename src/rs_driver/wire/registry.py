"""From a tag to the message: which class stands behind it, in each direction.

Three tags are not enough by themselves: R messages differ by a code (``auth`` looks at
it), a p or d message from a client by the phase that it comes in (the caller knows it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, TypeVar

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire import auth, control, copy, query, redshift, results, startup
from rs_driver.wire.base import Backend, Body, Frontend, Layout
from rs_driver.wire.messages import BackendMessage, FrontendMessage

PasswordKind = Literal["password", "sasl_initial", "sasl_response"]

_L = TypeVar("_L", bound=Layout)


def _by_tag(messages: Iterable[type[_L]]) -> Mapping[int, type[_L]]:
    return MappingProxyType({message.tag[0]: message for message in messages})


BACKEND: Mapping[int, type[Backend]] = _by_tag(
    (
        auth.AuthenticationRequest,
        control.ErrorResponse,
        control.NoticeResponse,
        control.NotificationResponse,
        control.ParameterStatus,
        control.ReadyForQuery,
        copy.CopyBothResponse,
        copy.CopyData,
        copy.CopyDone,
        copy.CopyInResponse,
        copy.CopyOutResponse,
        results.BindComplete,
        results.CloseComplete,
        results.CommandComplete,
        results.DataRow,
        results.EmptyQueryResponse,
        results.FunctionCallResponse,
        results.NoData,
        results.ParameterDescription,
        results.ParseComplete,
        results.PortalSuspended,
        results.RowDescription,
        startup.BackendKeyData,
        startup.NegotiateProtocolVersion,
    )
)
"""The messages of a server."""

FRONTEND: Mapping[int, type[Frontend]] = _by_tag(
    (
        auth.PasswordMessage,
        copy.CopyData,
        copy.CopyDone,
        copy.CopyFail,
        query.Bind,
        query.Close,
        query.Describe,
        query.Execute,
        query.Flush,
        query.FunctionCall,
        query.Parse,
        query.Query,
        query.Sync,
        query.Terminate,
        redshift.IdpTokenResponse,
    )
)
"""The tagged messages of a client; for the untagged ones see ``startup.decode_startup``."""

_PASSWORD: Mapping[PasswordKind, type[Frontend]] = MappingProxyType(
    {
        "password": auth.PasswordMessage,
        "sasl_initial": auth.SASLInitialResponse,
        "sasl_response": auth.SASLResponse,
    }
)


def decode_backend(tag: int, body: Body, protocol_version: int = 0) -> BackendMessage:
    """A server's message. ``protocol_version``: the form of its RowDescription."""
    message = BACKEND.get(tag)
    if message is None:
        raise RemoteProtocolError(f"the server sent a message of unknown type {chr(tag)!r}")
    if message is auth.AuthenticationRequest:
        return auth.decode_authentication(body)
    if message is results.RowDescription:
        return results.RowDescription.decode(body, protocol_version)
    return message.decode(body)


def decode_frontend(
    tag: int,
    body: Body,
    *,
    password_kind: PasswordKind = "password",  # noqa: S107  (the name of a kind)
    digest: bool = False,
) -> FrontendMessage:
    """A client's tagged message.

    ``password_kind``: what a p message is now. ``digest``: whether a d message is now
    the answer to AuthenticationDigest rather than CopyData.
    """
    message = FRONTEND.get(tag)
    if message is None:
        raise RemoteProtocolError(f"the client sent a message of unknown type {chr(tag)!r}")
    if message is auth.PasswordMessage:
        message = _PASSWORD[password_kind]
    elif digest and message is copy.CopyData:
        message = redshift.DigestResponse
    return message.decode(body)
