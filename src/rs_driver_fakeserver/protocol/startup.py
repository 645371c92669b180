"""A connection's first moment, up to the startup message: TLS, GSSAPI, cancel requests."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.startup import CancelRequest, GSSENCRequest, SSLRequest, StartupMessage
from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.protocol.replies import fatal
from rs_driver_fakeserver.protocol.tls_answer import Ending, TlsAnswer
from rs_driver_fakeserver.protocol.wants import MAX_STARTUP, Malformed, Want


@dataclass
class Greeting:
    """What the session and its host must know of the beginning.

    ``bytes_left``: how much lies in the buffer behind the message being handled.
    ``ending``: how the handshake of TLS ends before its time; None for one that does not.
    """

    wants_tls: bool = False
    ending: Ending | None = None
    logged_in: bool = False
    bytes_left: int = 0


_PATIENCE = 3600.0
"""Seconds that a client has for waiting until its CancelRequest is passed on."""
_FIRST = Want(limit=MAX_STARTUP, untagged=True)


def first_messages(
    client: Client, greeting: Greeting
) -> Generator[Want, FrontendMessage, StartupMessage | None]:
    """Answer whatever comes before the startup message, and return that.

    None when there is nothing more to say, as after a CancelRequest.
    """
    asked: set[type] = set()
    while True:
        try:
            message = yield _FIRST
        except Malformed as error:
            raise fatal("08P01", "invalid startup packet") from error
        if type(message) in asked:
            raise fatal("08P01", "a second request for encryption")
        asked.add(type(message))
        match message:
            case StartupMessage():
                return message
            case CancelRequest():
                yield from _pass_on(client, message)
                return None
            case SSLRequest():
                answer = _answer_to_ssl_request(client)
                _answer_ssl_request(client, greeting, answer)
                if answer.closes:
                    return None
            case GSSENCRequest():
                client.outbox.send_raw(b"N")
                client.outbox.flush()


def _pass_on(client: Client, request: CancelRequest) -> Generator[Want, FrontendMessage, None]:
    """Up to the moment at which the client is hung up on."""
    late = client.config.late_cancels
    client.instance.backends.cancel(request.process_id, request.secret_key, client.cancel)
    if late is not None and not late.hangs_up:
        yield Want(pause=_PATIENCE)  # client.cancel ends it


def _answer_to_ssl_request(client: Client) -> TlsAnswer:
    config = client.config
    if client.encrypted:
        return TlsAnswer.refuse()
    if config.tls_answer is not None:
        return config.tls_answer
    return TlsAnswer() if config.offers_tls else TlsAnswer.refuse()


def _answer_ssl_request(client: Client, greeting: Greeting, answer: TlsAnswer) -> None:
    if answer.begins and greeting.bytes_left:
        # Bytes that came before the handshake were never protected (CVE-2021-23214).
        raise fatal("08P01", "received unencrypted data after SSL request")
    if answer.failure is not None:
        raise fatal(answer.failure.sqlstate, answer.failure.message)
    greeting.wants_tls, greeting.ending = answer.begins, answer.ending
    client.outbox.send_answer(answer.said)
    client.outbox.flush()
