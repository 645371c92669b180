"""TypeCodec: the values of one SQL type between the wire and Python.

Two directions, because they are found differently: a value from the server by its
OID and format, a value for the server by its Python class.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, Union

from rs_driver.ports.profile import ServerProfile
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from rs_driver.ports.rows import ColumnBuffer, ColumnSlice, ColumnType

TEXT = 0
"""Format code of text values, in Bind and RowDescription."""
BINARY = 1
"""Format code of binary values."""

Decode = Callable[[bytes], Any]
"""One value's bytes to a Python object; DataError where there is none for them.
Bytes that the type's form does not allow are a DataError too."""


Finish = Callable[[Any], Any]
"""What ``struct`` has read of a value to the Python object."""


class QuickDecode(Protocol):
    """A ``Decode`` with shortcuts that a row decoder may take, or leave.

    ``bare``: the same function without its errors; bytes that are no value of the type
    raise any exception. Who meets one asks the ``QuickDecode`` itself for the DataError.
    ``struct_code``: the letter by which ``struct`` reads the bytes of a value, big-endian;
    empty where there is none. ``finish``: makes the value of what ``struct`` has read, with
    errors as those of ``bare``; None where it is the value.
    """

    bare: Decode
    struct_code: str
    finish: Finish | None

    def __call__(self, data: bytes) -> Any: ...


class ColumnDecode(Protocol):
    """Turns whole columns of one result into values, as ``Decode`` turns single ones.

    ``type``: the column's Arrow type. ``width``: the length of each value but NULL, in
    bytes, where all have the same; 0 where not. Both methods may raise any exception for
    bytes that are no value of the type: the caller finds out by the ``Decode`` which value
    it was, and what to say of it.
    """

    @property
    def type(self) -> ColumnType: ...

    @property
    def width(self) -> int: ...

    def values(self, column: ColumnSlice) -> list[Any]:
        """The Python objects that ``Decode`` gives, None for NULL."""

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        """The column in Arrow's layout. DataError for a value that is one, but has no form
        there (NaN among decimals, an infinite date)."""


class Parameter(NamedTuple):
    """One value on its way to the server: type OID, format code, bytes (None is NULL)."""

    oid: int
    format: int
    data: bytes | None


@dataclass(frozen=True)
class Conversions:
    """What the user has said about the Python side of values.

    ``numeric_to_float``: NUMERIC becomes float, the nearest one, in place of Decimal.
    ``super_objects``: SUPER becomes Python objects in place of its JSON text.
    ``out_of_range_dates``: a date or time that Python's ``datetime`` cannot hold (infinity,
    BC, a year after 9999, 24:00) is a DataError, or the server's own text for it.
    """

    numeric_to_float: bool = False
    super_objects: bool = False
    out_of_range_dates: Literal["error", "text"] = "error"


class TypeCodec(Protocol):
    """How values of one SQL type arrive, in one format."""

    @property
    def oid(self) -> int:
        """The type's OID."""

    @property
    def format(self) -> int:
        """``TEXT`` or ``BINARY``."""

    def decoder(self, field: FieldDescription, codecs: CodecMap) -> Decode:
        """The function for the values of one column. Called once a result, so that what
        depends on the type modifier (NUMERIC's scale) costs nothing per value. ``codecs``
        is the map that asks: for the server's profile, and for the elements of arrays."""

    def column_decoder(self, field: FieldDescription, codecs: CodecMap) -> ColumnDecode | None:
        """The same for whole columns, or None: then each value goes through ``decoder``, and
        the column has no form in Arrow. Called once a result, like ``decoder``."""


class ParameterCodec(Protocol):
    """How values of one Python class are sent."""

    @property
    def python_type(self) -> type:
        """The class; its subclasses are sent the same way unless they have their own."""

    def encode(self, value: Any, codecs: CodecMap) -> Parameter:
        """The parameter for ``value``; DataError where the type cannot hold it. ``codecs``
        is the map that asks: for the server's profile, and for what ``value`` contains."""


class CodecMap(Protocol):
    """All the codecs of a connection."""

    @property
    def profile(self) -> ServerProfile:
        """The server that the values come from and go to."""

    @property
    def conversions(self) -> Conversions:
        """What the user has said about the Python side."""

    def with_codecs(self, *codecs: Union[TypeCodec, ParameterCodec]) -> CodecMap:
        """Another map, in which ``codecs`` come before those that are here."""

    def with_profile(self, profile: ServerProfile) -> CodecMap:
        """Another map with the same codecs, for a server about which more is known now."""

    def decoder(self, field: FieldDescription) -> Decode:
        """The decoder for a column by its OID and format; as text for an unknown OID."""

    def column_decoder(self, field: FieldDescription) -> ColumnDecode | None:
        """The same for whole columns; None where they have no form in Arrow."""

    def codec(self, oid: int, format: int) -> TypeCodec | None:
        """The codec registered for an OID in a format, None where there is none."""

    def result_format(self, oid: int, *, binary: bool = False) -> int:
        """The format to ask for: ``BINARY`` where that can be decoded, else ``TEXT``. What is
        read in less time as text is asked for in ``BINARY`` only if ``binary``."""

    def encoder(self, python_type: type) -> object:
        """What ``encode`` sends the values of a class by: a ``ParameterCodec``, or what has
        that one's ``encode`` at least. NotSupportedError where it knows nothing."""

    def encode(self, value: Any) -> Parameter:
        """The parameter for a value. NotSupportedError for a class that nobody
        registered; None is NULL of OID 705 (unknown)."""

    def encode_all(self, values: Sequence[Any]) -> list[Parameter]:
        """The parameters of one statement. Errors name the 1-based position."""
