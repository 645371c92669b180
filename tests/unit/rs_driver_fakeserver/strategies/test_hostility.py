from __future__ import annotations

from typing import Any

import pytest

from rs_driver.wire.registry import BACKEND
from rs_driver_fakeserver.strategies import mutations
from rs_driver_fakeserver.strategies.hostility import LENGTHS, any_mutation
from support.minimal import minimal


@pytest.mark.parametrize("kind", mutations.Mutation.__subclasses__())
def test_there_is_every_kind(kind: type[mutations.Mutation]) -> None:
    assert minimal(any_mutation(), lambda found: type(found) is kind).message == 0


@pytest.mark.parametrize("length", LENGTHS)
def test_there_is_every_lie_about_a_length(length: int) -> None:
    wanted = mutations.Length(0, length)
    assert minimal(any_mutation(), lambda found: found == wanted, examples=20_000) == wanted


def test_known_and_unknown_types() -> None:
    def is_tag(found: Any, *, known: bool) -> bool:
        return isinstance(found, mutations.Tag) and (found.tag in BACKEND) == known

    assert minimal(any_mutation(), lambda found: is_tag(found, known=True))
    assert minimal(any_mutation(), lambda found: is_tag(found, known=False))
