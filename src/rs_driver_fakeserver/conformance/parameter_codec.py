"""The suite for a ``ParameterCodec`` (``rs_driver.ports.codec``)."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

import pytest

from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Parameter, ParameterCodec, TypeCodec
from rs_driver.wire.query import Bind, Parse
from rs_driver_fakeserver.conformance.claims import claim, instance, refused
from rs_driver_fakeserver.conformance.echoing import EchoEngine, type_name
from rs_driver_fakeserver.conformance.maps import NO_QUESTIONS, codec_map
from rs_driver_fakeserver.conformance.sameness import same
from rs_driver_fakeserver.conformance.suite import Suite, bounded, missing
from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.server import FakeServer

Example: TypeAlias = "tuple[Any, bytes | None, bytes | None]"
"""A value, its text form, its binary form; None for a form that it is not sent in."""


class ParameterCodecConformance(Suite):
    """Tests of how values of one class are sent.

    Override ``codec`` and ``examples``. ``unfit``: values of the class that cannot be sent.
    ``server`` says where they go to; ``sql_type`` is how the fake server calls the type, where
    it has it by another name than its OID's. ``decoders`` and ``comes_back`` are for values
    that come back as something else.
    """

    examples: Sequence[Example] = ()
    unfit: Sequence[Any] = ()
    server: ServerKind = "redshift"
    sql_type: str | None = None

    def codec(self) -> ParameterCodec:
        """The codec."""
        raise missing("codec()")

    def decoders(self) -> Sequence[TypeCodec]:
        """Codecs by which the values come back, where the driver's own do not do."""
        return ()

    def comes_back(self, value: Any) -> Any:
        """What is fetched where ``value`` was sent."""
        return value

    def same(self, one: Any, other: Any) -> bool:
        """Whether two values are the same: equal, and of one class."""
        return same(one, other)

    def map(self) -> CodecMap:
        """The codecs of a connection, this one among them."""
        return codec_map(self.server, self.codec(), *self.decoders())

    # -- what it is ---------------------------------------------------------------------

    @bounded
    def test_its_class(self) -> None:
        """``python_type``: "The class"."""
        kind = self.codec().python_type
        claim(isinstance(kind, type), f"python_type is a class, not {kind!r}")
        claim(self.examples, "there is an example at least")
        for value in [*(example[0] for example in self.examples), *self.unfit]:
            claim(isinstance(value, kind), f"{value!r} is no {kind.__qualname__}")

    @bounded
    def test_the_examples(self) -> None:
        """``encode``: "The parameter for ``value``": an OID, a format, and bytes."""
        codec, codecs = self.codec(), self.map()
        for value, text, binary in self.examples:
            made = codec.encode(value, codecs)
            _claim_parameter(made)
            expected = binary if made.format == BINARY else text
            claim(expected is not None, f"{value!r} was sent in format {made.format}")
            claim(made.data == expected, f"{value!r} became {made.data!r}, not {expected!r}")

    @bounded
    def test_it_leaves_the_value_alone(self) -> None:
        """``encode`` may be called again: for the second statement, for a description."""
        codec, codecs = self.codec(), self.map()
        for value, *_ in self.examples:
            before = repr(value)
            first = codec.encode(value, codecs)
            claim(codec.encode(value, codecs) == first, f"{value!r} is sent otherwise each time")
            claim(repr(value) == before, f"{before} was changed to {value!r}")

    @bounded
    def test_what_cannot_be_sent(self) -> None:
        """``encode``: "DataError where the type cannot hold it"."""
        codec, codecs = self.codec(), self.map()
        for number, value in enumerate(self.unfit, 1):
            refused(DataError, partial(codec.encode, value, codecs), f"unfit value {number}")

    # -- with the driver ----------------------------------------------------------------

    @bounded
    def test_it_is_found_by_the_class(self) -> None:
        """``python_type``: "its subclasses are sent the same way"."""
        codec, codecs = self.codec(), self.map()
        for value, *_ in self.examples:
            claim(
                codecs.encode(value) == codec.encode(value, codecs),
                f"a connection with the codec sends {value!r} in another way",
            )
        value = self.examples[0][0]
        for heir in _heirs(value, codec.python_type):
            claim(
                codecs.encode(heir) == codec.encode(value, codecs),
                f"{value!r} as an object of a subclass is sent in another way",
            )

    @bounded
    def test_what_arrives(self) -> None:
        """A server gets the OID, the format and the bytes that ``encode`` gave."""
        codecs = self.map()
        with FakeServer(server=self.server, policy="ignore") as server:
            server.when("select $1").returns({"ok": "int4"}, [(1,)])
            for value, *_ in self.examples:
                server.log.clear()
                self._fetched(server, value)
                made = codecs.encode(value)
                parse = next(m for m in server.log.frontend() if isinstance(m, Parse))
                bind = next(m for m in server.log.frontend() if isinstance(m, Bind))
                claim(parse.parameter_oids == (made.oid,), f"the server got {parse}")
                claim(bind.parameters == (made.data,), f"the server got {bind}")
                claim(made.data is None or bind.parameter_formats == (made.format,), f"{bind}")

    @bounded
    def test_what_comes_back(self) -> None:
        """A server that knows the type understands the value, and gives it back."""
        codecs = self.map()
        for value, *_ in self.examples:
            name = type_name(codecs.encode(value).oid, self.sql_type, self.server)
            if name is None:
                pytest.skip("the fake server does not have this type")
            engine = EchoEngine(name)
            with FakeServer(server=self.server, engine=engine, policy="ignore") as server:
                found, expected = self._fetched(server, value), self.comes_back(value)
            claim(self.same(found, expected), f"{expected!r} came back as {found!r}")

    def _fetched(self, server: FakeServer, value: Any) -> Any:
        """What the server answers to ``select $1``."""
        import rs_driver

        with rs_driver.connect(
            user="awsuser",
            transport=server.memory(),
            codecs=[self.codec(), *self.decoders()],
            profile=NO_QUESTIONS,
            autocommit=True,
        ) as connection:
            cursor = connection.cursor()
            cursor.execute("select %s", (value,))
            row = cursor.fetchone()
            return None if row is None else row[0]


def _heirs(value: Any, kind: type) -> Iterator[Any]:
    """``value`` as an object of a subclass of its class, where Python lets that be."""
    with contextlib.suppress(TypeError, AttributeError):
        heir = copy.copy(value)
        object.__setattr__(heir, "__class__", type("Heir", (kind,), {}))  # a frozen one, too
        yield heir


def _claim_parameter(found: object) -> None:
    made = instance(found, Parameter, "encode gives a Parameter")
    claim(type(made.oid) is int and 0 <= made.oid < 2**32, f"{made.oid!r} is no OID")
    claim(made.format in (TEXT, BINARY), f"{made.format!r} is no format code")
    data: object = made.data
    claim(data is None or isinstance(data, bytes), f"data is bytes, not {type(data).__name__}")
