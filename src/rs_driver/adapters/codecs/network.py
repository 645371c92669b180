"""INET and CIDR of PostgreSQL, as objects of ``ipaddress``. Redshift has no such types.

INET is an IPv4Address or IPv6Address, or where its netmask is not the full one an
IPv4Interface or IPv6Interface. CIDR is an IPv4Network or IPv6Network. The binary form is
int8 family, bits, is-cidr, length; then the address's bytes. MACADDR has no class in the
standard library and stays text.

The same objects are sent under these types to PostgreSQL, and as their text to Redshift.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, NamedEncoder
from rs_driver.adapters.codecs.by_column import built, written
from rs_driver.adapters.codecs.text import encode_str
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Decode, Parameter
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_head = struct.Struct("!4B")
_ADDRESS_BYTES = {2: 4, 3: 16}
"""By the wire's number of the family: IPv4, IPv6."""
_LONGEST = 64  # more than the text of any address with its netmask

Source = Callable[[bytes], Any]
"""A value's bytes to what ``ip_interface`` and ``ip_network`` take."""


def _from_text(data: bytes) -> str:
    if len(data) > _LONGEST or b"%" in data:
        raise ValueError("not an address with or without a netmask")
    return data.decode("ascii")


def _from_binary(data: bytes) -> tuple[bytes, int]:
    family, bits, _is_cidr, length = _head.unpack_from(data)
    address = data[_head.size :]
    if _ADDRESS_BYTES.get(family) != length or len(address) != length:
        raise ValueError("the length of the address is not its family's")
    return address, bits


def _inet(source: Source) -> Callable[[FieldDescription, CodecMap], Decode]:
    def bare(_field: FieldDescription, _codecs: CodecMap) -> Decode:
        from ipaddress import ip_interface  # on first use: most results have none

        def decode(data: bytes) -> object:
            interface = ip_interface(source(data))
            full = interface.network.prefixlen == interface.max_prefixlen
            return interface.ip if full else interface

        return decode

    return bare


def _cidr(source: Source) -> Callable[[FieldDescription, CodecMap], Decode]:
    def bare(_field: FieldDescription, _codecs: CodecMap) -> Decode:
        from ipaddress import ip_network

        return lambda data: ip_network(source(data))

    return bare


def _encode_as(oid: int) -> Callable[[Any, CodecMap], Parameter]:
    def encode(value: Any, codecs: CodecMap) -> Parameter:
        text = str(value)
        if codecs.profile.kind != "postgres":
            return encode_str(text, codecs)
        if "%" in text:
            raise DataError(f"the {type(value).__name__} has a zone, which inet cannot hold")
        return Parameter(oid, TEXT, text.encode("ascii"))

    return encode


def register(codecs: Codecs) -> Codecs:
    """Add INET and CIDR of PostgreSQL, and the six classes of ``ipaddress``."""
    codecs = codecs.with_named_encoder(
        *(
            NamedEncoder(f"ipaddress.{version}{kind}", _encode_as(oid))
            for version in ("IPv4", "IPv6")
            for kind, oid in (
                ("Address", oids.INET),
                ("Interface", oids.INET),
                ("Network", oids.CIDR),
            )
        )
    )
    if codecs.profile.kind != "postgres":
        return codecs
    text = built("u", written)
    return codecs.with_decoder(
        Codec(oids.INET, TEXT, "inet", _inet(_from_text), column=text),
        Codec(oids.INET, BINARY, "inet", _inet(_from_binary), column=text),
        Codec(oids.CIDR, TEXT, "cidr", _cidr(_from_text), column=text),
        Codec(oids.CIDR, BINARY, "cidr", _cidr(_from_binary), column=text),
    )
