from __future__ import annotations

import pytest

from rs_driver.wire.auth import AuthenticationMD5Password, AuthenticationOk
from rs_driver_fakeserver.conformance.spoiling import malformed, search, spoiled, spoiled_bytes


def test_bytes_are_cut_extended_and_changed() -> None:
    found = set(spoiled_bytes(b"ab"))
    assert {b"", b"a", b"ab\0", b"\0ab", b"`b", b"a\xe2"} <= found
    assert b"ab" not in found


def test_a_request_has_its_bytes_spoiled() -> None:
    found = list(spoiled(AuthenticationMD5Password(b"salt")))
    assert AuthenticationMD5Password(b"sal") in found
    assert AuthenticationMD5Password(b"salt") not in found
    assert list(spoiled(AuthenticationOk())) == []
    assert list(spoiled(object())) == []


def test_it_is_always_the_same() -> None:
    first = list(malformed([b"12", b"345"]))
    assert first == list(malformed([b"12", b"345"]))
    assert len(first) > 100


def test_a_search_finds_what_fails() -> None:
    def check(data: bytes) -> None:
        assert len(data) < 5

    with pytest.raises(AssertionError):
        search(check, [b"12"])
    assert search(lambda data: None, [b"12"])
    assert search(lambda data: None, [])
