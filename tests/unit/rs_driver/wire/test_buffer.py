from __future__ import annotations

from collections.abc import Callable

import pytest

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire.buffer import Reader, ReceiveBuffer
from rs_driver.wire.framing import MAX_LENGTH, Frame


@pytest.mark.parametrize(
    ("take", "body", "expected"),
    [
        (Reader.byte, b"\xff", 255),
        (Reader.int8, b"\xff", -1),
        (Reader.int16, b"\x80\x00", -32768),
        (Reader.count16, b"\x7f\xff", 32767),
        (Reader.int32, b"\x80\0\0\0", -(2**31)),
        (Reader.uint32, b"\x80\0\0\0", 2**31),
        (Reader.int16s, b"\0\x02\0\x01\xff\xff", (1, -1)),
        (Reader.int16s, b"\0\0", ()),
        (Reader.oids, b"\0\x01\xff\xff\xff\xff", (2**32 - 1,)),
        (Reader.sized, b"\0\0\0\x02hi", b"hi"),
        (Reader.sized, b"\0\0\0\0", b""),
        (Reader.value, b"\0\0\0\x02hi", b"hi"),
        (Reader.value, b"\0\0\0\0", b""),
        (Reader.value, b"\xff\xff\xff\xff", None),
        (Reader.values, b"\0\x02\0\0\0\x01x\xff\xff\xff\xff", (b"x", None)),
        (Reader.cstring, b"a\xff\0", b"a\xff"),
        (Reader.cstring, b"\0", b""),
        (Reader.text, "né\0".encode(), "né"),
        (Reader.text, b"n\xe9\0", "n\ufffd"),
        (Reader.rest, b"all\0", b"all\0"),
        (Reader.rest, b"", b""),
    ],
)
def test_a_field_is_taken_whole_and_nothing_else(
    take: Callable[[Reader], object], body: bytes, expected: object
) -> None:
    reader = Reader(b"\0" + memoryview(body), "Test")
    reader.take(1)
    assert take(reader) == expected
    reader.finish()


@pytest.mark.parametrize(
    ("take", "body"),
    [
        (Reader.byte, b"\xff"),
        (Reader.int8, b"\xff"),
        (Reader.int16, b"\x80\x00"),
        (Reader.count16, b"\x7f\xff"),
        (Reader.int32, b"\x80\0\0\0"),
        (Reader.uint32, b"\x80\0\0\0"),
        (Reader.int16s, b"\0\x02\0\x01\xff\xff"),
        (Reader.oids, b"\0\x01\xff\xff\xff\xff"),
        (Reader.sized, b"\0\0\0\x02hi"),
        (Reader.value, b"\0\0\0\x02hi"),
        (Reader.value, b"\xff\xff\xff\xff"),
        (Reader.values, b"\0\x02\0\0\0\x01x\xff\xff\xff\xff"),
        (Reader.cstring, b"a\xff\0"),
        (Reader.text, b"a\xff\0"),
    ],
)
def test_a_field_that_is_cut_short_is_refused(
    take: Callable[[Reader], object], body: bytes
) -> None:
    for size in range(len(body)):
        with pytest.raises(RemoteProtocolError, match="malformed Test message"):
            take(Reader(body[:size], "Test"))


@pytest.mark.parametrize(
    ("take", "body"),
    [
        (Reader.count16, b"\xff\xff"),
        (Reader.int16s, b"\xff\xff\0\0"),
        (Reader.oids, b"\x80\0\0\0\0\0"),
        (Reader.values, b"\xff\xff"),
        (Reader.sized, b"\xff\xff\xff\xff"),
        (Reader.sized, b"\x80\0\0\0"),
        (Reader.value, b"\xff\xff\xff\xfe"),
        (Reader.value, b"\x80\0\0\0"),
        (Reader.value, b"\x7f\xff\xff\xffx"),
    ],
)
def test_a_count_or_length_that_cannot_be_is_refused(
    take: Callable[[Reader], object], body: bytes
) -> None:
    with pytest.raises(RemoteProtocolError, match="malformed Test message"):
        take(Reader(body, "Test"))


def test_a_negative_take_never_steps_back() -> None:
    reader = Reader(b"abc", "Test")
    assert reader.take(2) == b"ab"
    with pytest.raises(RemoteProtocolError, match="-1 bytes wanted, 1 left"):
        reader.take(-1)
    assert reader.remaining == 1


def test_what_is_left_over_is_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="malformed Test message: 3 bytes too many"):
        Reader(b"abc", "Test").finish()


def fill(buffer: ReceiveBuffer, data: bytes) -> None:
    """Put ``data``, which has to fit at once, into ``buffer``."""
    room = buffer.get_buffer()
    room[: len(data)] = data
    buffer.received(len(data))


