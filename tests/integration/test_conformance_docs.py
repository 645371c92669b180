"""The Python blocks of docs/conformance.md, each run as the test file of a user."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rs_driver_fakeserver import conformance
from support.pages import blocks, by_test, page, passed

PAGE = "conformance.md"


def test_the_page_is_complete() -> None:
    """Every block is a test, and every suite is in the table."""
    assert len(by_test(PAGE)) == len(blocks(PAGE)) == page(PAGE).count("```python") == 4
    assert re.findall(r"^\| `(\w+)` \|", page(PAGE), re.MULTILINE) == [
        "TransportConformance",
        "AsyncTransportConformance",
        "AuthenticatorConformance",
        "CredentialsProviderConformance",
        "TypeCodecConformance",
        "ParameterCodecConformance",
    ]
    assert sorted(conformance.__all__) == sorted(set(re.findall(r"`(\w+Conformance)`", page(PAGE))))


@pytest.mark.parametrize("name", by_test(PAGE))
def test_block(name: str, tmp_path: Path) -> None:
    assert passed(by_test(PAGE)[name], tmp_path) >= 10
