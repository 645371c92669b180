from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rs_driver_fakeserver.certificates import p256
from rs_driver_fakeserver.certificates.p256 import SigningKey

ORDER = p256._N


def integers_of(signature: bytes) -> tuple[int, int]:
    """r and s of a signature: SEQUENCE of two INTEGERs, all shorter than 128 bytes."""
    assert signature[0] == 0x30
    assert signature[1] == len(signature) - 2
    first = 4 + signature[3]
    assert signature[first] == 0x02
    return int.from_bytes(signature[4:first], "big"), int.from_bytes(signature[first + 2 :], "big")


def multiply(scalar: int, point: tuple[int, int, int]) -> tuple[int, int]:
    """The textbook's doubling and adding, bit by bit; the witness of the faster way."""
    total = p256._INFINITY
    for bit in f"{scalar:b}":
        total = p256._double(total)
        if bit == "1":
            total = p256._add(total, point)
    return p256._plain([total])[0]


def verifies(key: SigningKey, message: bytes, signature: bytes) -> bool:
    """The textbook's verification, apart from the code that signs."""
    r, s = integers_of(signature)
    digest = int.from_bytes(hashlib.sha256(message).digest(), "big")
    inverse = pow(s, -1, ORDER)
    point = (
        int.from_bytes(key.public_point[1:33], "big"),
        int.from_bytes(key.public_point[33:], "big"),
        1,
    )
    left = multiply(digest * inverse % ORDER, p256._G)
    right = multiply(r * inverse % ORDER, point)
    x, _, z = p256._add((*left, 1), (*right, 1))
    return x * pow(z, -2, p256._P) % p256._P % ORDER == r


def test_known_key() -> None:
    """RFC 6979, A.2.5."""
    key = SigningKey.from_secret(0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721)
    assert key.public_point.hex() == (
        "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
    )


def test_key_of_the_order_less_one_mirrors_the_base_point() -> None:
    """(n - 1) G = -G: the same x, so the last addition meets opposite points nowhere early."""
    key, base = SigningKey.from_secret(ORDER - 1), SigningKey.from_secret(1)
    assert key.public_point[1:33] == base.public_point[1:33]
    y_sum = int.from_bytes(key.public_point[33:], "big") + int.from_bytes(
        base.public_point[33:], "big"
    )
    assert y_sum == p256._P


@settings(max_examples=20)
@given(st.integers(1, ORDER - 1) | st.sampled_from([1, 2, 3, 2**43, 2**43 - 1, ORDER - 2]))
def test_multiples_of_the_base_point(scalar: int) -> None:
    assert p256._multiply_base(scalar) == multiply(scalar, p256._G)


def test_adding_a_plain_point() -> None:
    x, y, _ = p256._G
    double = p256._double(p256._G)
    assert p256._add_plain(p256._INFINITY, x, y) == p256._G
    assert p256._add_plain(p256._G, x, y) == double
    assert p256._add_plain(p256._G, x, p256._P - y)[2] == 0
    assert p256._plain([p256._add_plain(double, x, y)]) == p256._plain([p256._add(double, p256._G)])


def test_infinity_is_neutral() -> None:
    point = p256._G
    opposite = (point[0], p256._P - point[1], 1)
    assert p256._add(point, opposite)[2] == 0
    assert p256._add(p256._INFINITY, point) == point
    assert p256._add(point, p256._INFINITY) == point
    assert p256._double(p256._INFINITY)[2] == 0
    assert p256._add(point, point) == p256._double(point)


@settings(max_examples=10)
@given(st.binary(max_size=100))
def test_signatures_verify_and_bind_key_and_message(message: bytes) -> None:
    key = SigningKey.create()
    signature = key.sign(message)
    assert verifies(key, message, signature)
    assert not verifies(key, message + b"!", signature)
    assert not verifies(SigningKey.create(), message, signature)


def test_signatures_never_share_a_nonce() -> None:
    key = SigningKey.create()
    assert integers_of(key.sign(b"same"))[0] != integers_of(key.sign(b"same"))[0]


@pytest.mark.parametrize("secret", [0, -1, ORDER])
def test_secret_out_of_range(secret: int) -> None:
    with pytest.raises(ValueError, match="between 1 and the order"):
        SigningKey.from_secret(secret)


def test_repr_hides_the_secret() -> None:
    key = SigningKey.from_secret(123456789)
    assert "123456789" not in repr(key)
