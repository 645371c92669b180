"""Transports that break one line of their contract each: what a conformance suite is for.

Each is a wrapper of the driver's own transport, which does everything else right.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from rs_driver.adapters.transport.contexts import TlsOptions
from rs_driver.adapters.transport.sockets import Address as TcpAddress
from rs_driver.adapters.transport.tcp import connect_tcp
from rs_driver.errors import OperationalError
from rs_driver.ports.transport import Channel, Transport
from rs_driver_fakeserver.conformance.peers import Address

_A_WHILE = 0.02


class Wrapped:
    """A transport that does everything right, as a wrapper: the measure for the others."""

    mode = "verify-full"

    def __init__(self, inner: Transport) -> None:
        self.inner = inner

    @classmethod
    def connect(cls, address: Address, deadline: float | None) -> Wrapped:
        where = TcpAddress(address.host, address.port)
        root = None if cls.mode == "require" else address.ca_file
        return cls(connect_tcp(where, deadline, tls=TlsOptions(cls.mode, root)))

    def recv_into(self, view: memoryview) -> int | None:
        return self.inner.recv_into(view)

    def send(self, data: memoryview) -> int:
        return self.inner.send(data)

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        return self.inner.wait(read, write, deadline)

    def start_tls(self, hostname: str, deadline: float | None) -> Wrapped:
        return type(self)(self.inner.start_tls(hostname, deadline))

    def channel(self) -> Channel:
        return self.inner.channel()

    def close(self) -> None:
        self.inner.close()


class BlocksInReading(Wrapped):
    """``recv_into`` waits for bytes, as a blocking socket does."""

    def recv_into(self, view: memoryview) -> int | None:
        self.inner.wait(True, False, None)
        return self.inner.recv_into(view)


class BlocksInSending(Wrapped):
    """``send`` goes on until all is sent, as ``socket.sendall`` does."""

    def send(self, data: memoryview) -> int:
        sent = 0
        while sent < len(data):
            self.inner.wait(False, True, None)
            sent += self.inner.send(data[sent:])
        return sent


class ReadsAhead(Wrapped):
    """Reads all that is there into a buffer of its own, which ``wait`` knows nothing of."""

    def __init__(self, inner: Transport) -> None:
        super().__init__(inner)
        self.ahead = bytearray()

    def recv_into(self, view: memoryview) -> int | None:
        if not self.ahead:
            buffer = memoryview(bytearray(4096))
            count = self.inner.recv_into(buffer)
            if not count:
                return count
            self.ahead += buffer[:count]
        count = min(len(view), len(self.ahead))
        view[:count] = self.ahead[:count]
        del self.ahead[:count]
        return count


class CarriesPlaintextOver(ReadsAhead):
    """What was read before TLS is given out after it, as if it had come over TLS."""

    def start_tls(self, hostname: str, deadline: float | None) -> CarriesPlaintextOver:
        secure = CarriesPlaintextOver(self.inner.start_tls(hostname, deadline))
        secure.ahead = self.ahead
        return secure


class ForgivesDeadlines(Wrapped):
    """A deadline that has passed is False only where nothing is ready."""

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        if deadline is not None:
            deadline = max(deadline, time.monotonic() + _A_WHILE)
        return self.inner.wait(read, write, deadline)


class GivesUpEarly(Wrapped):
    """No wait takes longer than a moment, whatever its deadline."""

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        moment = time.monotonic() + _A_WHILE
        return self.inner.wait(read, write, min(deadline or moment, moment))


class GivesBytesAgain(Wrapped):
    """The last byte of a piece comes once more before the next one."""

    last = b""

    def recv_into(self, view: memoryview) -> int | None:
        kept = len(self.last)
        if len(view) <= kept:
            return self.inner.recv_into(view)
        count = self.inner.recv_into(view[kept:])
        if not count:
            return count
        view[:kept] = self.last
        self.last = bytes(view[kept + count - 1 : kept + count])
        return kept + count


class ReadsOrWrites(Wrapped):
    """Asked for both directions, it waits for writing alone."""

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        return self.inner.wait(read and not write, write, deadline)


class LosesTheEnd(Wrapped):
    """The end of the stream looks as if nothing had come yet."""

    def recv_into(self, view: memoryview) -> int | None:
        return self.inner.recv_into(view) or None


class SaysMoreThanItSent(Wrapped):
    """``send`` claims all of a large piece, and has taken less."""

    def send(self, data: memoryview) -> int:
        return len(data) if self.inner.send(data[:65536]) else 0


@contextlib.contextmanager
def _bare() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise error.__cause__ or error from None


class RaisesOsErrors(Wrapped):
    """What the socket raises leaves as it is."""

    @classmethod
    def connect(cls, address: Address, deadline: float | None) -> Wrapped:
        with _bare():
            return super().connect(address, deadline)

    def recv_into(self, view: memoryview) -> int | None:
        with _bare():
            return self.inner.recv_into(view)

    def send(self, data: memoryview) -> int:
        with _bare():
            return self.inner.send(data)

    def start_tls(self, hostname: str, deadline: float | None) -> Wrapped:
        with _bare():
            return super().start_tls(hostname, deadline)


class HidesTheCause(Wrapped):
    """An OperationalError behind which nothing stands."""

    def recv_into(self, view: memoryview) -> int | None:
        try:
            return self.inner.recv_into(view)
        except OperationalError as error:
            lost = OperationalError(str(error))
            lost.is_disconnect = True
            raise lost from None


class ClosesOnce(Wrapped):
    """The second ``close`` raises."""

    closed = False

    def close(self) -> None:
        if self.closed:
            raise OperationalError("it is closed already")
        self.closed = True
        self.inner.close()


class NeverCloses(Wrapped):
    """``close`` leaves the socket to the garbage collector."""

    def close(self) -> None:
        pass


class ReadsInWaiting(Wrapped):
    """``wait`` takes bytes away and keeps them where an exception loses them."""

    def __init__(self, inner: Transport) -> None:
        super().__init__(inner)
        self.ahead = b""

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        ready = bool(self.ahead) or self.inner.wait(read, write, deadline)
        buffer = memoryview(bytearray(64))
        count = self.inner.recv_into(buffer) if read and ready else None
        taken = self.ahead + bytes(buffer[: count or 0])
        self.ahead = b""
        time.sleep(_A_WHILE)
        self.ahead = taken
        return ready

    def recv_into(self, view: memoryview) -> int | None:
        if not self.ahead:
            return self.inner.recv_into(view)
        count = min(len(view), len(self.ahead))
        view[:count] = self.ahead[:count]
        self.ahead = self.ahead[count:]
        return count


class SwallowsInterrupts(Wrapped):
    """An exception in ``wait`` makes it begin anew."""

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        try:
            return self.inner.wait(read, write, deadline)
        except Exception:
            raise
        except BaseException:  # noqa: BLE001  (on purpose)
            return self.wait(read, write, deadline)


class TrustsAnybody(Wrapped):
    """TLS without a look at the certificate, and a channel that says otherwise."""

    mode = "require"

    def channel(self) -> Channel:
        inner = self.inner.channel()
        return Channel(inner.encrypted, True, inner.tls_server_end_point, inner.peer)


class TrustsAnyHost(Wrapped):
    """TLS that looks at the chain and not at the name."""

    mode = "verify-ca"


class TakesAddressesForNames(Wrapped):
    """Asks for another host than it was told."""

    def start_tls(self, hostname: str, deadline: float | None) -> Wrapped:
        return super().start_tls(f"host-{hostname}", deadline)


class KeepsItsChannel(Wrapped):
    """After ``start_tls`` it says what it said before."""

    said: Channel | None = None

    def start_tls(self, hostname: str, deadline: float | None) -> Wrapped:
        secure = KeepsItsChannel(self.inner.start_tls(hostname, deadline))
        secure.said = self.inner.channel()
        return secure

    def channel(self) -> Channel:
        return self.said or self.inner.channel()


class ForgetsTheTimeInHandshakes(Wrapped):
    """``start_tls`` without its deadline."""

    def start_tls(self, hostname: str, deadline: float | None) -> Wrapped:
        del deadline
        return type(self)(self.inner.start_tls(hostname, None))
