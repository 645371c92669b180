from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from support.wire_values import POSTGRES, REDSHIFT, decode

# Texts and bytes as PostgreSQL 15 sends them.
CASES: list[tuple[int, str, str, Any]] = [
    (oids.INET, "1.2.3.4", "02200004 01020304", IPv4Address("1.2.3.4")),
    (oids.INET, "1.2.3.4/24", "02180004 01020304", IPv4Interface("1.2.3.4/24")),
    (oids.INET, "0.0.0.0/0", "02000004 00000000", IPv4Interface("0.0.0.0/0")),
    (oids.INET, "::1", f"03800010 {'00' * 15}01", IPv6Address("::1")),
    (oids.INET, "fe80::1/10", f"030a0010 fe80{'00' * 13}01", IPv6Interface("fe80::1/10")),
    (
        oids.INET,
        "::ffff:1.2.3.4/96",
        f"03600010 {'00' * 10}ffff01020304",
        IPv6Interface("::ffff:1.2.3.4/96"),
    ),
    (oids.CIDR, "10.0.0.0/8", "02080104 0a000000", IPv4Network("10.0.0.0/8")),
    (oids.CIDR, "10.1.2.3/32", "02200104 0a010203", IPv4Network("10.1.2.3/32")),
    (oids.CIDR, "::/0", f"03000110 {'00' * 16}", IPv6Network("::/0")),
    (oids.CIDR, "2001:db8::/32", f"03200110 20010db8{'00' * 12}", IPv6Network("2001:db8::/32")),
]


@pytest.mark.parametrize(("oid", "text", "wire", "value"), CASES)
def test_both_formats_give_the_same_object(oid: int, text: str, wire: str, value: object) -> None:
    for decoded in (decode(oid, TEXT, text.encode()), decode(oid, BINARY, bytes.fromhex(wire))):
        assert decoded == value
        assert type(decoded) is type(value)


@pytest.mark.parametrize(
    ("oid", "text"),
    [
        (oids.INET, ""),
        (oids.INET, "5"),
        (oids.INET, "1.2.3"),
        (oids.INET, "1.2.3.256"),
        (oids.INET, "1.2.3.4/33"),
        (oids.INET, "1.2.3.4/"),
        (oids.INET, "fe80::1%eth0"),
        (oids.INET, "::1" + " " * 1000),
        (oids.INET, "\u0661.2.3.4"),
        (oids.CIDR, "10.1.0.0/8"),
        (oids.CIDR, "nowhere"),
    ],
)
def test_malformed_text_is_a_data_error(oid: int, text: str) -> None:
    with pytest.raises(DataError, match=r"inet|cidr"):
        decode(oid, TEXT, text.encode())


@pytest.mark.parametrize(
    ("oid", "wire"),
    [
        (oids.INET, ""),
        (oids.INET, "022000"),
        (oids.INET, "02200004 010203"),
        (oids.INET, "02200004 0102030405"),
        (oids.INET, "02200003 010203"),
        (oids.INET, "02210004 01020304"),
        (oids.INET, "03810010 " + "00" * 16),
        (oids.INET, "02200010 " + "00" * 16),
        (oids.INET, "04200004 01020304"),
        (oids.CIDR, "02080104 0a010000"),
    ],
)
def test_malformed_binary_is_a_data_error(oid: int, wire: str) -> None:
    with pytest.raises(DataError, match=r"inet|cidr"):
        decode(oid, BINARY, bytes.fromhex(wire))


def test_redshift_has_no_such_types() -> None:
    for oid in (oids.INET, oids.CIDR):
        assert default_codecs(POSTGRES).result_format(oid) == BINARY
        assert default_codecs(REDSHIFT).result_format(oid) == TEXT
        assert decode(oid, TEXT, b"1.2.3.4/32", REDSHIFT) == "1.2.3.4/32"


def test_macaddr_is_its_text() -> None:
    assert default_codecs(POSTGRES).result_format(oids.MACADDR) == TEXT
    assert decode(oids.MACADDR, TEXT, b"08:00:2b:01:02:03") == "08:00:2b:01:02:03"


@pytest.mark.parametrize(
    ("value", "oid", "text"),
    [
        (IPv4Address("1.2.3.4"), 869, b"1.2.3.4"),
        (IPv6Address("::1"), 869, b"::1"),
        (IPv4Interface("1.2.3.4/8"), 869, b"1.2.3.4/8"),
        (IPv6Interface("::1/8"), 869, b"::1/8"),
        (IPv4Network("1.2.3.0/24"), 650, b"1.2.3.0/24"),
        (IPv6Network("::/8"), 650, b"::/8"),
    ],
)
def test_encode(value: object, oid: int, text: bytes) -> None:
    assert default_codecs(POSTGRES).encode(value) == Parameter(oid, TEXT, text)
    assert default_codecs(REDSHIFT).encode(value) == Parameter(705, TEXT, text)


def test_an_address_with_a_zone_is_for_text_columns_only() -> None:
    value = IPv6Address("fe80::1%eth0")
    with pytest.raises(DataError, match="IPv6Address has a zone"):
        default_codecs(POSTGRES).encode(value)
    assert default_codecs(REDSHIFT).encode(value).data == b"fe80::1%eth0"
