from __future__ import annotations

import pytest

from rs_driver.errors import LocalProtocolError, RemoteProtocolError
from rs_driver.wire.framing import DEFAULT_MAX_MESSAGE, MAX_LENGTH, check_length, encode_frame


class Huge(bytes):
    """Bytes that claim a length without taking it."""

    claimed: int

    def __len__(self) -> int:
        return self.claimed


def huge(claimed: int) -> Huge:
    body = Huge(b"x")
    body.claimed = claimed
    return body


@pytest.mark.parametrize(
    ("tag", "body", "wire"),
    [
        (b"S", b"", b"S\0\0\0\x04"),
        (b"Q", b"select 1\0", b"Q\0\0\0\x0dselect 1\0"),
        (b"", b"\x04\xd2\x16\x2f", b"\0\0\0\x08\x04\xd2\x16\x2f"),
        (b"d", b"x" * 0x10203, b"d\x00\x01\x02\x07" + b"x" * 0x10203),
    ],
)
def test_the_length_counts_itself_but_not_the_tag(tag: bytes, body: bytes, wire: bytes) -> None:
    assert encode_frame(tag, body) == wire


def test_a_length_never_wraps() -> None:
    assert encode_frame(b"d", huge(MAX_LENGTH - 4)).startswith(b"d\x7f\xff\xff\xff")
    for size in (MAX_LENGTH - 3, MAX_LENGTH, 2**32):
        with pytest.raises(LocalProtocolError, match="2147483643 bytes"):
            encode_frame(b"d", huge(size))


@pytest.mark.parametrize("length", [4, 5, 100])
def test_a_length_within_the_limit_passes(length: int) -> None:
    check_length(ord("Z"), length, 100)


@pytest.mark.parametrize("length", [3, 0, -1, -(2**31)])
def test_a_length_below_its_own_size_is_refused(length: int) -> None:
    with pytest.raises(RemoteProtocolError, match=f"message 'Z' claims a length of {length}"):
        check_length(ord("Z"), length, 100)


@pytest.mark.parametrize(("length", "limit"), [(101, 100), (MAX_LENGTH, DEFAULT_MAX_MESSAGE)])
def test_a_length_above_the_limit_is_refused(length: int, limit: int) -> None:
    with pytest.raises(RemoteProtocolError, match=f"{length} bytes; the limit here is {limit}"):
        check_length(0, length, limit)
