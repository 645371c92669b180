"""A relay that makes a server far: each turn through it takes as long as it is told.

python far.py <host> <port> <seconds>       prints its port, serves until its input is closed
"""

from __future__ import annotations

import queue
import socket
import sys
import threading
import time


def carry(source: socket.socket, sink: socket.socket, seconds: float) -> None:
    """All bytes of one direction, each part so many seconds late."""
    waiting: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()

    def deliver() -> None:
        data = b"first"
        while data:
            due, data = waiting.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if data:
                sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)

    threading.Thread(target=deliver, daemon=True).start()
    data = b"first"
    while data:
        data = source.recv(65536)
        waiting.put((time.monotonic() + seconds, data))


def serve(listener: socket.socket, there: tuple[str, int], seconds: float) -> None:
    while True:
        client, _ = listener.accept()
        server = socket.create_connection(there)
        for pair in ((client, server), (server, client)):
            for end in pair:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            arguments = (*pair, seconds / 2)
            threading.Thread(target=carry, args=arguments, daemon=True).start()


def main() -> None:
    host, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(listener, (host, port), seconds), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
