from __future__ import annotations

import struct

import pytest

from rs_driver import oids
from rs_driver_fakeserver.values.encode_arrays import binary, text
from rs_driver_fakeserver.values.encode_numbers import integer

in_text = text(integer(31), int)
in_binary = binary(struct.Struct("!i").pack, oids.INT4, int)


@pytest.mark.parametrize(
    ("value", "written", "wire"),
    [
        ([], "{}", "00000000 00000000 00000017"),
        ([[], []], "{}", "00000000 00000000 00000017"),
        ([1], "{1}", "00000001 00000000 00000017 00000001 00000001 00000004 00000001"),
        ((None,), "{NULL}", "00000001 00000001 00000017 00000001 00000001 ffffffff"),
        ("[0:0]={1}", "[0:0]={1}",
         "00000001 00000000 00000017 00000001 00000000 00000004 00000001"),
    ],
)  # fmt: skip
def test_both_formats(value: object, written: str, wire: str) -> None:
    assert in_text(value).decode() == written
    assert in_binary(value).hex() == wire.replace(" ", "")


@pytest.mark.parametrize("value", [7, None, {1}, "7", "{x}", [[1], 2]])
def test_nothing_is_bent_to_fit(value: object) -> None:
    for encode in (in_text, in_binary):
        with pytest.raises((TypeError, ValueError)):
            encode(value)
