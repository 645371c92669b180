"""DER: as much of ASN.1's encoding (ITU-T X.690) as a certificate needs.

Each function returns the complete encoding of one value: tag, length, content.
"""

from __future__ import annotations

import base64
from datetime import datetime, timezone

_CONSTRUCTED = 0x20
_CONTEXT = 0x80


def _value(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(digits))) + digits + content


def boolean(value: bool) -> bytes:
    """A BOOLEAN."""
    return _value(0x01, b"\xff" if value else b"\x00")


def integer(value: int) -> bytes:
    """An INTEGER of any size, in the fewest bytes that keep its sign."""
    size = (value.bit_length() if value >= 0 else (value + 1).bit_length()) // 8 + 1
    return _value(0x02, value.to_bytes(size, "big", signed=True))


def bit_string(content: bytes, unused_bits: int = 0) -> bytes:
    """A BIT STRING whose last ``unused_bits`` bits do not count."""
    return _value(0x03, bytes((unused_bits,)) + content)


def octet_string(content: bytes) -> bytes:
    """An OCTET STRING."""
    return _value(0x04, content)


def object_identifier(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER, from its dotted form."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(0x80 | (arc & 0x7F))
        content += bytes(reversed(digits))
    return _value(0x06, bytes(content))


def utf8_string(text: str) -> bytes:
    """A UTF8String."""
    return _value(0x0C, text.encode())


def time(moment: datetime) -> bytes:
    """An aware moment as X.509 wants it: UTCTime up to 2049, GeneralizedTime after that."""
    moment = moment.astimezone(timezone.utc)
    if 1950 <= moment.year < 2050:
        return _value(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())
    return _value(0x18, f"{moment.year:04d}{moment:%m%d%H%M%S}Z".encode())


def sequence(*values: bytes) -> bytes:
    """A SEQUENCE of encoded values."""
    return _value(0x30, b"".join(values))


def set_of(*values: bytes) -> bytes:
    """A SET OF encoded values, in the order that DER prescribes."""
    return _value(0x31, b"".join(sorted(values)))


def explicit(number: int, value: bytes) -> bytes:
    """An encoded value inside the context-specific tag ``[number]``."""
    return _value(_CONTEXT | _CONSTRUCTED | number, value)


def implicit(number: int, content: bytes) -> bytes:
    """Primitive content under the context-specific tag ``[number]`` instead of its own."""
    return _value(_CONTEXT | number, content)


def pem(label: str, encoded: bytes) -> str:
    """The textual form (RFC 7468) of an encoded value."""
    text = base64.b64encode(encoded).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))
