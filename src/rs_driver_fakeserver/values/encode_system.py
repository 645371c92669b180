"""The types of the system catalogue, in both formats.

Own code on purpose, like all encoders here: see ``encode_text``. A regproc whose text is
not its number is given as a pair: ``(1299, "now")``.
"""

from __future__ import annotations

import ipaddress
import re
import struct
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rs_driver import oids
from rs_driver_fakeserver.values.encode_numbers import Encoder, integer, unsigned

_uint32 = struct.Struct("!I")
_int16 = struct.Struct("!h")
_tid = struct.Struct("!IH")
_TID = re.compile(r"\((\d{1,10}),(\d{1,5})\)", re.ASCII)
_int2 = integer(15)


def text(oid: int) -> Encoder | None:
    """The encoder in text for one of these types, None for another type."""
    return _TEXT.get(oid)


def binary(oid: int, *, redshift: bool) -> Encoder | None:
    """The same in binary. An aclitem has a binary form on Redshift only: its text."""
    if oid == oids.ACLITEM and redshift:
        return _acl_text
    return _BINARY.get(oid)


def _acl_text(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a str")
    return value.encode()


def _regproc_text(value: object) -> bytes:
    """A function's name; without one its number, and ``-`` for 0."""
    if isinstance(value, tuple):
        _, value = value
    if isinstance(value, str):
        return value.encode()
    return unsigned(value) if value != 0 else b"-"


def _regproc(value: object) -> bytes:
    return _uint32.pack(int(unsigned(value[0] if isinstance(value, tuple) else value)))


def _unsigned(value: object) -> bytes:
    return _uint32.pack(int(unsigned(value)))


def _block_and_offset(value: object) -> tuple[int, int]:
    match = _TID.fullmatch(value) if isinstance(value, str) else None
    block, offset = match.groups() if match else _pair(value)
    _tid.pack(int(block), int(offset))  # checks it
    return int(block), int(offset)


def _pair(value: object) -> tuple[int, int]:
    if not isinstance(value, tuple) or [type(part) for part in value] != [int, int]:
        raise TypeError(f"{value!r} is not a tid, such as (0, 1)")
    block, offset = value
    return block, offset


def _vector(value: object) -> Sequence[object]:
    if isinstance(value, str):
        return [int(part) for part in value.split()]
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{value!r} is not a list of numbers")
    return value


def _binary_vector(element: int, layout: struct.Struct) -> Encoder:
    """An array of one dimension whose numbers count from 0."""

    def encode(value: object) -> bytes:
        numbers = _vector(value)
        head = struct.pack("!iiIii", 1, 0, element, len(numbers), 0)
        width = _uint32.pack(layout.size)
        return head + b"".join(width + layout.pack(number) for number in numbers)

    return encode


def _address(value: object) -> bytes:
    """An address; with its mask where that is not the whole of it."""
    found = ipaddress.ip_interface(str(value))
    whole = found.network.prefixlen == found.max_prefixlen
    return str(found.ip if whole else found).encode()


def _network(value: object) -> bytes:
    return str(ipaddress.ip_network(str(value))).encode()


def _binary_address(value: object, *, network: bool) -> bytes:
    """Family (2 or 3), bits of the mask, whether it is a cidr, length, address."""
    if network:
        ipaddress.ip_network(str(value))  # checks it
    found = ipaddress.ip_interface(str(value))
    data = found.ip.packed
    return bytes([2 + (found.version == 6), found.network.prefixlen, network, len(data)]) + data


_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}", re.IGNORECASE)


def _mac_text(value: object) -> bytes:
    if not isinstance(value, str) or not _MAC.fullmatch(value):
        raise TypeError(f"{value!r} is not a MAC address, such as 08:00:2b:01:02:03")
    return value.lower().encode()


_TEXT: Mapping[int, Encoder] = MappingProxyType(
    {
        **dict.fromkeys((oids.OID, oids.XID, oids.CID), unsigned),
        oids.REGPROC: _regproc_text,
        oids.TID: lambda value: "({},{})".format(*_block_and_offset(value)).encode(),
        oids.INT2VECTOR: lambda value: b" ".join(map(_int2, _vector(value))),
        oids.OIDVECTOR: lambda value: b" ".join(map(unsigned, _vector(value))),
        oids.MACADDR: _mac_text,
        oids.INET: _address,
        oids.CIDR: _network,
    }
)
_BINARY: Mapping[int, Encoder] = MappingProxyType(
    {
        **dict.fromkeys((oids.OID, oids.XID, oids.CID), _unsigned),
        oids.REGPROC: _regproc,
        oids.TID: lambda value: _tid.pack(*_block_and_offset(value)),
        oids.INT2VECTOR: _binary_vector(oids.INT2, _int16),
        oids.OIDVECTOR: _binary_vector(oids.OID, _uint32),
        oids.MACADDR: lambda value: bytes.fromhex(_mac_text(value).decode().replace(":", "")),
        oids.INET: lambda value: _binary_address(value, network=False),
        oids.CIDR: lambda value: _binary_address(value, network=True),
    }
)
