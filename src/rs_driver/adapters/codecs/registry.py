"""Codecs: the codecs of one connection, found by OID and format or by Python class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Union, cast

from rs_driver.adapters.codecs.text import as_text
from rs_driver.errors import DataError, Error, InterfaceError, NotSupportedError
from rs_driver.ports.codec import (
    BINARY,
    TEXT,
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
    resolution order, that has one; what was found is remembered per map.
    """

    __slots__ = ("_decoders", "_encoders", "_resolved", "conversions", "profile")

    def __init__(
        self,
        profile: ServerProfile,
        decoders: Mapping[tuple[int, int], TypeCodec] = MappingProxyType({}),
        encoders: Mapping[type, ParameterCodec] = MappingProxyType({}),
        conversions: Conversions = _DEFAULT,
    ) -> None:
        self.profile = profile
        self.conversions = conversions
        self._decoders = decoders
        self._encoders = encoders
        self._resolved: dict[type, ParameterCodec] = {}

    def with_decoder(self, *codecs: TypeCodec) -> Codecs:
        """A map in which ``codecs`` decode their OID and format, and all else is the same."""
        added = {(codec.oid, codec.format): codec for codec in codecs}
        return Codecs(self.profile, {**self._decoders, **added}, self._encoders, self.conversions)

    def with_encoder(self, *codecs: ParameterCodec) -> Codecs:
        """A map in which ``codecs`` encode their Python class, and all else is the same."""
        added = {codec.python_type: codec for codec in codecs}
        return Codecs(self.profile, self._decoders, {**self._encoders, **added}, self.conversions)

    def with_codecs(self, *codecs: Union[TypeCodec, ParameterCodec]) -> Codecs:
        """A map with codecs of the user's own, of both directions, before all others.

        Where one decodes an OID, that OID's other format is forgotten unless it is given,
        too, as the server would be asked for it otherwise. InterfaceError for what is no
        codec.
        """
        decoders: dict[tuple[int, int], TypeCodec] = {}
        encoders: dict[type, ParameterCodec] = {}
        for codec in codecs:
            kind = getattr(codec, "python_type", None)
            if isinstance(kind, type) and callable(getattr(codec, "encode", None)):
                encoders[kind] = cast("ParameterCodec", codec)
            elif callable(getattr(codec, "decoder", None)):
                decoder = cast("TypeCodec", codec)
                decoders[decoder.oid, decoder.format] = decoder
            else:
                raise InterfaceError(
                    f"{type(codec).__name__} is no codec: it has neither oid, format and "
                    "decoder(), nor python_type and encode()"
                )
        taken = {oid for oid, _ in decoders}
        kept = {key: codec for key, codec in self._decoders.items() if key[0] not in taken}
        return Codecs(
            self.profile, {**kept, **decoders}, {**self._encoders, **encoders}, self.conversions
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

    def codec(self, oid: int, format: int) -> TypeCodec | None:
        return self._decoders.get((oid, format))

    def result_format(self, oid: int) -> int:
        return BINARY if (oid, BINARY) in self._decoders else TEXT

    # -- to the server ------------------------------------------------------------------

    def encode(self, value: Any) -> Parameter:
        kind = type(value)
        codec = self._resolved.get(kind) or self._resolve(kind)
        return codec.encode(value, self)

    def encode_all(self, values: Sequence[Any]) -> list[Parameter]:
        """The parameters of one statement. Errors name the 1-based position, never the value."""
        parameters: list[Parameter] = []
        try:
            for value in values:
                parameters.append(self.encode(value))  # noqa: PERF401 (its length is the position)
        except Error as error:
            raise type(error)(f"parameter {len(parameters) + 1}: {error.message}") from error
        except Exception as error:  # a codec of the user's own may raise anything
            raise DataError(
                f"parameter {len(parameters) + 1}: the codec failed with {type(error).__name__}"
            ) from error
        return parameters

    def _resolve(self, kind: type) -> ParameterCodec:
        for base in kind.__mro__:
            if base in self._encoders:
                if len(self._resolved) >= _REMEMBERED_CLASSES:
                    self._resolved.clear()
                codec = self._resolved[kind] = self._encoders[base]
                return codec
        raise NotSupportedError(
            f"a value of class {kind.__module__}.{kind.__qualname__} cannot be sent: "
            "no codec is registered for it"
        )
