"""Format codes and row limits."""

from __future__ import annotations

import pytest

from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Bind, Execute, FunctionCall, Sync
from rs_driver_fakeserver.strict.findings import Findings, Sent
from rs_driver_fakeserver.strict.formats import check


def found(message: FrontendMessage | None) -> list[str]:
    texts: list[str] = []
    check(Findings(lambda _, text: texts.append(text)), Sent(1, b"?", message, 5))
    return texts


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (Bind("", "", (2,), (b"secret",), ()), "a format code of its parameters is 2"),
        (Bind("", "", (), (), (0, -1)), "a format code of its results is -1"),
        (Bind("", "", (0, 0), (b"secret",), ()), "it has 2 format codes for 1 value"),
        (FunctionCall(1, (3,), (b"x",)), "a format code of its arguments is 3"),
        (FunctionCall(1, (0, 1), (b"x", b"y", b"z")), "it has 2 format codes for 3 values"),
        (FunctionCall(1, (), (), 2), "a format code of its results is 2"),
        (Execute("", -1), "its row limit is -1"),
    ],
)
def test_what_is_wrong(message: FrontendMessage, said: str) -> None:
    (text,) = found(message)
    assert said in text
    assert "secret" not in text


@pytest.mark.parametrize(
    "message",
    [
        Bind("", "", (), (b"x", b"y"), ()),
        Bind("", "", (1,), (b"x", b"y"), (1,)),
        Bind("", "", (1,), (), (0, 1)),
        Bind("", "", (1, 0), (b"x", None), (0, 1, 1)),
        FunctionCall(1, (), (b"x",)),
        Execute("", 0),
        Execute("", 7),
        Sync(),
        None,
    ],
)
def test_what_is_right(message: FrontendMessage | None) -> None:
    assert found(message) == []
