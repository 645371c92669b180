"""Compared with PostgreSQL itself in integration/test_fake_against_postgres.py."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface, ip_network

import pytest

from rs_driver import oids
from rs_driver_fakeserver.values.encode import UNFIT
from rs_driver_fakeserver.values.encode_system import binary, text


@pytest.mark.parametrize(
    ("oid", "value", "written", "wire"),
    [
        (oids.OID, 2**32 - 1, "4294967295", "ffffffff"),
        (oids.XID, 7, "7", "00000007"),
        (oids.CID, 7, "7", "00000007"),
        (oids.REGPROC, 7, "7", "00000007"),
        (oids.REGPROC, 0, "-", "00000000"),
        (oids.REGPROC, (1299, "now"), "now", "00000513"),
        (oids.TID, (1, 2), "(1,2)", "000000010002"),
        (oids.TID, "(1,2)", "(1,2)", "000000010002"),
        (
            oids.INT2VECTOR,
            [1, -2],
            "1 -2",
            "00000001 00000000 00000015 00000002 00000000 00000002 0001 00000002 fffe",
        ),
        (
            oids.OIDVECTOR,
            "23",
            "23",
            "00000001 00000000 0000001a 00000001 00000000 00000004 00000017",
        ),
        (oids.MACADDR, "08:00:2B:01:02:03", "08:00:2b:01:02:03", "08002b010203"),
        (oids.INET, ip_address("10.0.0.1"), "10.0.0.1", "02 20 00 04 0a000001"),
        (oids.INET, ip_interface("10.0.0.1/8"), "10.0.0.1/8", "02 08 00 04 0a000001"),
        (oids.INET, "::1", "::1", f"03 80 00 10 {'0' * 31}1"),
        (oids.CIDR, ip_network("10.0.0.0/8"), "10.0.0.0/8", "02 08 01 04 0a000000"),
    ],
)
def test_both_formats(oid: int, value: object, written: str, wire: str) -> None:
    in_text, in_binary = text(oid), binary(oid, redshift=False)
    assert in_text is not None
    assert in_binary is not None
    assert in_text(value).decode() == written
    assert in_binary(value).hex() == wire.replace(" ", "")


def test_an_aclitem_is_its_text_on_redshift() -> None:
    encode = binary(oids.ACLITEM, redshift=True)
    assert encode is not None
    assert encode("rdsdb=arwdRxt/rdsdb") == b"rdsdb=arwdRxt/rdsdb"
    with pytest.raises(TypeError):
        encode(7)
    assert binary(oids.ACLITEM, redshift=False) is None
    assert text(oids.ACLITEM) is None


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        (oids.OID, -1),
        (oids.OID, "7"),
        (oids.REGPROC, -1),
        (oids.TID, (1,)),
        (oids.TID, (1, 2, 3)),
        (oids.TID, (1, "2")),
        (oids.TID, (1, 2**16)),
        (oids.TID, "1,2"),
        (oids.INT2VECTOR, [2**15]),
        (oids.INT2VECTOR, 7),
        (oids.OIDVECTOR, ["x"]),
        (oids.MACADDR, "08:00:2b:01:02"),
        (oids.MACADDR, 7),
        (oids.INET, "10.0.0.256"),
        (oids.CIDR, "10.0.0.1/8"),
    ],
)
def test_nothing_is_bent_to_fit(oid: int, value: object) -> None:
    for encode in (text(oid), binary(oid, redshift=False)):
        assert encode is not None
        with pytest.raises(UNFIT):
            encode(value)
