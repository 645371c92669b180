"""The elements of a list on their way to the server, made parameters of one type.

What is of several types is unified where that is exact: integers to the widest of them,
integers and Decimals to NUMERIC, integers and floats to double precision. Anything else is
not homogeneous: a bool beside an int, a naive datetime beside an aware one.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from rs_driver import oids
from rs_driver.adapters.codecs.array_ import ELEMENTS
from rs_driver.adapters.codecs.list_shape import described, place
from rs_driver.errors import DataError, Error, ProgrammingError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Parameter

UNTYPED = 0
"""The OID of elements whose type the server is to infer."""

_INTEGERS: Mapping[int, int] = MappingProxyType({oids.INT2: 2, oids.INT4: 4, oids.INT8: 8})
_UNIFIED = frozenset({frozenset({"integer", "decimal"}), frozenset({"integer", "float"})})
_NAMES: Mapping[int, str] = MappingProxyType({UNTYPED: "untyped", **dict(ELEMENTS.values())})
_float8 = struct.Struct("!d")


def encode_elements(
    values: Sequence[Any], lengths: Sequence[int], codecs: CodecMap
) -> list[Parameter]:
    """A parameter for each value, by its own codec. Errors name its place, never the value."""
    parameters: list[Parameter] = []
    try:
        for value in values:
            parameters.append(codecs.encode(value))  # noqa: PERF401 (its length is the place)
    except Error as error:
        where = place(len(parameters), lengths)
        raise type(error)(f"element {where}: {error.message}") from error
    except Exception as error:  # a codec of the user's own may raise anything
        where = place(len(parameters), lengths)
        raise DataError(f"element {where}: the codec failed with {type(error).__name__}") from error
    return parameters


def unify(
    values: Sequence[Any], parameters: Sequence[Parameter], lengths: Sequence[int]
) -> tuple[int, Sequence[Parameter]]:
    """The one OID of all elements that are not NULL, and the elements under it.

    ``UNTYPED`` where they have none, or all are NULL. ProgrammingError where they are not
    homogeneous, DataError where an integer beside floats is no float exactly.
    """
    found = {_oid(parameter) for parameter in parameters if parameter.data is not None}
    if len(found) <= 1:
        return next(iter(found), UNTYPED), parameters
    _check(values, parameters, lengths)
    if found <= _INTEGERS.keys():
        target = max(found, key=_INTEGERS.__getitem__)
    else:
        target = oids.FLOAT8 if oids.FLOAT8 in found else oids.NUMERIC
    unified: list[Parameter] = []
    for number, parameter in enumerate(parameters):
        converted = _converted(parameter, target)
        if converted is None:
            raise DataError(
                f"element {place(number, lengths)}: the {described(values[number])} beside "
                "floats is no double precision number exactly"
            )
        unified.append(converted)
    return target, unified


def _oid(parameter: Parameter) -> int:
    """An element's type; there are two numbers for none."""
    return UNTYPED if parameter.oid == oids.UNKNOWN else parameter.oid


def _check(values: Sequence[Any], parameters: Sequence[Parameter], lengths: Sequence[int]) -> None:
    firsts: dict[str, int] = {}
    for number, (value, parameter) in enumerate(zip(values, parameters, strict=True)):
        if parameter.data is None:
            continue
        family = _family(value, _oid(parameter))
        if family in firsts:
            continue
        for other, first in firsts.items():
            if frozenset({family, other}) not in _UNIFIED:
                raise ProgrammingError(
                    "the list is not homogeneous: "
                    f"{described(values[first])} ({other}) at {place(first, lengths)}, "
                    f"{described(value)} ({family}) at {place(number, lengths)}"
                )
        firsts[family] = number


def _family(value: Any, oid: int) -> str:
    """What an element counts as among others, also in messages."""
    if oid == oids.NUMERIC:  # which an int beyond 64 bits is as well
        return "decimal" if isinstance(value, Decimal) else "integer"
    if oid in _INTEGERS:
        return "integer"
    return "float" if oid == oids.FLOAT8 else _NAMES.get(oid, f"type OID {oid}")


def _converted(parameter: Parameter, target: int) -> Parameter | None:
    """A number under another OID; None where that cannot hold it exactly."""
    data = parameter.data
    if data is None or parameter.oid == target:
        return parameter
    if parameter.oid == oids.NUMERIC:
        return _as_float(Decimal(data.decode("ascii")))
    # A codec of the user's may send an integer as text.
    number = int.from_bytes(data, "big", signed=True) if parameter.format == BINARY else int(data)
    if target == oids.FLOAT8:
        return _as_float(number)
    if target == oids.NUMERIC:
        return Parameter(target, TEXT, b"%d" % number)
    return Parameter(target, BINARY, number.to_bytes(_INTEGERS[target], "big", signed=True))


def _as_float(number: Decimal | int) -> Parameter | None:
    nearest = float(number)  # an infinity, which equals nothing else, for what is too large
    return Parameter(oids.FLOAT8, BINARY, _float8.pack(nearest)) if nearest == number else None
