"""Data that is almost right: the inputs that show whether somebody looks at them."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from rs_driver_fakeserver.conformance.moving import noise

R = TypeVar("R")
_MOST_PLACES = 64
_NOISES = 100


def spoiled_bytes(data: bytes) -> Iterator[bytes]:
    """``data`` cut short, with something behind it, with single bytes changed."""
    places = range(0, len(data), max(1, len(data) // _MOST_PLACES))
    yield b""
    for at in places:
        yield data[:at]
        for mask in (0x01, 0x80, 0xFF):
            yield data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]
    for more in (b"\0", b"0", b" ", b"\xff", b"}"):
        yield data + more
        yield more + data


def spoiled(request: R) -> Iterator[R]:
    """A request whose fields of bytes are spoiled, one after the other."""
    fields: Any = dataclasses.fields(request) if dataclasses.is_dataclass(request) else ()
    for field in fields:
        value = getattr(request, field.name)
        if isinstance(value, bytes):
            for other in spoiled_bytes(value):
                if other != value:
                    yield dataclasses.replace(request, **{field.name: other})  # type: ignore[type-var]


def malformed(examples: Sequence[bytes]) -> Iterator[bytes]:
    """Bytes that are mostly no values of the type that ``examples`` are of."""
    seen = set()
    for example in examples:
        for data in spoiled_bytes(example):
            if data not in seen:
                seen.add(data)
                yield data
    for number in range(_NOISES):
        yield noise(number % 40, f"malformed {number}")


def search(check: Callable[[bytes], None], examples: Sequence[bytes]) -> bool:
    """Let hypothesis look for bytes that fail ``check``, and shrink them.

    False where hypothesis is not installed.
    """
    if importlib.util.find_spec("hypothesis") is None:
        return False
    from hypothesis import given, settings
    from hypothesis import strategies as st

    anything = st.binary(max_size=80)
    spliced = st.builds(
        lambda data, at, cut, new: data[:at] + new + data[at + cut :],
        st.sampled_from(list(examples) or [b""]),
        st.integers(0, 40),
        st.integers(0, 4),
        st.binary(max_size=4),
    )
    quiet = settings(max_examples=150, deadline=None, database=None, derandomize=True)
    quiet(given(anything | spliced)(check))()
    return True
