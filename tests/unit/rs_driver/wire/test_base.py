from __future__ import annotations

import dataclasses
import pickle

import pytest

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire.base import Backend, Frontend, Layout
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.query import Flush
from support.messages import concrete_messages

ALL = sorted(concrete_messages(), key=lambda message: message.__name__)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_message_is_a_frozen_slotted_dataclass_with_a_direction(kind: type[Layout]) -> None:
    assert vars(kind)["__dataclass_params__"].frozen
    assert all("__slots__" in vars(base) for base in kind.__mro__[:-1])
    assert issubclass(kind, Frontend | Backend)
    assert len(kind.tag) <= 1


def test_a_message_is_a_value() -> None:
    message = ReadyForQuery("I")
    assert message == ReadyForQuery("I") != ReadyForQuery("T")
    assert len({message, ReadyForQuery("I")}) == 1
    assert pickle.loads(pickle.dumps(message)) == message
    with pytest.raises(dataclasses.FrozenInstanceError):
        message.status = "T"  # type: ignore[misc]


def test_an_error_names_the_message() -> None:
    with pytest.raises(RemoteProtocolError, match="malformed Flush message: 1 bytes too many"):
        Flush.decode(b"x")
