"""TLS over a non-blocking socket, for the synchronous shell and, shared, for asyncio."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rs_driver.adapters.transport.endpoint import tls_server_end_point
from rs_driver.adapters.transport.readiness import wait_for_socket
from rs_driver.adapters.transport.sockets import Address, SocketStream, disconnected, reason
from rs_driver.errors import InterfaceError, OperationalError
from rs_driver.ports.transport import Channel

if TYPE_CHECKING:
    from typing_extensions import Self

_RECORD = 16 * 1024


@dataclass(frozen=True)
class TlsOptions:
    """``mode``: an sslmode. ``ca_file``: a PEM file in place of the system's trust store.

    ``verify-full`` and ``verify-ca`` check the certificate's chain, the other modes only
    if there is a ``ca_file``; ``verify-full`` alone checks the host name as well.
    """

    mode: str = "verify-full"
    ca_file: str | None = None

    @property
    def verifies(self) -> bool:
        """Whether the certificate's chain is checked."""
        return self.mode in ("verify-ca", "verify-full") or self.ca_file is not None


def make_context(mode: str, ca_file: str | None = None) -> ssl.SSLContext:
    """A client context for an sslmode: TLS 1.2 at least, trust as ``TlsOptions`` says.

    InterfaceError where ``ca_file`` cannot be used.
    """
    options = TlsOptions(mode, ca_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = mode == "verify-full"
    context.verify_mode = ssl.CERT_REQUIRED if options.verifies else ssl.CERT_NONE
    if ca_file is not None and ca_file != "system":
        _trust_file(context, ca_file)
    elif options.verifies:
        _trust_system(context)
    return context


def _trust_file(context: ssl.SSLContext, ca_file: str) -> None:
    try:
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ValueError) as error:
        raise InterfaceError(
            f"sslrootcert: {ca_file!r} holds no usable certificates: {reason(error)}"
        ) from error


def _trust_system(context: ssl.SSLContext) -> None:
    """The system's store; certifi's where the system has none and certifi is installed."""
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    paths = ssl.get_default_verify_paths()
    if paths.cafile or paths.capath or context.cert_store_stats()["x509_ca"]:
        return
    try:
        import certifi
    except ImportError:
        return
    context.load_verify_locations(cafile=certifi.where())


class TlsStream(SocketStream):
    """The part of both TLS transports that does not wait.

    TLS may have to send in order to read (and the reverse), so the last call's wish is
    kept, and ``interest`` translates what a caller wants to do into what the socket has
    to be ready for.
    """

    _sock: ssl.SSLSocket

    def __init__(
        self, sock: socket.socket, address: Address, hostname: str, tls: TlsOptions
    ) -> None:
        context = make_context(tls.mode, tls.ca_file)
        try:
            secure = context.wrap_socket(
                sock,
                server_hostname=hostname.rstrip(".") or None,
                do_handshake_on_connect=False,
            )
        except (OSError, ValueError) as error:
            raise disconnected(
                f"TLS with {address} could not begin: {reason(error)}", retry_safe=True
            ) from error
        super().__init__(secure, address)
        self._tls = tls
        self._hostname = hostname
        self._read_needs_write = False
        self._write_needs_read = False
        self._failure: OperationalError | InterfaceError | None = None
        self._channel = Channel(encrypted=True, verified=tls.verifies, peer=str(address))

    @classmethod
    def begin(cls, sock: socket.socket, address: Address, hostname: str, tls: TlsOptions) -> Self:
        """The stream at the start of its handshake; ``sock`` is closed if there is none."""
        try:
            return cls(sock, address, hostname, tls)
        except BaseException:  # whatever it is, nobody else closes the socket
            sock.close()
            raise

    def shake_hands(self) -> tuple[bool, bool] | None:
        """One step of the handshake: what to wait for (read, write), or None when done."""
        try:
            self._sock.do_handshake()
        except ssl.SSLWantReadError:
            return True, False
        except ssl.SSLWantWriteError:
            return False, True
        except ssl.SSLCertVerificationError as error:
            raise self._refused(error) from error
        except OSError as error:
            raise disconnected(
                f"the TLS handshake with {self._address} failed: {reason(error)}", retry_safe=True
            ) from error
        certificate = self._sock.getpeercert(binary_form=True)
        self._channel = Channel(
            encrypted=True,
            verified=self._tls.verifies,
            tls_server_end_point=tls_server_end_point(certificate) if certificate else None,
            peer=str(self._address),
        )
        return None

    def handshake_timed_out(self) -> OperationalError:
        """The error for a handshake that is not done at the deadline."""
        message = f"timed out during the TLS handshake with {self._address}"
        return disconnected(message, retry_safe=True)

    def recv_into(self, view: memoryview) -> int | None:
        """Fill ``view`` with as many records as have come; TLS gives one at a time."""
        if self._failure is not None:
            raise self._failure
        filled = 0
        self._read_needs_write = False
        while filled < len(view):
            try:
                count = self._sock.recv_into(view[filled:], len(view) - filled)
            except ssl.SSLWantReadError:
                return filled or None
            except ssl.SSLWantWriteError:
                self._read_needs_write = True
                return filled or None
            except OSError as error:
                failure = self._failed("reading from", error)
                failure.__cause__ = error
                if not filled:
                    raise failure from error
                self._failure = failure  # what came before it is given out first
                return filled
            if count == 0:
                return filled
            filled += count
        return filled

    def send(self, data: memoryview) -> int:
        """Encrypt and send record by record, so that what is taken is counted exactly.

        A record that the socket took in part is remembered by TLS: the caller goes on
        with the same bytes, as it must after 0 or a short count in any case.
        """
        sent = 0
        while sent < len(data):
            taken = self._send_record(data[sent : sent + _RECORD])
            if not taken:
                break
            sent += taken
        return sent

    def _send_record(self, data: memoryview) -> int:
        self._write_needs_read = False
        try:
            return self._sock.send(data)
        except ssl.SSLWantWriteError:
            return 0
        except ssl.SSLWantReadError:
            self._write_needs_read = True
            return 0
        except OSError as error:
            raise self._failed("sending to", error) from error

    def channel(self) -> Channel:
        """As ``ports.transport.Transport.channel``; complete after the handshake."""
        return self._channel

    def interest(self, read: bool, write: bool) -> tuple[bool, bool]:
        """The socket's direction for each of the two, as TLS last asked for it."""
        reads = (read and not self._read_needs_write) or (write and self._write_needs_read)
        writes = (write and not self._write_needs_read) or (read and self._read_needs_write)
        return reads, writes

    def ready(self, read: bool) -> bool:
        """Whether decrypted bytes, or an error, are waiting to be read."""
        return read and (self._failure is not None or self._sock.pending() > 0)

    def _refused(self, error: ssl.SSLCertVerificationError) -> OperationalError:
        why = error.verify_message or reason(error)
        message = (
            f"TLS with {self._address}: the certificate of host {self._hostname!r} was refused "
            f"(sslmode={self._tls.mode}): {why}"
        )
        return disconnected(message, retry_safe=True)


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
        except BaseException:  # the same
            stream.close()
            raise
        return stream

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        """As ``ports.transport.Transport.wait``."""
        if self.ready(read):
            return True
        reads, writes = self.interest(read, write)
        return wait_for_socket(self.fileno(), reads, writes, deadline)

    def start_tls(self, hostname: str, deadline: float | None) -> TlsTransport:
        """Refused: it is on."""
        del hostname, deadline
        raise InterfaceError(f"the connection to {self._address} uses TLS already")
