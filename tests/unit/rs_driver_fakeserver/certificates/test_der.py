from __future__ import annotations

import ssl
from datetime import datetime, timedelta, timezone

import pytest

from rs_driver_fakeserver.certificates import der


@pytest.mark.parametrize(
    ("encoded", "golden"),
    [
        (der.boolean(True), "0101ff"),
        (der.boolean(False), "010100"),
        (der.integer(0), "020100"),
        (der.integer(127), "02017f"),
        (der.integer(128), "02020080"),
        (der.integer(256), "02020100"),
        (der.integer(-128), "020180"),
        (der.integer(-129), "0202ff7f"),
        (der.bit_string(b"\x80", 7), "03020780"),
        (der.octet_string(b"ab"), "04026162"),
        (der.object_identifier("2.5.29.15"), "0603551d0f"),
        (der.object_identifier("1.2.840.10045.4.3.2"), "06082a8648ce3d040302"),
        (der.utf8_string("é"), "0c02c3a9"),
        (der.sequence(), "3000"),
        (der.sequence(der.integer(1), der.boolean(True)), "30060201010101ff"),
        (der.set_of(der.integer(2), der.integer(1)), "3106020101020102"),
        (der.explicit(3, der.integer(1)), "a303020101"),
        (der.implicit(2, b"x"), "820178"),
    ],
)
def test_golden_bytes(encoded: bytes, golden: str) -> None:
    assert encoded.hex() == golden


@pytest.mark.parametrize(
    ("size", "header"),
    [(127, "047f"), (128, "048180"), (255, "0481ff"), (256, "04820100"), (65536, "0483010000")],
)
def test_lengths(size: int, header: str) -> None:
    assert der.octet_string(bytes(size)) == bytes.fromhex(header) + bytes(size)


@pytest.mark.parametrize(
    ("year", "text"),
    [(2049, b"491231235959Z"), (2050, b"20501231235959Z"), (1949, b"19491231235959Z")],
)
def test_time_changes_its_form_in_2050(year: int, text: bytes) -> None:
    assert der.time(datetime(year, 12, 31, 23, 59, 59, tzinfo=timezone.utc))[2:] == text


def test_time_is_utc() -> None:
    zone = timezone(timedelta(hours=2))
    assert der.time(datetime(2030, 1, 1, 1, 0, 0, tzinfo=zone))[2:] == b"291231230000Z"


def test_pem_is_what_the_standard_library_reads() -> None:
    encoded = der.octet_string(bytes(range(256)))
    text = der.pem("CERTIFICATE", encoded)
    assert ssl.PEM_cert_to_DER_cert(text) == encoded
    assert text == ssl.DER_cert_to_PEM_cert(encoded)
