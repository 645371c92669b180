from __future__ import annotations

import pytest

from rs_driver.errors import DataError, Error, OperationalError
from rs_driver_fakeserver.conformance.claims import (
    claim,
    claim_disconnect,
    claim_silent,
    forms,
    instance,
    refused,
    told,
)


def fail(error: BaseException) -> None:
    raise error


def test_a_claim_fails_with_its_clause() -> None:
    claim(1, "fine")
    with pytest.raises(AssertionError, match="the clause"):
        claim(0, "the clause")


def test_an_instance() -> None:
    assert instance(True, int, "a number") is True
    with pytest.raises(AssertionError, match="a number, not str"):
        instance("1", int, "a number")


def test_what_is_refused() -> None:
    error = DataError("x")
    assert refused(DataError, lambda: fail(error), "it") is error
    assert refused((OperationalError, DataError), lambda: fail(error), "it") is error
    with pytest.raises(AssertionError, match="it: OperationalError expected, not DataError"):
        refused(OperationalError, lambda: fail(error), "it")
    with pytest.raises(AssertionError, match="it: DataError expected, and it gave 7"):
        refused(DataError, lambda: 7, "it")


def test_what_an_error_tells() -> None:
    outer, inner = Error("outer"), ValueError("inner")
    outer.query = "select"
    outer.__cause__ = inner
    texts = "\n".join(told(outer))
    assert all(word in texts for word in ("outer", "inner", "select", "ValueError"))


def test_what_was_raised_from_none_has_nothing_behind_it() -> None:
    with pytest.raises(Error) as caught:
        try:
            fail(ValueError("inner"))
        except ValueError:
            raise Error("outer") from None
    assert "inner" not in "\n".join(told(caught.value))


@pytest.mark.parametrize("text", ["a s\u00e9cret", r"b'a s\xc3\xa9cret'", "YSBzw6ljcmV0", "6120"])
def test_a_secret_in_any_form(text: str) -> None:
    secret = "a s\u00e9cret"
    shown = secret.encode().hex() if text == "6120" else text
    with pytest.raises(AssertionError, match="shows in here") as caught:
        claim_silent(["fine", f"xx{shown}xx"], [secret], "here")
    assert secret not in str(caught.value)
    claim_silent(["fine"], [secret, ""], "here")
    assert forms("\ud800")


def test_a_disconnect() -> None:
    error = OperationalError("gone")
    with pytest.raises(AssertionError, match="cause"):
        claim_disconnect(error, "it")
    error.__cause__ = OSError()
    with pytest.raises(AssertionError, match="is_disconnect"):
        claim_disconnect(error, "it")
    error.is_disconnect = True
    claim_disconnect(error, "it")
