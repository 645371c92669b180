from __future__ import annotations

from typing import Any

from rs_driver.codecs import class_codec, type_codec
from rs_driver_fakeserver.conformance.maps import codec_map
from rs_driver_fakeserver.dialect import ServerKind


class Point:
    pass


def test_the_map_of_a_connection() -> None:
    own: list[Any] = [type_codec(600, str), class_codec(Point, lambda _: "(1,2)", oid=600)]
    kinds: tuple[ServerKind, ...] = ("redshift", "postgres")
    for kind in kinds:
        codecs = codec_map(kind, *own)
        assert codecs.profile.kind == kind
        assert codecs.codec(600, 0) is own[0]
        assert codecs.encode(Point()).data == b"(1,2)"
        assert codecs.encode(True).oid == 16
    assert codec_map("redshift").profile.protocol_version == 2
