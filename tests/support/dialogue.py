"""Operations without a shell: the server's half of the conversation is a script.

A ``Dialogue`` drives a generator of ``rs_driver.domain.operations`` over a core in memory.
``say`` puts down what the server will say: each call is one arrival, which a ``Want.READ``
takes (a ``Want.FLUSH`` is fulfilled by sending). What the client sends is kept, so that a
test can ask for it as messages. Where the script ends before the operation does, the test
is wrong: AssertionError.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar, Union

from rs_driver.adapters.rows.struct_ import StructScanner
from rs_driver.domain.phases import Phase
from rs_driver.domain.protocol import ClientProtocol, Event
from rs_driver.domain.wants import Cancel, Operation, StartTls, UserCall, Want, Wants
from rs_driver.ports.transport import Channel
from rs_driver.shells.link import attempt
from rs_driver.wire.buffer import ReceiveBuffer
from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.framing import MAX_LENGTH
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.registry import decode_frontend
from rs_driver.wire.results import FieldDescription, RowDescription

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")
Words = Union[BackendMessage, bytes]

SAFE = Channel(encrypted=True, verified=True, peer="server")
END = b""


def newborn_core(max_message: int = 2**30) -> ClientProtocol:
    """A core that reads rows with the stdlib's scanner, before its first word."""
    return ClientProtocol(StructScanner(), max_message)


def new_core(max_message: int = 2**30) -> ClientProtocol:
    """The same after a login, which the caller is spared: idle."""
    core = newborn_core(max_message)
    core.phase = Phase.IDLE
    return core


def encoded(words: Iterable[Words]) -> bytes:
    """The bytes of messages; bytes stand for themselves."""
    return b"".join(word if isinstance(word, bytes) else word.encode() for word in words)


def hear(core: ClientProtocol, *words: Words) -> None:
    """Let bytes arrive at ``core``, in as many reads as that takes."""
    data = encoded(words)
    while data:
        data = data[arrive(core, data) :]


def arrive(core: ClientProtocol, data: bytes) -> int:
    """One read: how many bytes of ``data`` it took. ``END`` is the end of the stream."""
    room = core.get_buffer()
    count = min(len(room), len(data))
    room[:count] = data[:count]
    core.received(count)
    return count


def take_sent(core: ClientProtocol) -> bytes:
    """Everything queued, as a transport would take it."""
    with core.data_to_send() as view:
        data = bytes(view)
    core.sent(len(data))
    return data


def events(core: ClientProtocol) -> list[Event]:
    """Every event that can be had without more bytes."""
    found: list[Event] = []
    while (event := core.next()) is not None:
        found.append(event)
    return found


def failure(
    code: str = "42601", text: str = "no such thing", severity: str = "ERROR"
) -> ErrorResponse:
    """An error as servers report it."""
    return ErrorResponse({"S": severity, "V": severity, "C": code, "M": text})


def described(*types: int) -> RowDescription:
    """The description of text columns ``c0``, ``c1`` ... of these type OIDs."""
    return RowDescription(
        tuple(FieldDescription(f"c{at}", type_oid=oid) for at, oid in enumerate(types))
    )


def decoded(data: bytes) -> list[FrontendMessage]:
    """The tagged messages in ``data``, which ends with one."""
    buffer = ReceiveBuffer(len(data) or 1)
    buffer.get_buffer()[: len(data)] = data
    buffer.received(len(data))
    found = []
    while frame := buffer.frame(MAX_LENGTH):
        found.append(decode_frontend(frame.tag, buffer.body(frame)))
        buffer.consume(frame)
    assert len(buffer) == 0
    return found


class Dialogue:
    """See the module. ``secured``: what StartTls answers; ``cancels``: what Cancel does;
    ``wants``: all that was wanted."""

    def __init__(self, core: ClientProtocol | None = None) -> None:
        self.core = core or new_core()
        self.secured = SAFE
        self.cancels = True
        self.wants: list[Wants] = []
        self.sent = b""
        self._script: deque[bytes] = deque()

    def say(self, *words: Words) -> Self:
        """One arrival. Without words: nothing."""
        if words:
            self._script.append(encoded(words))
        return self

    def hang_up(self) -> Self:
        """The server closes its end."""
        self._script.append(END)
        return self

    def run(self, operation: Operation[T]) -> T:
        """Drive ``operation`` to its end; everything that the server was to say was heard."""
        answer: object = None
        while True:
            try:
                want = operation.send(answer)
            except StopIteration as stop:
                self._send()
                assert not self._script, "the server had more to say"
                result: T = stop.value
                return result
            self.wants.append(want)
            answer = self._fulfil(want)

    def messages(self) -> list[FrontendMessage]:
        """What the client has sent since this was last asked."""
        data, self.sent = self.sent, b""
        return decoded(data)

    def _fulfil(self, want: Wants) -> object:
        self._send()
        if want is Want.READ:
            assert self._script, "the operation waits for words that are not in the script"
            data = self._script.popleft()
            if rest := data[arrive(self.core, data) :]:
                self._script.appendleft(rest)
            return None
        if isinstance(want, StartTls):
            return self.secured
        if isinstance(want, UserCall):
            return attempt(want.call)
        if isinstance(want, Cancel):
            return self.cancels
        return None if isinstance(want, Want) else want.call()

    def _send(self) -> None:
        self.sent += take_sent(self.core)


def kinds(messages: list[FrontendMessage]) -> str:
    """The tags: a conversation at a glance."""
    return b"".join(message.tag for message in messages).decode()


def untouched(dialogue: Dialogue) -> bool:
    """Nothing was sent, and the next statement can be."""
    core = dialogue.core
    return (dialogue.sent, core.pending, core.busy, core.broken) == (b"", 0, None, None)
