from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rs_driver.config import values
from rs_driver.config.retry import ONCE, Retry
from rs_driver.config.values import BadValue, Parser


class BytesPath:
    def __fspath__(self) -> bytes:
        return b"a/b"


@pytest.mark.parametrize(
    ("parse", "given", "result"),
    [
        (values.text, "pässwörd", "pässwörd"),
        (values.path, "a/b", "a/b"),
        (values.path, Path("a/b"), str(Path("a/b"))),
        (values.flag, True, True),
        (values.flag, False, False),
        (values.flag, "Yes", True),
        (values.flag, "1", True),
        (values.flag, "off", False),
        (values.whole(1, 65535), 5439, 5439),
        (values.whole(1, 65535), " 5439 ", 5439),
        (values.whole(0, 2), "0", 0),
        (values.ports, 5439, 5439),
        (values.ports, "5439", 5439),
        (values.ports, "1, 2,", (1, 2, None)),
        (values.addresses, "::1,192.0.2.1", "::1,192.0.2.1"),
        (values.instance(Retry), ONCE, ONCE),
        (values.seconds, 0, 0.0),
        (values.seconds, 2, 2.0),
        (values.seconds, "1.5", 1.5),
        (values.some_seconds, "0.5", 0.5),
        (values.one_of("a", "b"), "b", "b"),
        (values.names, "md5, scram-sha-256", frozenset({"md5", "scram-sha-256"})),
        (values.names, ["md5"], frozenset({"md5"})),
        (values.local_address, "10.0.0.1", ("10.0.0.1", 0)),
        (values.local_address, ("10.0.0.1", 40000), ("10.0.0.1", 40000)),
        (values.settings, {"a": "b", "n": 5, "x": True, "y": False}, None),
        (values.overrides, {"two_phase": True}, {"two_phase": True}),
        (values.objects, [1, 2], (1, 2)),
        (values.anything, 7, 7),
    ],
)
def test_good_values(parse: Parser, given: object, result: object) -> None:
    if parse is values.settings:
        result = {"a": "b", "n": "5", "x": "on", "y": "off"}
    parsed = parse(given)
    assert parsed == result
    assert type(parsed) is type(result) or isinstance(result, dict)


@pytest.mark.parametrize(
    ("parse", "given", "reason"),
    [
        (values.text, 5, "expects a str, not int"),
        (values.text, b"x", "expects a str, not bytes"),
        (values.text, "sec\0ret", "must not contain a NUL character"),
        (values.text, "sec\udc80ret", "cannot be encoded as UTF-8"),
        (values.path, 5, "expects a str, not int"),
        (values.path, Path, "expects a str, not type"),
        (values.path, BytesPath(), "expects a str, not bytes"),
        (values.flag, "maybe", "expects true or false"),
        (values.flag, 1, "expects a bool, not int"),
        (values.whole(1, 9), "x", "expects a whole number"),
        (values.whole(1, 9), "-1", "expects a whole number"),
        (values.whole(1, 9), "9" * 5000, "expects a whole number"),
        (values.whole(1, 9), "\u0665", "expects a whole number"),
        (values.whole(1, 9), 0, "must be between 1 and 9"),
        (values.whole(1, 9), "10", "must be between 1 and 9"),
        (values.whole(1, 9), True, "expects an int, not bool"),
        (values.whole(1, 9), 5.0, "expects an int, not float"),
        (values.seconds, "soon", "expects a number of seconds"),
        (values.seconds, Decimal(1), "expects a number of seconds, not Decimal"),
        (values.seconds, True, "expects a number of seconds, not bool"),
        (values.seconds, -1, "must be between"),
        (values.some_seconds, 0, "must be more than 0 seconds"),
        (values.seconds, float("nan"), "must be between"),
        (values.seconds, "inf", "must be between"),
        (values.one_of("a", "b"), "c", "must be one of a, b"),
        (values.one_of("a", "b"), "A", "must be one of a, b"),
        (values.one_of("a", "b"), 1, "expects a str"),
        (values.names, 5, "expects names, not int"),
        (values.names, "a,,b", "none of them empty"),
        (values.names, [], "none of them empty"),
        (values.names, [5], "expects a str"),
        (values.local_address, 5, "expects a str"),
        (values.local_address, ("a", -1), "must be between 0 and 65535"),
        (values.local_address, ("a", "b", "c"), "expects a str, not tuple"),
        (values.settings, "a=b", "expects a mapping, not str"),
        (values.settings, {"": "b"}, "has an empty name"),
        (values.settings, {"a": 10**5000}, "has a number of too many digits"),
        (values.settings, {"a": 1.5}, "expects a str, not float"),
        (values.settings, {5: "b"}, "expects a str, not int"),
        (values.overrides, "default", "expects a mapping, not str"),
        (values.overrides, {1: 2}, "expects a str, not int"),
        (values.objects, "text", "expects a sequence of objects, not str"),
        (values.objects, 5, "expects a sequence of objects, not int"),
        (values.anything, "package.Class", "expects an object, not str"),
        (values.anything, b"x", "expects an object, not bytes"),
    ],
)
def test_bad_values(parse: Parser, given: object, reason: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse(given)
    assert reason in str(caught.value)
    assert "sec" not in str(caught.value).replace("seconds", "")


def test_mappings_are_read_only_copies() -> None:
    given: dict[str, Any] = {"a": "b"}
    parsed: Any = values.settings(given)
    given["c"] = "d"
    assert parsed == {"a": "b"}
    with pytest.raises(TypeError):
        parsed["c"] = "d"
