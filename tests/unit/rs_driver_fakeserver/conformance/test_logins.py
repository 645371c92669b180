from __future__ import annotations

import pytest

from support import nonconforming_transports as broken
from support.suite_runs import check


@pytest.mark.parametrize(
    ("kind", "test", "args"),
    [
        (broken.LosesTheEnd, "test_a_server_that_goes_away", ()),
        (broken.SaysMoreThanItSent, "test_much_is_sent_and_much_comes_back", ()),
        (broken.GivesBytesAgain, "test_a_login_and_a_query", ()),
    ],
)
def test_what_is_broken_fails(kind: type[broken.Wrapped], test: str, args: tuple[str, ...]) -> None:
    check(kind, test, *args)


def test_an_impostor() -> None:
    check(broken.TrustsAnyHost, "test_a_server_that_is_an_impostor", secure=True)
