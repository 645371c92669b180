from __future__ import annotations

import pytest

from rs_driver.domain.varbyte import VARBYTE_PROBE, varbyte_form
from rs_driver.errors import DataError


def test_the_probe_is_one_plain_query() -> None:
    assert VARBYTE_PROBE == "SELECT 'a'::varbyte"


def test_the_two_answers() -> None:
    assert varbyte_form(b"61") == "hex"
    assert varbyte_form(b"a") == "raw"


@pytest.mark.parametrize("data", [b"", b"A", b"6", b"0x61", b"\\x61", b"a ", b"6161", b"\xff" * 99])
def test_any_other_answer_is_an_error_that_says_what_to_do(data: bytes) -> None:
    with pytest.raises(DataError, match="varbyte_wire") as raised:
        varbyte_form(data)
    assert len(str(raised.value)) < 400
