"""Codecs: the codecs of one connection, found by OID and format or by Python class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, Union, cast

from rs_driver.adapters.codecs.base import NamedEncoder, class_name
from rs_driver.adapters.codecs.by_column import texts
from rs_driver.adapters.codecs.custom import ClassCodec
from rs_driver.adapters.codecs.hints import hint
from rs_driver.adapters.codecs.text import as_text
from rs_driver.errors import DataError, Error, InterfaceError, NotSupportedError
from rs_driver.ports.codec import (
    BINARY,
    TEXT,
    ColumnDecode,
    Conversions,
    Decode,
    Parameter,
    ParameterCodec,
    TypeCodec,
)
from rs_driver.ports.profile import ServerProfile
from rs_driver.wire.results import FieldDescription

_REMEMBERED_CLASSES = 1000
_DEFAULT = Conversions()


class Codecs:
    """A ``CodecMap`` for one server profile. Copied, never changed: ``with_decoder``,
    ``with_encoder`` and ``with_codecs`` give a new map and leave the old one as it was.

    A Python class without a codec of its own is sent as the first of its bases, in method
    resolution order, that has one; what was found is remembered per map. Of an Enum the
    bases that are Enums come first, before a str or an int that it may be as well.
    """

    __slots__ = ("_decoders", "_encoders", "_named", "_resolved", "conversions", "profile")

    def __init__(
        self,
        profile: ServerProfile,
        decoders: Mapping[tuple[int, int], TypeCodec] = MappingProxyType({}),
        encoders: Mapping[type, ParameterCodec] = MappingProxyType({}),
        conversions: Conversions = _DEFAULT,
        named: Mapping[str, NamedEncoder] = MappingProxyType({}),
    ) -> None:
        self.profile = profile
        self.conversions = conversions
        self._decoders = decoders
        self._encoders = encoders
        self._named = named
        self._resolved: dict[type, Union[ParameterCodec, NamedEncoder]] = {}

    def with_decoder(self, *codecs: TypeCodec) -> Codecs:
        """A map in which ``codecs`` decode their OID and format, and all else is the same."""
        added = {(codec.oid, codec.format): codec for codec in codecs}
        return self._with(decoders={**self._decoders, **added})

    def with_encoder(self, *codecs: ParameterCodec) -> Codecs:
        """A map in which ``codecs`` encode their Python class, and all else is the same."""
        added = {codec.python_type: codec for codec in codecs}
        return self._with(encoders={**self._encoders, **added})

    def with_named_encoder(self, *codecs: NamedEncoder) -> Codecs:
        """A map in which ``codecs`` encode the classes of these names, where a class has no
        encoder by itself, and all else is the same."""
        return self._with(named={**self._named, **{codec.class_name: codec for codec in codecs}})

    def with_codecs(self, *codecs: Union[TypeCodec, ParameterCodec]) -> Codecs:
        """A map with codecs of the user's own, of both directions, before all others.

        Where one decodes an OID, that OID's other format is forgotten unless it is given,
        too, as the server would be asked for it otherwise. InterfaceError for what is no
        codec.
        """
        decoders: dict[tuple[int, int], TypeCodec] = {}
        encoders: dict[type, ParameterCodec] = {}
        for codec in codecs:
            encodes, decodes = _is_parameter_codec(codec), _is_type_codec(codec)
            if not (encodes or decodes):
                raise _no_codec(codec)
            if encodes:
                encoder = cast("ParameterCodec", codec)
                above = encoder.above(self) if isinstance(encoder, ClassCodec) else encoder
                encoders[encoder.python_type] = above
            if decodes:
                decoder = cast("TypeCodec", codec)
                decoders[decoder.oid, decoder.format] = decoder
        taken = {oid for oid, _ in decoders}
        kept = {key: codec for key, codec in self._decoders.items() if key[0] not in taken}
        return self._with(decoders={**kept, **decoders}, encoders={**self._encoders, **encoders})

    def with_profile(self, profile: ServerProfile) -> Codecs:
        """The same codecs for a server about which more is known now."""
        return self._with(profile=profile)

    def _with(
        self,
        *,
        profile: ServerProfile | None = None,
        decoders: Mapping[tuple[int, int], TypeCodec] | None = None,
        encoders: Mapping[type, ParameterCodec] | None = None,
        named: Mapping[str, NamedEncoder] | None = None,
    ) -> Codecs:
        return Codecs(
            profile or self.profile,
            self._decoders if decoders is None else decoders,
            self._encoders if encoders is None else encoders,
            self.conversions,
            self._named if named is None else named,
        )

    # -- from the server ----------------------------------------------------------------

    def decoder(self, field: FieldDescription) -> Decode:
        """The decoder for a column; an unknown OID is read as text.

        NotSupportedError for a column in binary that no codec reads: its bytes would
        pass for text without being any.
        """
        codec = self._decoders.get((field.type_oid, field.format))
        if codec is not None:
            return codec.decoder(field, self)
        if field.format != TEXT:
            raise NotSupportedError(
                f'column "{field.name}": no codec reads type OID {field.type_oid} '
                f"in format {field.format}"
            )
        return as_text(field)

    def column_decoder(self, field: FieldDescription) -> ColumnDecode | None:
        codec = self._decoders.get((field.type_oid, field.format))
        if codec is None:
            return None if field.format != TEXT else texts(field, self, bytes.decode)
        make = getattr(codec, "column_decoder", None)  # a codec of the user's may do without
        try:
            way: ColumnDecode | None = None if make is None else make(field, self)
        except (Error, MemoryError):
            raise
        except Exception as error:  # a codec of the user's own may raise anything
            raise DataError(
                f'column "{field.name}": its codec failed with {type(error).__name__}'
            ) from error
        return way

    def codec(self, oid: int, format: int) -> TypeCodec | None:
        return self._decoders.get((oid, format))

    def result_format(self, oid: int, *, binary: bool = False) -> int:
        codec = self._decoders.get((oid, BINARY))
        if getattr(codec, "slow", False) and not binary:
            return TEXT
        element = getattr(codec, "element_oid", oid)  # an array's values need that one, too
        return TEXT if codec is None or (element, BINARY) not in self._decoders else BINARY

    # -- to the server ------------------------------------------------------------------

    def encoder(self, python_type: type) -> Union[ParameterCodec, NamedEncoder]:
        return self._resolved.get(python_type) or self._resolve(python_type)

    def encode(self, value: Any) -> Parameter:
        kind = type(value)
        codec = self._resolved.get(kind) or self._resolve(kind)
        return codec.encode(value, self)

    def encode_all(self, values: Sequence[Any]) -> list[Parameter]:
        """The parameters of one statement. Errors name the 1-based position, never the value."""
        parameters: list[Parameter] = []
        try:
            for value in values:
                kind = type(value)
                codec = self._resolved.get(kind) or self._resolve(kind)
                parameters.append(codec.encode(value, self))
        except Error as error:
            raise type(error)(f"parameter {len(parameters) + 1}: {error.message}") from error
        except Exception as error:  # a codec of the user's own may raise anything
            raise DataError(
                f"parameter {len(parameters) + 1}: the codec failed with {type(error).__name__}"
            ) from error
        return parameters

    def _resolve(self, kind: type) -> Union[ParameterCodec, NamedEncoder]:
        for base in _bases(kind):
            codec = self._encoders.get(base) or self._named.get(class_name(base))
            if codec is not None:
                if len(self._resolved) >= _REMEMBERED_CLASSES:
                    self._resolved.clear()
                self._resolved[kind] = codec
                return codec
        raise NotSupportedError(
            f"a value of class {kind.__module__}.{kind.__qualname__} cannot be sent: {hint(kind)}"
        )


def _bases(kind: type) -> Iterable[type]:
    """The classes whose codecs a value of class ``kind`` may be sent by, best first."""
    if issubclass(kind, Enum):
        return sorted(kind.__mro__, key=lambda base: not issubclass(base, Enum))
    return kind.__mro__


def _is_parameter_codec(codec: object) -> bool:
    return (
        not isinstance(codec, type)
        and isinstance(getattr(codec, "python_type", None), type)
        and callable(getattr(codec, "encode", None))
    )


def _is_type_codec(codec: object) -> bool:
    return (
        not isinstance(codec, type)
        and isinstance(getattr(codec, "oid", None), int)
        and getattr(codec, "format", None) in (TEXT, BINARY)
        and callable(getattr(codec, "decoder", None))
    )


def _no_codec(codec: object) -> InterfaceError:
    if isinstance(codec, type):
        return InterfaceError(f"{codec.__name__} is a class: an instance of it is needed")
    return InterfaceError(
        f"{type(codec).__name__} is no codec: it has neither an oid, a format (0 or 1) and "
        "decoder(), nor a python_type and encode()"
    )
