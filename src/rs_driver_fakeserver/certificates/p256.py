"""ECDSA over P-256 with SHA-256 (FIPS 186-4), in plain Python, for certificates of tests.

The standard library can use keys but not make them, and a key that ships with a package
is no secret. This makes fresh ones in less than a millisecond. **Not for real secrets**: how
long a signature takes depends on the key, which somebody who measures can exploit.

Points are Jacobian, ``(x / z**2, y / z**3)``, as an inversion costs more than all
other steps of an addition together; ``z == 0`` is the point at infinity.
"""

from __future__ import annotations

import functools
import hashlib
import secrets
from dataclasses import dataclass, field

from rs_driver_fakeserver.certificates import der

_Point = tuple[int, int, int]

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_G: _Point = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    1,
)
_INFINITY: _Point = (1, 1, 0)

_EC_PUBLIC_KEY = der.object_identifier("1.2.840.10045.2.1")
_PRIME256V1 = der.object_identifier("1.2.840.10045.3.1.7")
_ALGORITHM = der.sequence(_EC_PUBLIC_KEY, _PRIME256V1)
SIGNATURE_ALGORITHM = der.sequence(der.object_identifier("1.2.840.10045.4.3.2"))
"""The AlgorithmIdentifier of the signatures: ecdsa-with-SHA256, encoded."""


def _double(point: _Point) -> _Point:
    x, y, z = point
    if z == 0:
        return _INFINITY
    y_squared = y * y % _P
    s = 4 * x * y_squared % _P
    z_squared = z * z % _P
    m = 3 * (x - z_squared) * (x + z_squared) % _P  # the curve's a is -3
    x_new = (m * m - 2 * s) % _P
    y_new = (m * (s - x_new) - 8 * y_squared * y_squared) % _P
    return x_new, y_new, 2 * y * z % _P


def _add(left: _Point, right: _Point) -> _Point:
    x1, y1, z1 = left
    x2, y2, z2 = right
    if z1 == 0:
        return right
    if z2 == 0:
        return left
    z1_squared, z2_squared = z1 * z1 % _P, z2 * z2 % _P
    u1, u2 = x1 * z2_squared % _P, x2 * z1_squared % _P
    s1, s2 = y1 * z2_squared * z2 % _P, y2 * z1_squared * z1 % _P
    if u1 == u2:
        return _double(left) if s1 == s2 else _INFINITY
    h, r = (u2 - u1) % _P, (s2 - s1) % _P
    h_squared = h * h % _P
    h_cubed = h_squared * h % _P
    v = u1 * h_squared % _P
    x_new = (r * r - h_cubed - 2 * v) % _P
    y_new = (r * (v - x_new) - s1 * h_cubed) % _P
    return x_new, y_new, h * z1 * z2 % _P


def _add_plain(left: _Point, x2: int, y2: int) -> _Point:
    """``_add`` of a point whose z is 1: a third cheaper."""
    x1, y1, z1 = left
    if z1 == 0:
        return x2, y2, 1
    z1_squared = z1 * z1 % _P
    h = (x2 * z1_squared - x1) % _P
    if h == 0:
        return _add(left, (x2, y2, 1))
    r = (y2 * z1_squared * z1 - y1) % _P
    h_squared = h * h % _P
    h_cubed = h_squared * h % _P
    v = x1 * h_squared % _P
    x_new = (r * r - h_cubed - 2 * v) % _P
    return x_new, (r * (v - x_new) - y1 * h_cubed) % _P, h * z1 % _P


_ROWS, _COLUMNS = 6, 43  # 6 * 43 bits hold a scalar


@functools.cache
def _comb() -> tuple[tuple[int, int], ...]:
    """Multiples of the base point for ``_multiply_base``, in plain coordinates.

    A scalar is a table of bits, ``_ROWS`` by ``_COLUMNS``. Entry ``i`` belongs to a column
    with the bits of ``i``: the sum of ``2 ** (_COLUMNS * row) * G`` for each that is set.
    Entry 0, infinity, has no plain coordinates and stands empty.
    """
    sums = [_INFINITY]
    power = _G
    for _ in range(_ROWS):
        sums += [_add(known, power) for known in sums]
        for _ in range(_COLUMNS):
            power = _double(power)
    return ((0, 0), *_plain(sums[1:]))


def _plain(points: list[_Point]) -> list[tuple[int, int]]:
    """The plain coordinates of points, for the price of one inversion: that of a product."""
    products = [1]
    for _, _, z in points:
        products.append(products[-1] * z % _P)
    inverse = pow(products.pop(), -1, _P)
    found = []
    for (x, y, z), before in zip(reversed(points), reversed(products), strict=True):
        own = inverse * before % _P
        inverse = inverse * z % _P
        squared = own * own % _P
        found.append((x * squared % _P, y * squared * own % _P))
    return found[::-1]


def _multiply_base(scalar: int) -> tuple[int, int]:
    """``scalar * G`` in plain coordinates; the scalar lies between 0 and the order."""
    comb = _comb()
    total = _INFINITY
    bits = f"{scalar:0{_ROWS * _COLUMNS}b}"
    for column in range(_COLUMNS):
        total = _double(total)
        if index := int(bits[column::_COLUMNS], 2):
            total = _add_plain(total, *comb[index])
    return _plain([total])[0]


@dataclass(frozen=True)
class SigningKey:
    """A private key for tests: a number below the curve's order."""

    secret: int = field(repr=False)
    public_point: bytes
    """The public key: 0x04, x, y, 65 bytes (SEC 1, 2.3.3)."""

    @classmethod
    def create(cls) -> SigningKey:
        """A fresh key."""
        return cls.from_secret(secrets.randbelow(_N - 1) + 1)

    @classmethod
    def from_secret(cls, secret: int) -> SigningKey:
        """The key of a known number, 1 to the order less 1; ValueError for others."""
        if not 0 < secret < _N:
            message = "a P-256 private key lies between 1 and the order of the curve"
            raise ValueError(message)
        x, y = _multiply_base(secret)
        return cls(secret, b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big"))

    @property
    def public_info(self) -> bytes:
        """The SubjectPublicKeyInfo (RFC 5480), encoded."""
        return der.sequence(_ALGORITHM, der.bit_string(self.public_point))

    @property
    def pem(self) -> str:
        """The private key as PKCS #8 text (RFC 5208, RFC 5915)."""
        private = der.sequence(
            der.integer(1),
            der.octet_string(self.secret.to_bytes(32, "big")),
            der.explicit(1, der.bit_string(self.public_point)),
        )
        return der.pem(
            "PRIVATE KEY",
            der.sequence(der.integer(0), _ALGORITHM, der.octet_string(private)),
        )

    def sign(self, message: bytes) -> bytes:
        """The signature of SHA-256 of ``message``, as X.509 carries it (RFC 3279)."""
        digest = int.from_bytes(hashlib.sha256(message).digest(), "big")
        while True:
            nonce = secrets.randbelow(_N - 1) + 1
            r = _multiply_base(nonce)[0] % _N
            s = pow(nonce, -1, _N) * (digest + r * self.secret) % _N
            if r and s:  # zero happens once in 2**256 tries; the standard says try again
                return der.sequence(der.integer(r), der.integer(s))
