"""SASLprep (RFC 4013): the form of a password that SCRAM hashes."""

from __future__ import annotations

import stringprep
import unicodedata


def prepared(password: str) -> str:
    """The password after SASLprep (RFC 4013), or as it is where SASLprep forbids it.

    PostgreSQL does the same, so that a password in any encoding still works.
    """
    if password.isascii():
        return password
    mapped = "".join(
        " " if stringprep.in_table_c12(char) else char
        for char in password
        if not stringprep.in_table_b1(char)
    )
    normal = unicodedata.normalize("NFKC", mapped)
    return normal if normal and not _forbidden(normal) else password


_PROHIBITED = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
    stringprep.in_table_a1,
)


def _forbidden(text: str) -> bool:
    if any(table(char) for char in text for table in _PROHIBITED):
        return True
    if not any(stringprep.in_table_d1(char) for char in text):
        return False
    # Right-to-left text must begin and end so, and hold nothing from left to right.
    edges = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    return not edges or any(stringprep.in_table_d2(char) for char in text)
