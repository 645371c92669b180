from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from rs_driver_fakeserver.certificates import der, x509
from rs_driver_fakeserver.certificates.x509 import Signer, Validity


def read(directory: Path, encoded: bytes) -> dict[str, object]:
    """A certificate as OpenSSL reads it: those of authorities only."""
    path = directory / "cert.pem"
    path.write_text(der.pem("CERTIFICATE", encoded), encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(path)
    (found,) = context.get_ca_certs()
    return dict(found)


def test_names_and_time(tmp_path: Path) -> None:
    signer, subject = Signer.create("one"), Signer.create("the other")
    extensions = x509.authority_extensions()
    found = read(tmp_path, signer.sign(subject, extensions, Validity(-2, 3)))
    assert found["issuer"] == ((("commonName", "one"),),)
    assert found["subject"] == ((("commonName", "the other"),),)
    assert found["version"] == 3
    begins = ssl.cert_time_to_seconds(str(found["notBefore"]))
    ends = ssl.cert_time_to_seconds(str(found["notAfter"]))
    assert ends - begins == 5 * 24 * 3600


def test_serial_numbers_differ(tmp_path: Path) -> None:
    signer = Signer.create("one")
    numbers = {
        read(tmp_path, signer.sign(signer, x509.authority_extensions()))["serialNumber"]
        for _ in range(3)
    }
    assert len(numbers) == 3


def test_names_of_a_server_are_hosts_and_addresses() -> None:
    *_, names = x509.server_extensions(["db.example", "127.0.0.1"])
    assert b"\x82\x0adb.example\x87\x04\x7f\x00\x00\x01" in names


def test_a_client_needs_no_names() -> None:
    assert len(x509.client_extensions()) == 3
    assert len(x509.client_extensions(["db.example"])) == 4


def test_a_name_that_is_no_host() -> None:
    with pytest.raises(UnicodeEncodeError):
        x509.server_extensions(["b\u00fccher.example"])


def test_keys_are_hidden() -> None:
    signer = Signer.create("one")
    assert str(signer.key.secret) not in repr(signer)
