"""Values of the types of the system catalogue, of networks, and of what is only a text."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from types import MappingProxyType

from hypothesis import strategies as st

from rs_driver import oids
from rs_driver_fakeserver.strategies.numbers import integers, unsigned
from rs_driver_fakeserver.strategies.texts import ASCII, texts
from rs_driver_fakeserver.values.types import WireType

_NAME_BYTES = 63
_INT2_BITS = 15
_WORDS = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)


def strategy(
    wire_type: WireType, *, redshift: bool, element: bool
) -> st.SearchStrategy[object] | None:
    """Values of one of these types, None for another type.

    ``element``: of an array, where a vector is a tuple, as a list would be one more dimension.
    """
    match wire_type.oid:
        case oids.VARCHAR:
            return _limited(wire_type, redshift=redshift)
        case oids.BPCHAR:
            # On Redshift CHAR has no character of several bytes.
            return texts(max_chars=wire_type.characters, ascii_only=redshift)
        case oids.INT2VECTOR:
            return _vector(integers(_INT2_BITS), element=element)
        case oids.OIDVECTOR:
            return _vector(unsigned(32), element=element)
    return _OTHERS.get(wire_type.oid)


def _limited(wire_type: WireType, *, redshift: bool) -> st.SearchStrategy[str]:
    """Redshift counts bytes, PostgreSQL characters."""
    limit = wire_type.characters
    return texts(max_bytes=limit) if redshift else texts(max_chars=limit)


def _vector(numbers: st.SearchStrategy[int], *, element: bool) -> st.SearchStrategy[object]:
    found = st.lists(numbers, max_size=4)
    return found.map(tuple) if element else found


def _interface(bits: int) -> st.SearchStrategy[object]:
    """An address alone, or one with a netmask that is not the whole of it."""
    return st.builds(_as_inet, st.integers(0, 2**bits - 1), st.integers(0, bits), st.just(bits))


def _as_inet(number: int, prefix: int, bits: int) -> object:
    packed = number.to_bytes(bits // 8, "big")
    if prefix == bits:
        return ipaddress.ip_address(packed)
    return ipaddress.ip_interface((packed, prefix))


def _network(bits: int) -> st.SearchStrategy[object]:
    return st.builds(
        lambda number, prefix: ipaddress.ip_network(
            (number.to_bytes(bits // 8, "big"), prefix), strict=False
        ),
        st.integers(0, 2**bits - 1),
        st.integers(0, bits),
    )


def _acl(grantee: str, rights: str, grantor: str) -> str:
    return f"{grantee}={rights}/{grantor}"


_ONE_BYTE = st.just("") | st.text(ASCII, min_size=1, max_size=1)
_REGPROC = unsigned(32) | st.tuples(unsigned(32), _WORDS)
_MAC = st.binary(min_size=6, max_size=6).map(lambda data: data.hex(":"))
_ACLITEM = st.builds(_acl, st.just("") | _WORDS, st.sampled_from(["r", "arwdRxt", "a*r*"]), _WORDS)

_OTHERS: Mapping[int, st.SearchStrategy[object]] = MappingProxyType(
    {
        oids.BOOL: st.booleans(),
        oids.CHAR: _ONE_BYTE,
        oids.NAME: texts(max_bytes=_NAME_BYTES),
        **dict.fromkeys((oids.TEXT, oids.UNKNOWN, oids.CSTRING, oids.REFCURSOR), texts()),
        oids.VOID: st.just(""),
        oids.UUID: st.uuids(),
        **dict.fromkeys((oids.OID, oids.XID, oids.CID), unsigned(32)),
        oids.REGPROC: _REGPROC,
        oids.TID: st.tuples(unsigned(32), unsigned(16)),
        oids.MACADDR: _MAC,
        oids.ACLITEM: _ACLITEM,
        oids.INET: _interface(32) | _interface(128),
        oids.CIDR: _network(32) | _network(128),
    }
)
