"""After the login: commands come, answers go, until the client leaves."""

from __future__ import annotations

from collections.abc import Generator

from rs_driver.errors import LocalProtocolError
from rs_driver.wire.control import ParameterStatus, ReadyForQuery
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import (
    Bind,
    Close,
    Describe,
    Execute,
    Flush,
    FunctionCall,
    Parse,
    Query,
    Sync,
    Terminate,
)
from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.protocol.replies import error_response, fatal, protocol_violation
from rs_driver_fakeserver.protocol.wants import Malformed, Talk, Want
from rs_driver_fakeserver.protocol.wiring import wired
from rs_driver_fakeserver.sql.answerers import EngineFailed

_ONLY_AT_LOGIN = (b"p", b"i")
_OF_COPY = (b"d", b"c", b"f")
"""Ignored where there is no COPY, as they may come after it has failed."""
_EXTENDED = (b"P", b"B", b"D", b"E", b"C", b"H")


def serve(client: Client) -> Talk:
    """The conversation from the first ReadyForQuery to Terminate."""
    instance = client.instance
    try:
        if instance.engine is not None:
            client.engine = instance.engine.open_session(client.user, client.database)
        conversation = _Conversation(client)
        try:
            yield from conversation.talk()
        finally:
            conversation.close()
    except SqlError as error:
        raise fatal(error.sqlstate, error.message) from error
    finally:
        instance.backends.forget(client.process_id)
        client.outbox.log.ended()
        if client.engine is not None:
            client.engine.close()


class _Conversation:
    """The commands of one client, one after the other."""

    def __init__(self, client: Client) -> None:
        parts = wired(client)
        self._client = client
        self._transaction = parts.transaction
        self._simple = parts.simple
        self._extended = parts.extended
        self._channels = parts.channels
        self._skipping = False  # after an error in an extended query, up to its Sync

    def talk(self) -> Talk:
        """Ready, then a command and its answer, over and over."""
        want = Want(limit=self._client.config.max_message)
        self._ready()
        while True:
            try:
                message = yield want
            except Malformed as malformed:
                self._malformed(malformed)
                continue
            if isinstance(message, Terminate):
                return
            if message.tag in _OF_COPY:
                continue
            if self._client.idle:
                self._client.cancelled = False  # it came while there was nothing to cancel
                self._client.idle = False
                self._client.instance.backends.turn(self._client.process_id)
            yield from self._answer(message)

    def close(self) -> None:
        """The client is gone."""
        self._channels.close()

    def _answer(self, message: FrontendMessage) -> Talk:
        """Answer one command. While skipping, only Sync counts."""
        if isinstance(message, Sync):
            self._skipping = False
            yield from self._finish(self._end_group())
        elif self._skipping:
            return
        elif isinstance(message, Query):
            yield from self._finish(self._query(message))
        elif isinstance(message, FunctionCall):
            yield from self._finish(_refuse(message))
        elif message.tag in _ONLY_AT_LOGIN:
            raise fatal("08P01", f"invalid frontend message type {message.tag[0]}")
        elif not (yield from self._try(self._extend(message))):
            self._skipping = True

    def _query(self, message: Query) -> Talk:
        self._extended.check_sequence("Q")
        self._extended.forget_unnamed()
        yield from self._simple.query(message)

    def _end_group(self) -> Talk:
        self._transaction.end_group()
        yield from ()

    def _extend(self, message: FrontendMessage) -> Talk:
        match message:
            case Parse():
                self._extended.parse(message)
            case Bind():
                self._extended.bind(message)
            case Describe():
                self._extended.describe(message)
            case Execute():
                yield from self._extended.execute(message)
            case Close():
                self._extended.close(message)
            case Flush():
                self._client.outbox.flush()

    def _finish(self, run: Talk) -> Talk:
        """Run what ends with ReadyForQuery, whether it fails or not."""
        yield from self._try(run)
        self._ready()

    def _try(self, run: Talk) -> Generator[Want, FrontendMessage, bool]:
        """Run it; if it fails, tell the client, and give False."""
        try:
            yield from run
        except SqlError as error:
            self._failed(error)
            return False
        except LocalProtocolError as error:
            self._failed(SqlError("XX000", f"the fake server cannot say this: {error}"))
            return False
        return True

    def _failed(self, error: SqlError) -> None:
        if isinstance(error, EngineFailed):
            self._client.report("internal", error.message)
        self._transaction.fail()
        if error.severity in ("FATAL", "PANIC"):
            raise error
        self._client.outbox.send(error_response(error, self._client.dialect))
        self._client.outbox.flush()  # a client that sent no Sync yet learns of it, too

    def _malformed(self, malformed: Malformed) -> None:
        """A message whose frame was sound but whose body was not."""
        if self._skipping and malformed.tag != b"S":
            return
        self._failed(protocol_violation(f"invalid message format: {malformed}"))
        if malformed.tag in _EXTENDED:
            self._skipping = True
        else:
            self._skipping = False
            self._ready()

    def _ready(self) -> None:
        self._extended.end_group()
        for name, value in self._client.settings.news():
            self._client.outbox.send(ParameterStatus(name, value))
        self._client.in_block = self._transaction.status != "I"
        self._client.say_pushed()
        self._client.outbox.send(ReadyForQuery(self._transaction.status))
        self._client.outbox.flush()
        self._client.idle = True


def _refuse(call: FunctionCall) -> Talk:
    yield from ()
    raise SqlError("42883", f"function with OID {call.oid} does not exist")
