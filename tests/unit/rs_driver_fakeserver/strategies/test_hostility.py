from __future__ import annotations

from typing import Any

import pytest

from rs_driver.wire.registry import BACKEND
from rs_driver_fakeserver.strategies import mutations
from rs_driver_fakeserver.strategies.hostility import LENGTHS, any_mutation
from support.minimal import exists


@pytest.mark.parametrize("kind", mutations.Mutation.__subclasses__())
def test_there_is_every_kind(kind: type[mutations.Mutation]) -> None:
    assert exists(any_mutation(), lambda found: type(found) is kind)


def test_there_is_every_lie_about_a_length() -> None:
    for length in LENGTHS:
        assert exists(
            any_mutation(),
            lambda found, n=length: isinstance(found, mutations.Length) and found.length == n,  # type: ignore[misc]
        )


def test_known_and_unknown_types() -> None:
    def is_tag(found: Any, *, known: bool) -> bool:
        return isinstance(found, mutations.Tag) and (found.tag in BACKEND) == known

    assert exists(any_mutation(), lambda found: is_tag(found, known=True))
    assert exists(any_mutation(), lambda found: is_tag(found, known=False))
