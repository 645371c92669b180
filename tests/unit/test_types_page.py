"""Every type and class of docs/types.md is as the page says: its tables are the tests' own."""

from __future__ import annotations

from typing import Any

import pytest

from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.array_ import ELEMENTS
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.ports.profile import ServerProfile
from support.sources import ROOT
from support.type_table import ARRIVALS, DEPARTURES, SERVERS, Arrival, Departure, page
from support.wire_values import column


def same(value: Any, expected: Any) -> bool:
    """Equal, of one class, and written the same, which tells 1.0 from 1.00."""
    return type(value) is type(expected) and repr(value) == repr(expected)


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("row", ARRIVALS, ids=lambda row: f"{row.name} {row.value}")
def test_a_value_is_the_same_in_each_of_its_forms(row: Arrival, server: str) -> None:
    profile = SERVERS[server]
    codecs = default_codecs(profile)
    if codecs.codec(row.oid, TEXT) is None:
        pytest.skip(f"{server} has no {row.name}")
    text = codecs.decoder(column(row.oid, TEXT, row.typmod))(row.text.encode())
    assert same(text, row.value if row.named is None else row.named)
    if codecs.result_format(row.oid) == BINARY:
        data = bytes.fromhex(row.binary[profile.kind])
        assert same(codecs.decoder(column(row.oid, BINARY, row.typmod))(data), row.value)


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("row", DEPARTURES, ids=lambda row: row.python)
def test_an_argument_is_sent_as_the_page_says(row: Departure, server: str) -> None:
    profile = SERVERS[server]
    sent = default_codecs(profile).encode(row.value)
    assert (sent.oid, sent.format, sent.data) == row.sent(profile.kind)


@pytest.mark.parametrize("profile", SERVERS.values(), ids=SERVERS)
def test_every_type_that_is_known_is_on_the_page(profile: ServerProfile) -> None:
    codecs = default_codecs(profile)
    known = {oid for oid in range(10_000) if codecs.codec(oid, TEXT) is not None}
    told = {row.oid for row in ARRIVALS}
    assert known - told - set(ELEMENTS) == set()
    assert {element for element, _ in ELEMENTS.values()} & known <= told


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "types.md").read_text(encoding="utf-8") == page()
