from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest

from rs_driver.wire.startup import SSLRequest
from rs_driver_fakeserver.certificates.authority import CertificateAuthority
from rs_driver_fakeserver.recording.upstream import Upstream, is_loopback
from rs_driver_fakeserver.server import FakeServer


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("localhost", True),
        ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("cluster.example", False),
    ],
)  # fmt: skip
def test_what_is_on_this_machine(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_tls_is_the_default_for_other_machines() -> None:
    assert not Upstream(("127.0.0.1", 5439)).encrypted
    assert not Upstream("/tmp/socket").encrypted
    assert Upstream(("cluster.example", 5439)).encrypted
    assert not Upstream(("cluster.example", 5439), tls=False).encrypted
    assert Upstream(("127.0.0.1", 5439), tls=True).encrypted
    assert str(Upstream(("cluster.example", 5439))) == "cluster.example:5439"
    assert str(Upstream("/tmp/socket")) == "/tmp/socket"


@pytest.mark.parametrize("address", ["", ("", 1), ("a", 0), ("a", 65536), ("a",), 7, ("a", "b")])
def test_what_is_no_address(address: Any) -> None:
    with pytest.raises(ValueError, match="a server is a host and a port"):
        Upstream(address)


def test_no_tls_over_a_unix_socket() -> None:
    with pytest.raises(ValueError, match="no TLS over a Unix socket"):
        Upstream("/tmp/socket", tls=True)


def test_tls() -> None:
    authority = CertificateAuthority.create()
    with FakeServer(tls=authority, policy="ignore") as server:
        context = ssl.create_default_context(cadata=authority.ca_pem)
        with Upstream((server.host, server.port), context).connect() as sock:
            assert isinstance(sock, ssl.SSLSocket)
            assert sock.version()
        strict = Upstream((server.host, server.port), context, server_hostname="elsewhere.example")
        with pytest.raises(ssl.SSLCertVerificationError):
            strict.connect()
        with pytest.raises(ssl.SSLCertVerificationError):
            Upstream((server.host, server.port), tls=True).connect()


def test_a_server_without_tls() -> None:
    with FakeServer(policy="ignore") as server, pytest.raises(ConnectionError, match="b'N'"):
        Upstream((server.host, server.port), tls=True).connect()


def test_only_one_byte_is_taken_in_plaintext() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            sock, _ = listener.accept()
            with sock, contextlib.suppress(OSError):
                assert sock.recv(100) == SSLRequest().encode()
                sock.sendall(b"S" + b"E\0\0\0\x08Mno\0")
                sock.recv(100)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ssl.SSLError):
            Upstream(listener.getsockname(), tls=True).connect()
        thread.join()


def test_nobody_there(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionRefusedError, match=f"127.0.0.1:{port}: "):
        Upstream(("127.0.0.1", port)).connect()
    with pytest.raises(FileNotFoundError, match=f"{tmp_path}/s: "):
        Upstream(f"{tmp_path}/s").connect()


def test_a_port_within_a_text_is_no_path() -> None:
    with pytest.raises(ValueError, match=r"a server is a host and a port such as"):
        Upstream("cluster.example:5439")
