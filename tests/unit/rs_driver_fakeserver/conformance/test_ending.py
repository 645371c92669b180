from __future__ import annotations

import pytest

from support import nonconforming_transports as broken
from support.suite_runs import check


@pytest.mark.parametrize(
    ("kind", "test", "args"),
    [
        (broken.BlocksInSending, "test_closing_does_not_wait", ()),
        (broken.RaisesOsErrors, "test_closing_what_was_reset", ()),
        (broken.RaisesOsErrors, "test_nobody_listens", ()),
        (broken.ClosesOnce, "test_closing_twice", ()),
        (broken.NeverCloses, "test_closing_ends_the_connection", ()),
        (broken.NeverCloses, "test_use_after_close", ()),
        (broken.TrustsAnybody, "test_the_channel_before_tls", ()),
    ],
)
def test_what_is_broken_fails(kind: type[broken.Wrapped], test: str, args: tuple[str, ...]) -> None:
    check(kind, test, *args)