def test_a_frame_is_cut_where_its_length_says() -> None:
    buffer = ReceiveBuffer(64)
    fill(buffer, b"Z\0\0\0\x05IC\0\0\0\x0bSELECT\0N\0")
    first = buffer.frame(100)
    assert first == Frame(ord("Z"), 5, 6)
    assert buffer.body(first) == b"I"
    assert buffer.frame(100) == first  # looking takes nothing
    buffer.consume(first)
    second = buffer.frame(100)
    assert second is not None
    assert buffer.body(second) == b"SELECT\0"
    buffer.consume(second)
    assert bytes(buffer.view()) == b"N\0"
    assert buffer.frame(100) is None


def test_a_frame_is_there_with_its_last_byte_and_not_before() -> None:
    wire = b"S\0\0\0\x08a\0b\0"
    for size in range(len(wire)):
        buffer = ReceiveBuffer(16)
        fill(buffer, wire[:size])
        assert buffer.frame(100) is None
        assert buffer.peek_tag() == (ord("S") if size else None)
        fill(buffer, wire[size:])
        assert buffer.frame(100) == Frame(ord("S"), 5, 9)


def test_an_untagged_frame_is_there_with_its_last_byte_and_not_before() -> None:
    wire = b"\0\0\0\x08\x04\xd2\x16\x2f"
    for size in range(len(wire)):
        buffer = ReceiveBuffer(16)
        fill(buffer, wire[:size])
        assert buffer.untagged_frame(100) is None
        fill(buffer, wire[size:])
        frame = buffer.untagged_frame(100)
        assert frame == Frame(0, 4, 8)
        buffer.consume(frame)
        assert len(buffer) == 0


@pytest.mark.parametrize("length", [b"\0\0\0\x03", b"\xff\xff\xff\xff", b"\0\0\0\x65", b"\x7f" * 4])
def test_a_length_is_judged_before_the_body_is_there(length: bytes) -> None:
    buffer = ReceiveBuffer(16)
    fill(buffer, b"D" + length)
    with pytest.raises(RemoteProtocolError, match="message 'D' claims"):
        buffer.frame(100)
    buffer = ReceiveBuffer(16)
    fill(buffer, length)
    with pytest.raises(RemoteProtocolError, match="claims"):
        buffer.untagged_frame(100)


@pytest.mark.parametrize("count", [-1, 17])
def test_more_than_was_offered_cannot_have_been_received(count: int) -> None:
    buffer = ReceiveBuffer(16)
    buffer.get_buffer()
    with pytest.raises(ValueError, match="do not fit"):
        buffer.received(count)


def test_the_offered_space_is_never_empty_and_starts_where_the_bytes_end() -> None:
    buffer, sent = ReceiveBuffer(4), b""
    for number in range(100):
        room = buffer.get_buffer()
        assert len(room) > 0
        room[0] = number
        buffer.received(1)
        sent += bytes([number])
    assert bytes(buffer.view()) == sent


def test_a_full_buffer_with_consumed_bytes_moves_the_rest_without_growing() -> None:
    buffer = ReceiveBuffer(16)
    fill(buffer, b"Z\0\0\0\x0aIIIIIIZ\0\0\0\x05")
    frame = buffer.frame(100)
    assert frame is not None
    buffer.consume(frame)
    assert len(buffer.get_buffer()) == 16 - 5
    assert bytes(buffer.view()) == b"Z\0\0\0\x05"


def test_a_buffer_that_grew_shrinks_once_it_is_empty() -> None:
    buffer = ReceiveBuffer(16)
    for _ in range(20):
        fill(buffer, bytes(len(buffer.get_buffer())))
        if len(buffer) > 1000:
            break
    buffer.detach(len(buffer))
    assert len(buffer.get_buffer()) == 16

    fill(buffer, b"d\0\0\0\x64" + bytes(11))
    while (frame := buffer.frame(100)) is None:
        fill(buffer, b"\0")
    buffer.consume(frame)
    assert len(buffer.get_buffer()) == 16


def test_a_view_is_read_only() -> None:
    buffer = ReceiveBuffer(16)
    fill(buffer, b"abc")
    with pytest.raises(TypeError):
        buffer.view()[0] = 0


def test_most_of_a_buffer_is_handed_over_without_a_copy() -> None:
    buffer = ReceiveBuffer(16)
    fill(buffer, b"0123456789abcdef")
    offered = buffer.view()
    taken, stop = buffer.detach(12)
    assert stop == 12
    assert taken[:stop] == b"0123456789ab"
    assert offered.obj is taken
    assert bytes(buffer.view()) == b"cdef"
    fill(buffer, b"XYZ")
    assert taken == b"0123456789abcdef"
    assert bytes(buffer.view()) == b"cdefXYZ"


def test_a_small_part_is_copied_out_so_that_it_keeps_nothing_else_alive() -> None:
    buffer = ReceiveBuffer(16)
    fill(buffer, b"0123456789")
    taken, stop = buffer.detach(3)
    assert (taken, stop) == (bytearray(b"012"), 3)
    assert bytes(buffer.view()) == b"3456789"
    fill(buffer, b"more")
    assert taken == b"012"
    assert bytes(buffer.view()) == b"3456789more"


