"""TLS over a non-blocking socket, for the synchronous shell and, shared, for asyncio."""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import TYPE_CHECKING

from rs_driver.adapters.transport.contexts import VERSIONS, TlsOptions, begun, make_context
from rs_driver.adapters.transport.endpoint import tls_server_end_point
from rs_driver.adapters.transport.readiness import expired, wait_for_socket
from rs_driver.adapters.transport.records import STEP, Records
from rs_driver.adapters.transport.sockets import Address, SocketStream, disconnected, reason
from rs_driver.errors import InterfaceError, OperationalError, TlsError
from rs_driver.ports.transport import Channel

if TYPE_CHECKING:
    from typing_extensions import Self

_RECORD = 16 * 1024


# OpenSSL's X509_V_ERR_*: self-signed leaf, self-signed authority, issuer not found (twice).
_UNKNOWN_AUTHORITY = frozenset({18, 19, 20, 21})


class TlsStream(SocketStream):
    """The part of both TLS transports that does not wait.

    TLS may have to send in order to read (and the reverse): ``interest`` translates what
    a caller wants to do into what the socket has to be ready for.
    """

    def __init__(
        self, sock: socket.socket, address: Address, hostname: str, tls: TlsOptions
    ) -> None:
        super().__init__(sock, address)
        self._tls = tls
        self._hostname = hostname
        self._records = Records(sock)
        self._secure = self._begun()
        self._hungry = True  # what has been fetched is less than a record
        self._held = 0  # bytes that are encrypted, and not with the socket in full
        self._write_needs_read = False
        self._failure: OperationalError | InterfaceError | None = None
        self._channel = Channel(encrypted=True, verified=tls.verifies, peer=str(address))

    def _begun(self) -> ssl.SSLObject:
        context = make_context(self._tls)
        name = self._hostname.rstrip(".")
        try:
            return begun(context, name, self._records.incoming, self._records.outgoing)
        except (OSError, ValueError) as error:
            raise disconnected(
                f"TLS with {self._address} could not begin: {reason(error)}", retry_safe=True
            ) from error

    @classmethod
    def begin(cls, sock: socket.socket, address: Address, hostname: str, tls: TlsOptions) -> Self:
        """The stream at the start of its handshake, which has taken over what ``sock`` was;
        that is closed if there is no stream."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(sock)
            own = socket.socket(sock.family, sock.type, sock.proto, fileno=sock.detach())
            stack.enter_context(own)
            own.setblocking(False)
            stream = cls(own, address, hostname, tls)
            stack.pop_all()
        return stream

    def shake_hands(self) -> tuple[bool, bool] | None:
        """One step of the handshake: what to wait for (read, write), or None when done."""
        try:
            self._records.fetch()
            try:
                self._secure.do_handshake()
            except ssl.SSLWantReadError:
                return (True, False) if self._records.flush() else (False, True)
            self._records.flush()
        except ssl.SSLCertVerificationError as error:
            self._say_why()
            raise self._refused(error) from error
        except OSError as error:
            self._say_why()
            raise self._broken_off(error) from error
        if (version := self._secure.version()) not in VERSIONS:
            raise TlsError(f"{self._address} speaks {version}; TLS 1.2 is the least")
        certificate = self._secure.getpeercert(binary_form=True)
        self._hungry = False  # the last step may have brought more than the handshake's end
        self._channel = Channel(
            encrypted=True,
            verified=self._tls.verifies,
            tls_server_end_point=tls_server_end_point(certificate) if certificate else None,
            peer=str(self._address),
        )
        return None

    def _say_why(self) -> None:
        """Send the alert that OpenSSL has written, if the socket takes it at once."""
        with contextlib.suppress(OSError):
            self._records.flush()

    def handshake_timed_out(self) -> OperationalError:
        """The error for a handshake that is not done at the deadline."""
        message = f"timed out during the TLS handshake with {self._address}"
        return disconnected(message, retry_safe=True)

    def recv_into(self, view: memoryview) -> int | None:
        """Fill ``view`` with as many records as have come.

        What is fetched for that is bounded, so that records without any data end the
        call like the lack of records.
        """
        self.fileno()
        if self._failure is not None:
            raise self._failure
        filled, fetches = 0, 1 + len(view) // STEP
        try:
            while filled < len(view):
                count = self._decrypt(view[filled:])
                if count == 0:
                    return filled
                if count is not None:
                    filled += count
                elif fetches and self._fetch():
                    fetches -= 1
                else:
                    return filled or None
        except OSError as error:
            self._say_why()
            failure = self._failed("reading from", error)
            failure.__cause__ = error
            if not filled:
                raise failure from error
            self._failure = failure  # what came before it is given out first
        return filled

    def _decrypt(self, view: memoryview) -> int | None:
        """Bytes of the next record: how many; 0 at the end; None where none is complete."""
        try:
            count: int = self._secure.read(len(view), view)  # type: ignore[assignment]  # as for SSLSocket
        except ssl.SSLWantReadError:
            self._hungry = True
        except ssl.SSLEOFError:  # many a server hangs up without TLS's own farewell
            return 0
        else:
            return count
        self._say_why()  # an answer to the peer's TLS; should it fail, reading will tell
        return None

    def _fetch(self) -> bool:
        if not self._records.fetch():
            return False
        self._hungry = False
        return True

    def send(self, data: memoryview) -> int:
        """Encrypt and send record by record, so that what is taken is counted exactly.

        A record that the socket took in part is remembered: the caller goes on with the
        same bytes, as it must after 0 or a short count in any case.
        """
        sent = 0
        try:
            while sent < len(data):
                if not self._held:
                    self._held = self._encrypt(data[sent : sent + _RECORD])
                if not self._records.flush() or not self._held:
                    break
                sent += self._held
                self._held = 0
        except OSError as error:
            raise self._failed("sending to", error) from error
        return sent

    def _encrypt(self, data: memoryview) -> int:
        """Hand over a record's bytes: how many; 0 while TLS 1.2 negotiates anew."""
        if self._write_needs_read:
            self._fetch()
        self._write_needs_read = False
        try:
            return self._secure.write(data)
        except ssl.SSLWantReadError:
            self._write_needs_read = True
            return 0

    def channel(self) -> Channel:
        """As ``ports.transport.Transport.channel``; complete after the handshake."""
        return self._channel

    def interest(self, read: bool, write: bool) -> tuple[bool, bool]:
        """The socket's direction for each of the two, and for what TLS itself has to say."""
        reads = read or (write and self._write_needs_read)
        writes = (write and not self._write_needs_read) or self._records.unsent
        return reads, writes

    def ready(self, read: bool) -> bool:
        """Whether bytes that have been taken from the socket, or an error, can be read."""
        fetched = not self._hungry and self._records.incoming.pending > 0
        return read and (self._failure is not None or fetched or self._secure.pending() > 0)

    def _refused(self, error: ssl.SSLCertVerificationError) -> OperationalError:
        why = error.verify_message or reason(error)
        message = (
            f"TLS with {self._address}: the certificate of host {self._hostname!r} was refused "
            f"(sslmode={self._tls.mode}): {why}"
        )
        if error.verify_code in _UNKNOWN_AUTHORITY:
            message += "; sslrootcert names the file of a private authority's certificate"
        return TlsError(message)

    def _failed(self, doing: str, error: OSError) -> OperationalError | InterfaceError:
        """Since TLS 1.3 a server judges the client's certificate when its own handshake is done."""
        if isinstance(error, ssl.SSLError) and "alert" in reason(error).lower():
            return TlsError(f"{self._address} broke TLS off: {reason(error)}")
        return super()._failed(doing, error)

    def _broken_off(self, error: OSError) -> OperationalError:
        """The two cannot agree, or the connection was lost."""
        lost = isinstance(error, ssl.SSLEOFError) or not isinstance(error, ssl.SSLError)
        message = f"the TLS handshake with {self._address} failed: {reason(error)}"
        failure = disconnected(message) if lost else TlsError(message)
        failure.retry_safe = True
        return failure


class TlsTransport(TlsStream):
    """``ports.transport.Transport`` over TLS."""

    @classmethod
    def over(
        cls,
        sock: socket.socket,
        address: Address,
        hostname: str,
        tls: TlsOptions,
        deadline: float | None,
    ) -> TlsTransport:
        """Take over a connected, non-blocking socket and shake hands before the deadline.

        OperationalError where the peer fails, or its certificate does; the socket is
        closed then.
        """
        stream = cls.begin(sock, address, hostname, tls)
        try:
            while (want := stream.shake_hands()) is not None:
                if not wait_for_socket(stream.fileno(), *want, deadline):
                    raise stream.handshake_timed_out()
        except BaseException:  # whatever it is, nobody else closes the socket
            stream.close()
            raise
        return stream

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        """As ``ports.transport.Transport.wait``."""
        if self.ready(read) and not expired(deadline):
            return True
        reads, writes = self.interest(read, write)
        return wait_for_socket(self.fileno(), reads, writes, deadline)

    def start_tls(self, hostname: str, deadline: float | None) -> TlsTransport:
        """Refused: it is on."""
        del hostname, deadline
        raise InterfaceError(f"the connection to {self._address} uses TLS already")
