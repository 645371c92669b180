from __future__ import annotations

from collections.abc import Callable

import pytest

from rs_driver.wire.query import Query
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver.redshift_protocol import Protocol
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import description, settings


@pytest.mark.parametrize(
    ("protocol", "asked", "spoken", "said"),
    [
        (2, 2, 2, "2"),
        (2, 0, 0, "0"),
        (1, 2, 1, "1"),
        (2, 9, 2, "2"),
        (None, 2, 0, None),
        (Protocol.up_to(1), 2, 1, "1"),
        (Protocol.silent(2), 2, 2, None),
        (Protocol.silent(), 2, 0, None),
        (Protocol.always(3), 1, 3, "3"),
        (Protocol.always(0), 2, 0, "0"),
        (Protocol.claims("two"), 1, 2, "two"),
        (Protocol.claims("7", speaks=1), 2, 1, "7"),
    ],
)
def test_what_is_settled(protocol: object, asked: int, spoken: int, said: str | None) -> None:
    assert Protocol.of(protocol).settled(asked) == (spoken, said)


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: Protocol.of("2"), TypeError, "takes 0, 1, 2, None or a Protocol, not str"),
        (lambda: Protocol.of(True), TypeError, "not bool"),
        (lambda: Protocol.of(Protocol), TypeError, "not Protocol"),
        (lambda: Protocol.of(-1), ValueError, "there is no protocol -1"),
        (lambda: Protocol.silent("1"), TypeError, "a number from 0 to 3"),  # type: ignore[arg-type]  # wrong
        (lambda: Protocol.claims(2), TypeError, "a server claims a str, not int"),  # type: ignore[arg-type]  # wrong
    ],
)
def test_what_is_wrong(make: Callable[[], object], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make()


@pytest.mark.parametrize(
    ("protocol", "asked", "spoken", "said"),
    [
        (Protocol.silent(1), "2", 1, None),
        (Protocol.always(3), "1", 3, "3"),
        (Protocol.claims("two"), "2", 2, "two"),
        (Protocol.always(2), None, 0, None),
    ],
)
def test_on_the_wire(protocol: Protocol, asked: str | None, spoken: int, said: str | None) -> None:
    """Who asks for nothing gets the oldest, and hears nothing of it."""
    with FakeServer(policy="ignore", protocol=protocol) as server:
        server.when("select 1").returns(["n"], [(1,)])
        keys = {"user": "awsuser", "database": "dev"}
        if asked is not None:
            keys["client_protocol_version"] = asked
        peer = server.memory().open_peer()
        peer.feed(StartupMessage(tuple(keys.items())).encode())
        peer.feed(Query("select 1").encode())
        heard = server.log.backend()
        assert settings(heard).get("server_protocol_version") == said
        assert description(heard).protocol_version == spoken
