from __future__ import annotations

import pytest

from rs_driver.errors import LocalProtocolError, RemoteProtocolError
from rs_driver.wire.base import Layout
from rs_driver.wire.copy import (
    CopyBothResponse,
    CopyData,
    CopyDone,
    CopyFail,
    CopyInResponse,
    CopyOutResponse,
)
from support.golden import check_golden, check_hostile, name

GOLDEN: list[tuple[Layout, bytes]] = [
    (CopyInResponse(0, (0, 0)), b"G\0\0\0\x0b\0\0\x02\0\0\0\0"),
    (CopyOutResponse(1, (1,)), b"H\0\0\0\x09\x01\0\x01\0\x01"),
    (CopyBothResponse(0, ()), b"W\0\0\0\x07\0\0\0"),
    (CopyDone(), b"c\0\0\0\x04"),
    (CopyFail("no more"), b"f\0\0\0\x0cno more\0"),
]


@pytest.mark.parametrize(("message", "wire"), GOLDEN, ids=name)
def test_golden(message: Layout, wire: bytes) -> None:
    check_golden(message, wire)


@pytest.mark.parametrize("message", [message for message, _ in GOLDEN], ids=name)
def test_hostile_bodies(message: Layout) -> None:
    check_hostile(message)


@pytest.mark.parametrize("data", [b"", b"1\tx\n", b"\0\xff"])
def test_data_is_whatever_it_is(data: bytes) -> None:
    check_golden(CopyData(data), b"d\0\0\0" + bytes([len(data) + 4]) + data)


@pytest.mark.parametrize("kind", [CopyInResponse, CopyOutResponse, CopyBothResponse])
@pytest.mark.parametrize("body", [b"\0\xff\xff", b"\0\0\x02\0\0", b"\0\x7f\xff"])
def test_hostile_counts(kind: type[Layout], body: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match=f"malformed {kind.__name__} message"):
        kind.decode(body)


def test_what_cannot_be_sent() -> None:
    with pytest.raises(LocalProtocolError, match="the format does not fit 8 bits"):
        CopyInResponse(128, ()).encode()
    with pytest.raises(LocalProtocolError, match="one of the column formats"):
        CopyOutResponse(0, (2**15,)).encode()
    with pytest.raises(LocalProtocolError, match="the reason holds a NUL"):
        CopyFail("a\0").encode()
