"""The part of a login that asks who the client is, and the record of how that went."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rs_driver.wire.auth import AuthenticationRequest, AuthenticationSASL, SASLInitialResponse
from rs_driver.wire.messages import FrontendMessage
from rs_driver_fakeserver.auth.logins import Login
from rs_driver_fakeserver.auth.port import Attempt, Challenge, Refused
from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.protocol.replies import fatal
from rs_driver_fakeserver.protocol.wants import Malformed, Talk, Want

_TAGS: Mapping[str, bytes] = MappingProxyType({"digest": b"d", "token": b"i"})
_NAMES: Mapping[int, str] = MappingProxyType(
    {3: "password", 5: "md5", 13: "digest", 14: "idp-token"}
)


def authenticate(client: Client) -> Talk:
    """Settle who the client is. SqlError (FATAL) if it may not come in."""
    exchange = client.config.auth.exchange(_attempt(client))
    try:
        challenge = next(exchange)
        while True:
            client.outbox.send(challenge.request)
            if challenge.answer is None:
                challenge = next(exchange)
                continue
            client.outbox.flush()
            answer = yield Want(answer=challenge.answer)
            _check_kind(challenge.answer, answer.tag)
            client.auth_method = _method(challenge, answer, client.auth_method)
            challenge = exchange.send(answer)
    except StopIteration as stop:
        client.user = stop.value
    except Malformed as error:
        raise fatal("08P01", "invalid password packet") from error
    except Refused as refused:
        raise _refusal(client, refused) from refused


def _attempt(client: Client) -> Attempt:
    config, tls = client.config, client.tls
    return Attempt(
        client.user,
        client.database,
        client.startup,
        client.encrypted,
        config.tls_server_end_point() if tls is not None else None,
        tls.client_name if tls is not None else None,
        config.entropy,
        client.excuse,
        client.instance.logins.take_number(),
    )


def _method(challenge: Challenge, answer: FrontendMessage, before: str) -> str:
    """The name of what was just answered; that from before for a later part of SASL."""
    request: AuthenticationRequest = challenge.request
    if isinstance(request, AuthenticationSASL):
        chosen = answer.mechanism if isinstance(answer, SASLInitialResponse) else ""
        return chosen.lower() if chosen in request.mechanisms else "sasl"
    if challenge.answer == "sasl_response":
        return before
    return _NAMES.get(request.code, f"method {request.code}")


def _check_kind(answer: str, tag: bytes) -> None:
    if tag != _TAGS.get(answer, b"p"):
        raise fatal(
            "08P01", f"expected an answer to the authentication request, got message type {tag[0]}"
        )


def _refusal(client: Client, refused: Refused) -> SqlError:
    if refused.error is not None:
        error = refused.error
        # A new one: what is raised again and again collects tracebacks, from all threads.
        return SqlError(error.sqlstate, error.message, error.detail, error.hint, error.severity)
    text = refused.message or f'password authentication failed for user "{client.user}"'
    return fatal("28000" if client.dialect.redshift else "28P01", text)


def recorded(client: Client, login: Talk) -> Talk:
    """``login``, whose outcome goes to the server's ``logins``."""
    try:
        yield from login
    except SqlError as error:
        cause = error.__cause__
        _record(client, str(cause) if isinstance(cause, Refused) else error.message)
        raise
    except GeneratorExit:
        _record(client, "the client went away")
        raise
    _record(client, None)


def _record(client: Client, refused: str | None) -> None:
    client.instance.logins.add(
        Login(
            client.outbox.log.number,
            client.user,
            client.database,
            client.auth_method,
            client.encrypted,
            client.startup,
            client.tls,
            refused,
        )
    )