def test_a_part_from_the_middle_is_copied_out_to_offset_0() -> None:
    buffer = ReceiveBuffer(16)
    fill(buffer, b"Z\0\0\0\x05I0123456789")
    frame = buffer.frame(100)
    assert frame is not None
    buffer.consume(frame)
    taken, stop = buffer.detach(8)
    assert (taken, stop) == (bytearray(b"01234567"), 8)
    assert bytes(buffer.view()) == b"89"


def test_what_follows_a_small_part_stays_where_it_is() -> None:
    """Else a thousand short rows in one buffer would move its content a thousand times."""
    buffer = ReceiveBuffer(64)
    fill(buffer, bytes(range(60)))
    offered = buffer.view()
    for at in range(0, 60, 3):
        assert bytes(buffer.detach(3)[0]) == bytes([at, at + 1, at + 2])
        assert bytes(offered) == bytes(range(60))


def test_a_buffer_does_not_grow_however_often_small_parts_are_taken() -> None:
    buffer = ReceiveBuffer(16)
    fill(buffer, b"x")
    for _ in range(100):
        fill(buffer, b"abc")
        buffer.detach(3)
        assert len(buffer.get_buffer()) <= 16
    assert len(buffer) == 1


def test_a_buffer_that_grew_gives_back_what_a_short_rest_does_not_need() -> None:
    buffer = ReceiveBuffer(16)
    for _ in range(130):
        fill(buffer, b"x")
    capacity = len(buffer) + len(buffer.get_buffer())
    assert capacity >= 256
    for _ in range(12):
        buffer.detach(10)
    fill(buffer, bytes(len(buffer.get_buffer()) - 1))
    buffer.detach(len(buffer) - 3)
    fill(buffer, b"x")
    assert len(buffer) == 4
    assert len(buffer) + len(buffer.get_buffer()) == 16


def test_a_message_of_which_half_is_there_gets_the_room_that_it_needs() -> None:
    length = 100_000
    buffer = ReceiveBuffer(16)
    fill(buffer, b"D" + length.to_bytes(4, "big"))
    largest = 0
    while buffer.frame(length) is None:
        room = buffer.get_buffer()
        arrived, capacity = len(buffer), len(buffer) + len(room)
        assert capacity <= 16 or capacity <= 2 * arrived + 16
        largest = max(largest, capacity)
        buffer.received(min(len(room), 1000))
    assert largest == 1 + length + 16


def test_a_long_rest_moves_to_a_buffer_with_room_for_more() -> None:
    buffer = ReceiveBuffer(4)
    sent = bytes(range(60))
    for number in sent:
        fill(buffer, bytes([number]))
    taken, stop = buffer.detach(20)
    assert taken[:stop] == sent[:20]
    assert bytes(buffer.view()) == sent[20:]
    assert len(buffer.get_buffer()) > 0


def test_the_largest_length_is_only_a_claim() -> None:
    buffer = ReceiveBuffer(8)
    fill(buffer, b"D\x7f\xff\xff\xff")
    assert buffer.frame(MAX_LENGTH) is None
    assert len(buffer) + len(buffer.get_buffer()) == 8


def test_what_the_newest_bytes_hold() -> None:
    buffer = ReceiveBuffer(64)
    fill(buffer, b"..ab")
    assert buffer.newest_hold(4, b"ab")
    fill(buffer, b"c")
    assert not buffer.newest_hold(1, b"ab")
    assert buffer.newest_hold(1, b"abc")
    assert buffer.newest_hold(1, b"bc")
    assert not buffer.newest_hold(1, b"cd")


def test_what_is_consumed_is_not_looked_at() -> None:
    buffer = ReceiveBuffer(64)
    fill(buffer, b"Z\0\0\0\5I")
    frame = buffer.frame(100)
    assert frame is not None
    buffer.consume(frame)
    assert not buffer.newest_hold(6, b"Z\0\0\0\5")


@pytest.mark.parametrize("left", [0, 5])
def test_a_buffer_begins_small_and_grows_once_it_was_full(left: int) -> None:
    buffer = ReceiveBuffer(64, first=16)
    assert len(buffer.get_buffer()) == 16
    buffer.received(15)
    buffer.detach(15)
    assert len(buffer.get_buffer()) == 16
    buffer.received(16)
    buffer.detach(16 - left)
    assert len(buffer.get_buffer()) == 64 - left


def test_another_size_is_for_what_comes_next() -> None:
    buffer = ReceiveBuffer(16)
    fill(buffer, bytes(16))
    buffer.size = 64
    assert buffer.detach(16) == (bytearray(16), 16)
    assert len(buffer.get_buffer()) == 64
    buffer.size = 16
    assert len(buffer.get_buffer()) == 16
