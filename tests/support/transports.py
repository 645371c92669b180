"""Transports and a clock for the tests of the shells: they fail, dawdle or never stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rs_driver.errors import OperationalError
from rs_driver.ports.transport import AsyncTransport, Channel, Transport
from rs_driver.wire.control import NoticeResponse

PLACES = ("recv_into", "send", "wait")


@dataclass
class Trip:
    """Raises ``error`` at one call of one of ``PLACES``, before or after it does its work.

    ``after``: bytes have moved, and nobody has been told. Counts calls from ``arm`` on.
    """

    place: str = ""
    call: int = 0
    after: bool = False
    error: type[BaseException] = KeyboardInterrupt
    armed: bool = False
    calls: Counter[str] = field(default_factory=Counter)

    def arm(self) -> None:
        self.armed = True

    def before(self, place: str) -> None:
        if self.armed:
            self.calls[place] += 1
            self._strike(place, False)

    def behind(self, place: str) -> None:
        if self.armed:
            self._strike(place, True)

    def _strike(self, place: str, after: bool) -> None:
        if (place, self.calls[place], after) == (self.place, self.call, self.after):
            raise self.error(f"{place}, call {self.call}")


class _Tripping:
    """The part of both transports that does not wait."""

    def __init__(self, inner: Transport | AsyncTransport, trip: Trip) -> None:
        self._medium = inner
        self._trip = trip
        self.closed = False

    def recv_into(self, view: memoryview) -> int | None:
        self._trip.before("recv_into")
        count = self._medium.recv_into(view)
        self._trip.behind("recv_into")
        return count

    def send(self, data: memoryview) -> int:
        self._trip.before("send")
        count = self._medium.send(data)
        self._trip.behind("send")
        return count

    def channel(self) -> Channel:
        return self._medium.channel()

    def close(self) -> None:
        self.closed = True
        self._medium.close()


class TrippingTransport(_Tripping):
    """A transport in which ``trip`` lies in wait."""

    def __init__(self, inner: Transport, trip: Trip) -> None:
        super().__init__(inner, trip)
        self._inner = inner

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        self._trip.before("wait")
        ready = self._inner.wait(read, write, deadline)
        self._trip.behind("wait")
        return ready

    def start_tls(self, hostname: str, deadline: float | None) -> TrippingTransport:
        return TrippingTransport(self._inner.start_tls(hostname, deadline), self._trip)


class AsyncTrippingTransport(_Tripping):
    """The same for asyncio."""

    def __init__(self, inner: AsyncTransport, trip: Trip) -> None:
        super().__init__(inner, trip)
        self._inner = inner

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        self._trip.before("wait")
        ready = await self._inner.wait(read, write, deadline)
        self._trip.behind("wait")
        return ready

    async def start_tls(self, hostname: str, deadline: float | None) -> AsyncTrippingTransport:
        return AsyncTrippingTransport(await self._inner.start_tls(hostname, deadline), self._trip)


class ManualClock:
    """Time that passes when a transport says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now + 1_700_000_000


class _Slow:
    """Gives ``stream`` in pieces of ``piece`` bytes, each of which takes ``pause`` seconds.

    With ``repeat`` the stream begins anew at its end, and nobody ever has to wait: the
    time passes in reading. What is sent vanishes. Gives up after ``patience`` reads, as
    then nobody looked at the clock.
    """

    def __init__(
        self,
        clock: ManualClock,
        stream: bytes,
        piece: int = 1,
        pause: float = 1.0,
        *,
        repeat: bool = False,
        patience: int = 10_000,
    ) -> None:
        self._clock = clock
        self._stream = stream
        self._piece = piece
        self._pause = pause
        self._repeat = repeat
        self._patience = patience
        self._at = 0
        self._ready = 0
        self.reads = 0
        self.closed = False

    def recv_into(self, view: memoryview) -> int | None:
        if self._repeat:
            self._clock.now += self._pause
            self._ready = self._piece
            self._at %= len(self._stream)
        if not self._ready:
            return None
        self.reads += 1
        if self.reads > self._patience:
            raise AssertionError("nobody looks at the clock")
        data = self._stream[self._at : self._at + min(self._ready, len(view))]
        view[: len(data)] = data
        self._at += len(data)
        self._ready = 0
        return len(data)

    def send(self, data: memoryview) -> int:
        return len(data)

    def channel(self) -> Channel:
        return Channel(encrypted=True, verified=True, peer="slow.example:5439")

    def close(self) -> None:
        self.closed = True

    def _wait(self, deadline: float | None) -> bool:
        if self._repeat:
            return True
        pause = self._pause if self._at < len(self._stream) else 1e9
        if deadline is not None and self._clock.now + pause > deadline:
            self._clock.now = deadline
            return False
        self._clock.now += pause
        self._ready = self._piece
        return True


class SlowTransport(_Slow):
    """For the synchronous shell."""

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        return self._wait(deadline)

    def start_tls(self, hostname: str, deadline: float | None) -> SlowTransport:
        raise AssertionError("it is secure already")


class AsyncSlowTransport(_Slow):
    """For asyncio."""

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        return self._wait(deadline)

    async def start_tls(self, hostname: str, deadline: float | None) -> AsyncSlowTransport:
        raise AssertionError("it is secure already")


FLOOD = NoticeResponse({"S": "NOTICE", "C": "00000", "M": "and another thing"}).encode() * 50
"""Notices, which a server may send at any time, and which answer no question."""


class BreakingTransport:
    """Works until ``broken`` is set; then the server has hung up."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.broken = False

    def recv_into(self, view: memoryview) -> int | None:
        return 0 if self.broken else self._inner.recv_into(view)

    def send(self, data: memoryview) -> int:
        return self._inner.send(data)

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        return self._inner.wait(read, write, deadline)

    def start_tls(self, hostname: str, deadline: float | None) -> Transport:
        return self._inner.start_tls(hostname, deadline)

    def channel(self) -> Channel:
        return self._inner.channel()

    def close(self) -> None:
        self._inner.close()


class AsyncBreakingTransport:
    """The same for asyncio."""

    def __init__(self, inner: AsyncTransport) -> None:
        self._inner = inner
        self.broken = False

    def recv_into(self, view: memoryview) -> int | None:
        return 0 if self.broken else self._inner.recv_into(view)

    def send(self, data: memoryview) -> int:
        return self._inner.send(data)

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        return await self._inner.wait(read, write, deadline)

    async def start_tls(self, hostname: str, deadline: float | None) -> AsyncTransport:
        return await self._inner.start_tls(hostname, deadline)

    def channel(self) -> Channel:
        return self._inner.channel()

    def close(self) -> None:
        self._inner.close()


def over(transport: AsyncTransport) -> Callable[[float | None], Any]:
    """A connector that has this one transport, and no other."""
    left = [transport]

    async def connector(_deadline: float | None) -> AsyncTransport:
        if not left:
            raise OperationalError("nobody listens there any more")
        return left.pop()

    return connector
