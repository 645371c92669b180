"""What is wrong with a fault's arguments, said in the test's own line."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Iterable


def whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """``value`` if it is an int from ``least`` on, up to ``most``; TypeError, ValueError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} is a whole number, not {shown_type(value)}")
    if value < least or (most is not None and value > most):
        limit = f"from {least} to {most}" if most is not None else f"at least {least}"
        raise ValueError(f"{name} is {limit}, not {value}")
    return value


def times(value: object) -> None:
    """None (every time) or an int from 1 on."""
    if value is not None:
        whole("times", value, 1)


def seconds(value: object, *, zero: bool = False) -> None:
    """A finite number of seconds above 0, or from 0 on."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"seconds are a number, not {shown_type(value)}")
    if not math.isfinite(value) or value < 0 or (value == 0 and not zero):
        raise ValueError(f"seconds are {'from 0 on' if zero else 'above 0'}, not {value}")


def probability(value: object) -> None:
    """Above 0, up to 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"probability is a number, not {shown_type(value)}")
    if not 0 < value <= 1:
        raise ValueError(f"probability is above 0 and at most 1, not {value}")


def octets(name: str, value: object) -> bytes:
    """``value`` as bytes, of which there must be some."""
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError(f"{name} is bytes, not {shown_type(value)}")
    if not value:
        raise ValueError(f"{name} is empty: nothing would be sent")
    return bytes(value)


def connections(value: object) -> int | range | tuple[int, ...] | None:
    """Numbers of connections, in a form that can be compared: an int, a range, a tuple."""
    if value is None or (isinstance(value, range) and value and min(value) >= 1):
        return value
    if isinstance(value, int):
        return whole("connections", value, 1)
    if isinstance(value, (str, bytes)) or not isinstance(value, Collection):
        raise TypeError(f"connections= takes 1, [1, 3] or range(2, 9), not {shown_type(value)}")
    if not value:
        raise ValueError("connections= is empty: the fault would never happen")
    return tuple([whole("connections", number, 1) for number in value])


def choice(what: str, value: str, known: Iterable[str]) -> None:
    """ValueError, naming what is near, where ``value`` is not one of ``known``."""
    names = sorted(known)
    if value not in names:
        lower = {name.lower(): name for name in names}
        near = difflib.get_close_matches(value.lower(), list(lower), n=3, cutoff=0.5)
        meant = [lower[name] for name in near] or names
        raise ValueError(f"there is no {what} {value!r}; near it: {', '.join(meant)}")


def shown_type(value: object) -> str:
    """What a value is, for messages."""
    return f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__


def sqlstate(value: object) -> None:
    """Five of 0-9 and A-Z."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Z]{5}", value):
        raise ValueError(f"{value!r} is not a SQLSTATE: five of 0-9 and A-Z, such as '57014'")
