from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.strategies.texts import EDGES, NAME_EDGES, cut, names, texts
from support.minimal import minimal


@given(texts())
def test_a_server_can_send_it(text: str) -> None:
    assert "\0" not in text.encode().decode()


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), texts(max_bytes=n))))
def test_bytes_are_limited(found: tuple[int, str]) -> None:
    limit, text = found
    assert len(text.encode()) <= limit


@given(texts(max_chars=3))
def test_characters_are_limited(text: str) -> None:
    assert len(text) <= 3


@given(texts(ascii_only=True))
def test_ascii(text: str) -> None:
    assert text.isascii()


def test_what_there_is_among_them() -> None:
    full = "x" * 300
    assert minimal(texts(max_bytes=300), lambda text: text == full) == full
    assert minimal(texts(max_chars=2), lambda text: len(text.encode()) > 4)
    for edge in EDGES:
        assert minimal(texts(), lambda text, edge=edge: text == edge) == edge  # type: ignore[misc]


def test_cutting_spares_characters() -> None:
    assert cut("a\u00e4\u00e4", 4) == "a\u00e4"
    assert cut("", 0) == ""


@given(names(63))
def test_names_fit(name: str) -> None:
    assert len(name.encode()) <= 63
    assert "\0" not in name


def test_names_of_all_kinds() -> None:
    for edge in NAME_EDGES:
        assert minimal(names(63), lambda name, edge=edge: name == edge) == edge  # type: ignore[misc]
