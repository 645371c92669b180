"""Lists and tuples as parameters: arrays, nested to six dimensions, with None for NULL.

The elements are sent by their own codecs and must be of one type (``list_elements``), the
lists at one depth of one length (``list_shape``). The array is in binary where its elements
are, else in text.

A list of str, of nothing, or of None alone says nothing of its type: it is sent as the text
of an array, and the server infers the type, as it does for a str (``uuid_column = ANY(%s)``).
The same goes for elements of types that have no array type, if they are sent as text. An
array of PostgreSQL's has no empty lists within lists: ``[[], []]`` is sent as ``{}``, and
comes back as ``[]``.

A numpy array is sent as the list of its values; one without dimensions as its value.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rs_driver.adapters.codecs.array_ import ELEMENTS
from rs_driver.adapters.codecs.array_binary import pack
from rs_driver.adapters.codecs.array_text import literal
from rs_driver.adapters.codecs.list_elements import encode_elements, unify
from rs_driver.adapters.codecs.list_shape import (
    ListEncoder,
    NamedListEncoder,
    described,
    flatten,
    place,
)
from rs_driver.errors import NotSupportedError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Parameter

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_ARRAYS: Mapping[int, int] = MappingProxyType(
    {element: array for array, (element, _) in ELEMENTS.items()}
)
"""The array type of each element type."""


def encode_list(value: Any, codecs: CodecMap) -> Parameter:
    """The array for a value that a ``ListEncoder`` of ``codecs`` stands for.

    ProgrammingError for a list that is no array, NotSupportedError for elements that cannot
    be sent in one, and the errors of the elements' codecs.
    """
    lengths, values = flatten(value, codecs)
    if not values:
        return _text(b"{}", codecs)
    oid, parameters = unify(values, encode_elements(values, lengths, codecs), lengths)
    elements = [parameter.data for parameter in parameters]
    formats = {parameter.format for parameter in parameters if parameter.data is not None}
    array_oid = _ARRAYS.get(oid)
    if formats <= {TEXT}:
        return _text(literal(elements, lengths), codecs, array_oid)
    if formats == {BINARY} and array_oid is not None:
        return Parameter(array_oid, BINARY, pack(oid, elements, lengths))
    first = next(n for n, parameter in enumerate(parameters) if parameter.data is not None)
    why = (
        f"type OID {oid} has no array type"
        if array_oid is None
        else f"their codec sends type OID {oid} as text and in binary"
    )
    raise NotSupportedError(
        f"a list of {described(values[first])} (at {place(first, lengths)}) cannot be sent: {why}"
    )


def _text(data: bytes, codecs: CodecMap, array_oid: int | None = None) -> Parameter:
    """An array in text form; without a type of its own, under that of str."""
    text_oid = codecs.profile.text_oid
    return Parameter(array_oid or _ARRAYS.get(text_oid, text_oid), TEXT, data)


def _array_elements(array: Any) -> list[Any] | None:
    if not array.ndim:
        return None
    # tolist() makes ints of datetimes in nanoseconds; numpy's scalars know what they are.
    elements: list[Any] = list(array) if array.dtype.kind in "mM" else array.tolist()
    return elements


def encode_ndarray(array: Any, codecs: CodecMap) -> Parameter:
    """The array for a numpy array. Errors as ``encode_list``."""
    if array.ndim:
        return encode_list(array, codecs)
    return codecs.encode(array[()] if array.dtype.kind in "mM" else array.tolist())


def register(codecs: Codecs) -> Codecs:
    """Add Python's list and tuple, and numpy's array."""
    return codecs.with_encoder(
        ListEncoder(list, encode_list), ListEncoder(tuple, encode_list)
    ).with_named_encoder(NamedListEncoder("numpy.ndarray", encode_ndarray, _array_elements))
