"""How the tests of a suite say what they expect."""

from __future__ import annotations

import base64
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar, cast

from rs_driver.errors import Error

E = TypeVar("E", bound=BaseException)
T = TypeVar("T")


def claim(holds: object, clause: str) -> None:
    """AssertionError with ``clause``, what the contract says, unless it ``holds``."""
    __tracebackhide__ = True
    if not holds:
        raise AssertionError(clause)


def instance(value: object, kind: type[T], clause: str) -> T:
    """``value``; AssertionError unless it is of ``kind``."""
    __tracebackhide__ = True
    claim(isinstance(value, kind), f"{clause}, not {type(value).__name__}")
    return cast("T", value)


def refused(kind: type[E] | tuple[type[E], ...], call: Callable[[], object], clause: str) -> E:
    """The error of ``kind`` that ``call`` raises; AssertionError for another one, or none."""
    __tracebackhide__ = True
    kinds = kind if isinstance(kind, tuple) else (kind,)
    names = " or ".join(one.__name__ for one in kinds)
    try:
        given = call()
    except kinds as error:
        return error
    except Exception as error:  # whatever it is, it is not what the contract allows
        raise AssertionError(f"{clause}: {names} expected, not {error!r}") from error
    raise AssertionError(f"{clause}: {names} expected, and it gave {given!r}")


def told(error: BaseException) -> Iterator[str]:
    """Everything that an error and those behind it say: texts, args, attributes, traceback.

    What was raised ``from None`` has nothing behind it, as for Python's own traceback.
    """
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield from (str(current), repr(current), repr(current.args), repr(vars(current)))
        waiting.append(current.__cause__)
        if not current.__suppress_context__:
            waiting.append(current.__context__)
    yield "".join(traceback.format_exception(type(error), error, error.__traceback__))


def forms(secret: str) -> tuple[str, ...]:
    """A secret as it is, as bytes are shown, in base64 and in hexadecimal."""
    data = secret.encode(errors="surrogatepass")
    shown = repr(secret)[1:-1], repr(data)[2:-1]
    return (secret, *shown, base64.b64encode(data).decode(), data.hex())


def claim_silent(texts: Iterable[str], secrets: Iterable[str], where: str) -> None:
    """None of ``texts`` shows one of ``secrets``, in whatever form."""
    __tracebackhide__ = True
    hidden = [form for secret in secrets if secret for form in forms(secret)]
    for text in texts:
        # The text itself is not repeated: the failure would tell the secret once more.
        claim(not any(form in text for form in hidden), f"a secret shows in {where}")


def claim_disconnect(error: Error, clause: str) -> None:
    """The error says that the connection is gone, and why."""
    __tracebackhide__ = True
    claim(error.__cause__ is not None, f"{clause}: its cause is chained (raise ... from error)")
    claim(error.is_disconnect is True, f"{clause}: is_disconnect says that the connection is gone")
