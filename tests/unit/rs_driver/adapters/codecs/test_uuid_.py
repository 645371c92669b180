from __future__ import annotations

from uuid import UUID

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, decode

WRITTEN = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
WIRE = bytes.fromhex(WRITTEN.replace("-", ""))


def test_both_formats() -> None:
    assert decode(oids.UUID, TEXT, WRITTEN.encode()) == UUID(WRITTEN)
    assert decode(oids.UUID, TEXT, WRITTEN.upper().encode()) == UUID(WRITTEN)
    assert decode(oids.UUID, BINARY, WIRE) == UUID(WRITTEN)


@pytest.mark.parametrize(
    "text",
    ["", WRITTEN[1:], WRITTEN + "0", WRITTEN.replace("-", ""), f"{{{WRITTEN}}}",
     f"urn:uuid:{WRITTEN}", WRITTEN.replace("a", "g"), WRITTEN + "\n", "\u0660" + WRITTEN[1:]],
)  # fmt: skip
def test_other_text_is_a_data_error(text: str) -> None:
    with pytest.raises(DataError, match="uuid"):
        decode(oids.UUID, TEXT, text.encode())


@pytest.mark.parametrize("size", [0, 15, 17, 36])
def test_binary_has_16_bytes(size: int) -> None:
    with pytest.raises(DataError, match="uuid"):
        decode(oids.UUID, BINARY, bytes(size))


def test_the_format_that_is_asked_for() -> None:
    assert default_codecs(POSTGRES).result_format(oids.UUID) == BINARY
    assert default_codecs(REDSHIFT).result_format(oids.UUID) == TEXT


def test_encode() -> None:
    class Key(UUID):
        pass

    for value in (UUID(WRITTEN), Key(WRITTEN)):
        assert default_codecs(POSTGRES).encode(value) == Parameter(2950, BINARY, WIRE)
        for profile in (REDSHIFT, OLD_REDSHIFT):
            sent = default_codecs(profile).encode(value)
            assert sent == Parameter(705, TEXT, WRITTEN.encode())
