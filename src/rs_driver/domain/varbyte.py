"""Which of VARBYTE's two wire forms a server of protocol 2 uses: asked, never guessed.

Under protocols 0 and 1 VARBYTE arrives as hex. Under protocol 2 the evidence is divided
between hex and the bytes as they are, and no value tells: the bytes of ``'61'`` are the hex
of ``'a'``. But a value that is known beforehand does, so one is asked for once a connection.
"""

from __future__ import annotations

from typing import Final, Literal

from rs_driver.errors import DataError

VARBYTE_PROBE: Final = "SELECT 'a'::varbyte"
"""A value whose two forms differ: one row with one column that is not NULL."""

_FORMS: Final[tuple[tuple[bytes, Literal["hex", "raw"]], ...]] = ((b"61", "hex"), (b"a", "raw"))


def varbyte_form(data: bytes) -> Literal["hex", "raw"]:
    """The ``varbyte_wire`` of a server that answers the probe with ``data``, in format text.

    DataError for an answer that is neither of the two.
    """
    for answer, form in _FORMS:
        if data == answer:
            return form
    raise DataError(
        f"the server writes the one byte 'a' as {data[:32]!r}, which is neither hex nor the "
        "byte; connect with the profile's varbyte_wire set to 'hex' or 'raw' to read VARBYTE"
    )
