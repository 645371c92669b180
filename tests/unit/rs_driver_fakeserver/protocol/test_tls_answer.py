from __future__ import annotations

from typing import Any

import pytest

from rs_driver_fakeserver.protocol.tls_answer import TlsAnswer


@pytest.mark.parametrize(
    ("answer", "said", "begins"),
    [
        (TlsAnswer(), b"S", True),
        (TlsAnswer.refuse(), b"N", False),
        (TlsAnswer.garbage(), b"X", False),
        (TlsAnswer.garbage(b"\x15\x03"), b"\x15\x03", False),
        (TlsAnswer.silence(), b"", False),
        (TlsAnswer.hang_up(), b"", False),
        (TlsAnswer.error(), b"", False),
        (TlsAnswer.inject(b"E"), b"SE", True),
        (TlsAnswer.break_handshake(), b"S", True),
        (TlsAnswer.stall_handshake(), b"S", True),
    ],
)
def test_what_is_said_and_whether_tls_follows(answer: TlsAnswer, said: bytes, begins: bool) -> None:
    assert (answer.said, answer.begins) == (said, begins)


def test_an_error_is_fatal() -> None:
    failure = TlsAnswer.error().failure
    assert failure is not None
    assert (failure.severity, failure.sqlstate) == ("FATAL", "0A000")


@pytest.mark.parametrize("data", [b"", b"S", b"Sx", b"N", bytes(100_000)])
def test_what_is_no_garbage(data: bytes) -> None:
    with pytest.raises(ValueError, match="garbage is bytes that do not begin with S or N"):
        TlsAnswer.garbage(data)


def test_what_cannot_be_injected() -> None:
    with pytest.raises(ValueError, match="one at least"):
        TlsAnswer.inject(b"")


@pytest.mark.parametrize("make", [TlsAnswer.garbage, TlsAnswer.inject])
@pytest.mark.parametrize("data", ["X", 7, None, bytearray(b"X")])
def test_what_is_no_bytes(make: Any, data: Any) -> None:
    with pytest.raises(TypeError, match="made of bytes"):
        make(data)
