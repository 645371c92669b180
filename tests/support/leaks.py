"""Looks for a secret wherever an exception, a log or an object could show it."""

from __future__ import annotations

import gc
import sys
import traceback
import types
from collections.abc import Iterator


def texts(error: BaseException) -> Iterator[str]:
    """Everything that an exception and those behind it say, tracebacks included."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield from (str(current), repr(current), repr(current.args), repr(vars(current)))
        waiting += [current.__cause__, current.__context__]
    yield "".join(traceback.format_exception(type(error), error, error.__traceback__))


_DEAD_ENDS = (
    types.ModuleType,
    types.FrameType,
    types.CoroutineType,
    types.GeneratorType,
    types.BuiltinFunctionType,
    type,
)


def _neighbours(found: object) -> list[object]:
    if isinstance(found, types.FunctionType):  # not its module's globals, which reach everything
        return [found.__closure__, found.__defaults__, found.__kwdefaults__]
    return gc.get_referents(found)


def holders(root: object, secret: str) -> list[object]:
    """The strings and buffers with ``secret`` in them that can be reached from ``root``."""
    needle = secret.encode()
    modules = {id(vars(module)) for module in list(sys.modules.values())}
    seen: set[int] = set()
    waiting: list[object] = [root]
    found: list[object] = []
    while waiting:
        current = waiting.pop()
        if id(current) in seen or id(current) in modules or isinstance(current, _DEAD_ENDS):
            continue
        seen.add(id(current))
        if isinstance(current, str):
            found += [current] if secret in current else []
        elif isinstance(current, (bytes, bytearray)):
            found += [current] if needle in current else []
        else:
            waiting += _neighbours(current)
    return found
