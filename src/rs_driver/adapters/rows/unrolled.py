"""The columns of a row one after the other, by the stdlib: in a loop, or in a function that is
written for one result.

Such a function reads all columns of fixed width that lie together by one ``struct``, and has
no loop over columns. It is made of numbers and of names that stand here, and of nothing that
a server or a user has said.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, Union

from rs_driver.adapters.rows.checks import HEAD_SIZE
from rs_driver.ports.codec import Decode, Finish

PREFIX = struct.Struct("!iH")
LENGTH = struct.Struct("!i")

Step = tuple[Callable[..., tuple[Any, ...]], int, Decode, Union[Finish, None], str]
"""How a column is read: the unpacker of its length (and value), the width that its values
must have (0 where they vary), the function for its bytes, what makes the value of what was
unpacked, and the letter it was unpacked by."""

Unrolled = Callable[[memoryview, Sequence[int]], list[tuple[Any, ...]]]
"""Rows of a batch, as far as its bytes go. Any exception where anything does not add up."""


def step(decode: Decode) -> Step:
    """How the values of a column are read."""
    code: str = getattr(decode, "struct_code", "")
    fixed = struct.Struct("!i" + code)
    width = fixed.size - LENGTH.size
    return fixed.unpack_from, width, getattr(decode, "bare", decode), _finish(decode), code


def _finish(decode: Decode) -> Finish | None:
    finish: Finish | None = getattr(decode, "finish", None)
    return finish


def one_by_one(data: bytes, at: int, steps: Sequence[Step], row: list[Any]) -> int:
    """Add the values of some columns to ``row``, any of them NULL; the position behind them."""
    size_at = LENGTH.unpack_from
    for unpack, width, decode, finish, _ in steps:
        if width:
            size, value = unpack(data, at)
            if size == width:
                row.append(value if finish is None else finish(value))
                at += 4 + width
                continue
        else:
            (size,) = size_at(data, at)
        at += 4
        if size >= 0:
            row.append(decode(data[at : at + size]))
            at += size
        elif size == -1:
            row.append(None)
        else:
            raise ValueError("a negative length")
    return at


def unrolled(steps: Sequence[Step]) -> Unrolled:
    """The function for rows of these columns."""
    source = _Source(steps)
    made: Unrolled = source.compiled()
    return made


class _Source:
    """Writes the function, run by run: columns of fixed width, then one that varies.

    A run in which a value of fixed width is NULL is read by ``one_by_one``.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self._names: dict[str, Any] = {"one_by_one": one_by_one}
        self._lines = [
            "def rows(view, starts):",
            " end = len(view)",
            " data = b''.join((view, padding))",
            " found = []",
            " add = found.append",
            " for start in starts:",
        ]
        padding, first = 0, 0
        # The first run begins with the message's length and count.
        at, head = "start + 1", ("iH", ["length", "count"])
        for number, step in enumerate(steps, 1):
            if not step[1] or number == len(steps):
                padding = max(padding, self._run(steps, first, number, at, *head))
                first, at, head = number, "at", ("", [])
        if not steps:
            padding = self._run(steps, 0, 0, at, *head)
        self._names["padding"] = bytes(padding)
        self._lines += [
            "  if at != stop: raise ValueError('a row ends before or after its message')",
            f"  add(({''.join(f'v{at}, ' for at in range(len(steps)))}))",
            " return found",
        ]

    def compiled(self) -> Any:
        exec(compile("\n".join(self._lines), "<rows>", "exec"), self._names)  # noqa: S102  (see the module)
        return self._names["rows"]

    def _run(
        self, steps: Sequence[Step], first: int, after: int, at: str, codes: str, names: list[str]
    ) -> int:
        """Write one run; how many bytes of it are read before it is known that they are there."""
        varies = after > first and not steps[after - 1][1]
        fixed = range(first, after - varies)
        last = after - 1
        names = [*names, *[name for number in fixed for name in (f"s{number}", f"v{number}")]]
        codes += "".join(["i" + steps[number][4] for number in fixed])
        if varies:
            names, codes = [*names, "size"], codes + "i"
        reader = struct.Struct("!" + codes)
        self._names[f"u{first}"] = reader.unpack_from
        self._names[f"steps{first}"] = steps[first:after]
        write = self._lines.append
        write(f"  {', '.join(names)}, = u{first}(data, {at})")
        begin = at
        if at != "at":
            begin = f"start + {HEAD_SIZE}"
            write("  stop = start + 1 + length")
            write(f"  if count != {len(steps)} or stop > end: raise ValueError('not a row')")
        right = [f"s{number} == {steps[number][1]}" for number in fixed]
        if right:
            write(f"  if {' and '.join(right)}:")
        else:
            write("  if True:")
        for number in fixed:
            if steps[number][3] is not None:
                self._names[f"f{number}"] = steps[number][3]
                write(f"   v{number} = f{number}(v{number})")
        write(f"   at = {at} + {reader.size}")
        if varies:
            self._names[f"d{last}"] = steps[last][2]
            write(f"   if size >= 0: v{last} = d{last}(data[at:at + size]); at += size")
            write(f"   elif size == -1: v{last} = None")
            write("   else: raise ValueError('a negative length')")
        if right:
            write("  else:")
            write("   row = []")
            write(f"   at = one_by_one(data, {begin}, steps{first}, row)")
            write(f"   {''.join(f'v{number}, ' for number in range(first, after))} = row")
        return reader.size
