from __future__ import annotations

import pytest
from hypothesis import given

from rs_driver.wire.base import Backend
from rs_driver.wire.registry import BACKEND
from rs_driver.wire.results import RowDescription
from rs_driver_fakeserver.strategies.backend_stream import BackendStream
from rs_driver_fakeserver.strategies.backend_streams import backend_streams
from support.minimal import exists

SAID_AFTER_THE_LOGIN = [BACKEND[tag] for tag in b"ENASZdcGH231CDInTts"]


@given(backend_streams())
def test_sound_streams(stream: BackendStream) -> None:
    assert stream.valid
    assert 1 <= len(stream.flights) <= 4
    assert stream.data == b"".join(message.encode() for message in stream.messages)
    versions = {one.protocol_version for one in stream.messages if isinstance(one, RowDescription)}
    assert versions <= {2}


@given(backend_streams(valid=False))
def test_hostile_streams_are_others(stream: BackendStream) -> None:
    assert not stream.valid
    assert stream.data != b"".join(message.encode() for message in stream.messages)


@pytest.mark.parametrize("kind", SAID_AFTER_THE_LOGIN)
def test_every_message_that_comes_after_the_login(kind: type[Backend]) -> None:
    assert exists(
        backend_streams(server="postgres"),
        lambda stream: any(type(message) is kind for message in stream.messages),
    )


def test_both_formats_of_results() -> None:
    def has(stream: BackendStream, code: int) -> bool:
        found = [one for one in stream.messages if isinstance(one, RowDescription)]
        return any(field.format == code for one in found for field in one.fields)

    assert exists(backend_streams(), lambda stream: has(stream, 0))
    assert exists(backend_streams(), lambda stream: has(stream, 1))


def test_every_status() -> None:
    for status in "ITE":
        assert exists(
            backend_streams(),
            lambda stream, s=status: any(one.status == s for one in stream.flights),  # type: ignore[misc]
        )


def test_bad_arguments() -> None:
    with pytest.raises(TypeError, match="valid= is True or False"):
        backend_streams(valid="no")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="protocol= is 0, 1 or 2, not 3"):
        backend_streams(protocol=3)
    with pytest.raises(ValueError, match="server="):
        backend_streams(server="oracle")  # type: ignore[arg-type]
