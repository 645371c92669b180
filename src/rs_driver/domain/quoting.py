"""A value as an SQL literal, for the few statements that take no parameters.

Everything else is bound. ``PREPARE TRANSACTION`` and its kin accept a literal only.
"""

from __future__ import annotations

from rs_driver.errors import DataError


def quote_literal(text: str) -> str:
    r"""``text`` as a literal that means the same whether or not backslashes escape.

    Quotes are doubled; with a backslash in it, it becomes ``E'...'``, backslashes doubled.
    Something that cannot be part of a word (a blank) must precede it. DataError for what
    no literal holds: NUL and lone surrogates.
    """
    plain = str.__str__(text)  # a subclass might replace as it likes
    try:
        plain.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"a literal cannot hold the lone surrogate at index {error.start}"
        ) from None
    if "\0" in plain:
        raise DataError(f"a literal cannot hold the NUL character at index {plain.index(chr(0))}")
    doubled = plain.replace("'", "''")
    if "\\" not in doubled:
        return f"'{doubled}'"
    return "E'" + doubled.replace("\\", "\\\\") + "'"
