"""The codecs of a connection of the driver, as codecs themselves are handed them."""

from __future__ import annotations

from typing import Any

from rs_driver.ports.codec import CodecMap, Parameter, ParameterCodec, TypeCodec
from rs_driver.wire.results import FieldDescription
from rs_driver_fakeserver.conformance.columns import ColumnServer
from rs_driver_fakeserver.dialect import ServerKind

NO_QUESTIONS = {"varbyte_wire": "hex"}
"""The driver need not find out how VARBYTE comes."""


class _Question:
    """A class that nobody else sends."""


class _Spy:
    """A ``ParameterCodec`` that keeps the map that it is handed."""

    python_type = _Question

    def __init__(self) -> None:
        self.codecs: list[CodecMap] = []

    def encode(self, value: Any, codecs: CodecMap) -> Parameter:  # noqa: ARG002  (the port)
        self.codecs.append(codecs)
        return Parameter(705, 0, b"")


def codec_map(kind: ServerKind, *codecs: TypeCodec | ParameterCodec) -> CodecMap:
    """The map of a connection to a server of that ``kind``, with ``codecs`` added to it."""
    import rs_driver

    spy = _Spy()
    server = ColumnServer(kind, FieldDescription("value"), {0: [], 1: []})
    with rs_driver.connect(
        user="awsuser", transport=server, codecs=[*codecs, spy], profile=NO_QUESTIONS
    ) as connection:
        connection.cursor().execute("select %s", (_Question(),))
    return spy.codecs[0]
