"""Messages, in both directions, and the buffer in which they arrive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire.base import Layout
from rs_driver.wire.buffer import ReceiveBuffer
from rs_driver.wire.framing import DEFAULT_MAX_MESSAGE, MAX_HANDSHAKE_MESSAGE
from rs_driver.wire.registry import decode_backend, decode_frontend
from rs_driver.wire.results import RowDescription
from rs_driver.wire.startup import decode_startup
from support import messages
from support.frames import fill
from support.fuzz.target import Target
from support.talks import talk

_EACH = 20
_REFUSALS = (RemoteProtocolError,)


def drawn(strategy: st.SearchStrategy[Any], count: int = _EACH) -> list[Any]:
    """What Hypothesis makes of ``strategy``, the same each time."""
    found: list[Any] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found


def _bodies(strategy: st.SearchStrategy[Any], head: int) -> Sequence[bytes]:
    """``head``: how many bytes come before the body."""
    return [message.encode()[head:] for message in drawn(strategy)]


def _body(kind: type[Layout], strategy: st.SearchStrategy[Any], side: str) -> Target:
    """What is read is written and read again the same."""

    def run(data: bytes) -> None:
        message = kind.decode(data)
        wire = message.encode()
        assert kind.decode(wire[len(kind.tag) + 4 :]) == message

    return Target(
        f"{side}:{kind.__name__}", run, partial(_bodies, strategy, len(kind.tag) + 4), _REFUSALS
    )


def _row_description(version: int) -> Target:
    def run(data: bytes) -> None:
        message = RowDescription.decode(data, version)
        assert RowDescription.decode(message.encode()[5:], version) == message

    strategy = messages.row_descriptions(version)
    return Target(
        f"backend:RowDescription:{version}", run, partial(_bodies, strategy, 5), _REFUSALS
    )


def _stream(
    decode: Callable[[int, bytes], object], untagged: bool, limit: int
) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        """Whole and in pieces the same messages come out, up to the same error."""
        seen = [_frames(data, piece, untagged, limit) for piece in (len(data) + 1, 3)]
        assert seen[0] == seen[1]
        for tag, body in seen[0]:
            decode(tag, body)

    return run


def _frames(data: bytes, piece: int, untagged: bool, limit: int) -> list[tuple[int, bytes]]:
    buffer = ReceiveBuffer(64)
    found: list[tuple[int, bytes]] = []
    for at in range(0, len(data), piece):
        fill(buffer, data[at : at + piece])
        next_frame = buffer.untagged_frame if untagged and not found else buffer.frame
        try:
            while frame := next_frame(limit):
                found.append((frame.tag, buffer.body(frame)))
                buffer.consume(frame)
                next_frame = buffer.frame
        except RemoteProtocolError as error:
            return [*found, (-1, str(error).encode())]
    return found


def _said_by_server() -> Sequence[bytes]:
    return [talk(name).tape.sent_by("B")[-2000:] for name in ("postgres", "redshift")]


def _said_by_client() -> Sequence[bytes]:
    return [talk(name).tape.sent_by("F")[:2000] for name in ("postgres", "redshift")]


def _of_server(tag: int, body: bytes) -> None:
    for version in (0, 1, 2):
        if tag >= 0:
            decode_backend(tag, body, version)


def _of_client(tag: int, body: bytes) -> None:
    if tag == 0:
        decode_startup(body)
    elif tag > 0:
        for digest in (False, True):
            decode_frontend(tag, body, digest=digest)


TARGETS: Sequence[Target] = (
    *(
        _body(kind, strategy, side)
        for side, table in (
            ("backend", messages.BACKEND),
            ("frontend", {**messages.STARTUP, **messages.FRONTEND}),
        )
        for kind, strategy in table.items()
        if kind is not RowDescription
    ),
    *(_row_description(version) for version in (0, 1, 2)),
    Target(
        "stream:backend",
        _stream(_of_server, untagged=False, limit=DEFAULT_MAX_MESSAGE),
        _said_by_server,
        _REFUSALS,
        cost=10,
    ),
    Target(
        "stream:frontend",
        _stream(_of_client, untagged=True, limit=MAX_HANDSHAKE_MESSAGE),
        _said_by_client,
        _REFUSALS,
        cost=10,
    ),
)
