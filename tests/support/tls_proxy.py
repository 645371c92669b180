"""A TLS terminator in front of a PostgreSQL server that was built without TLS.

It answers SSLRequest itself, decrypts, and forwards plain bytes; clients that do not
ask for TLS are forwarded as they are. The server cannot offer SCRAM's channel binding
this way, as it does not see the TLS.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
from contextlib import ExitStack, suppress

_SSL_REQUEST = bytes.fromhex("0000000804d2162f")
_GSSENC_REQUEST = bytes.fromhex("0000000804d21630")
_CHUNK = 65536
_HANDSHAKE_TIMEOUT = 30.0


class _End:
    """One side of a forwarded connection: what it said, to be written to the other."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.outgoing = b""
        self.ended = False
        sock.setblocking(False)

    def read(self) -> bytes | None:
        """What is there; ``b""`` at the end; None for not now."""
        try:
            return self.sock.recv(_CHUNK)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            return None

    def flush(self) -> None:
        """Write what can be written now."""
        while self.outgoing:
            try:
                sent = self.sock.send(self.outgoing)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
                return
            self.outgoing = self.outgoing[sent:]

    def buffered(self) -> bool:
        """Whether TLS has decrypted bytes that select() cannot see."""
        return isinstance(self.sock, ssl.SSLSocket) and self.sock.pending() > 0


def _move(source: _End, target: _End) -> None:
    """Carry over what ``source`` says while ``target`` keeps up."""
    target.flush()
    while not target.outgoing and not source.ended:
        data = source.read()
        if data is None:
            return
        if not data:
            source.ended = True
            return
        target.outgoing = data
        target.flush()


def _request(client: socket.socket) -> bytes:
    """The first eight bytes, requests for GSS encryption apart, which are refused."""
    while True:
        first = client.recv(8)
        while 0 < len(first) < 8 and (more := client.recv(8 - len(first))):
            first += more
        if first != _GSSENC_REQUEST:
            return first
        client.sendall(b"N")


class TlsProxy:
    """Listens on a loopback port of its own until it is closed; a thread a connection."""

    def __init__(self, target: tuple[str, int], context: ssl.SSLContext) -> None:
        self._target = target
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._stop_reader, self._stop_writer = socket.socketpair()
        self._threads: list[threading.Thread] = []
        self.port: int = self._listener.getsockname()[1]
        self.thread_name = f"tls-proxy-{self.port}"
        self._acceptor = threading.Thread(target=self._accept, name=self.thread_name, daemon=True)
        self._acceptor.start()

    def close(self) -> None:
        """Cut every connection and wait for the threads."""
        self._stop_writer.close()
        self._acceptor.join()
        for thread in self._threads:
            thread.join()
        self._listener.close()
        self._stop_reader.close()

    def _accept(self) -> None:
        while True:
            readable, _, _ = select.select([self._listener, self._stop_reader], [], [])
            if self._stop_reader in readable:
                return
            client, _ = self._listener.accept()
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            thread = threading.Thread(
                target=self._serve, args=(client,), name=self.thread_name, daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        # Clients of tests break off in the middle of everything; the other end is told.
        with suppress(OSError), ExitStack() as stack:
            stack.enter_context(client)
            client.settimeout(_HANDSHAKE_TIMEOUT)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            first = _request(client)
            if first == _SSL_REQUEST:
                client.sendall(b"S")
                client = stack.enter_context(self._context.wrap_socket(client, server_side=True))
                if client.version() is None:
                    return  # it had hung up before, so that nothing was wrapped
                first = _request(client)
            server = stack.enter_context(socket.create_connection(self._target))
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.sendall(first)
            self._forward(_End(client), _End(server))
            if isinstance(client, ssl.SSLSocket):
                client.unwrap()  # says goodbye; does not wait, the socket being non-blocking

    def _forward(self, client: _End, server: _End) -> None:
        while not (client.ended and server.ended):
            _move(client, server)
            _move(server, client)
            if (server.ended and not client.outgoing) or (client.ended and not server.outgoing):
                return  # either side's end is the end in this protocol
            if (client.buffered() and not server.outgoing) or (
                server.buffered() and not client.outgoing
            ):
                continue
            if self._wait(client, server):
                return

    def _wait(self, client: _End, server: _End) -> bool:
        """Until something can be moved; true when the proxy is being closed."""
        read = [self._stop_reader]
        # Who has unwritten bytes for it holds the other side back: no reading meanwhile.
        pairs = ((client, server), (server, client))
        read += [a.sock for a, b in pairs if not a.ended and not b.outgoing]
        write = [end.sock for end in (client, server) if end.outgoing]
        readable, _, _ = select.select(read, write, [])
        return self._stop_reader in readable
