"""A conversation with the fake server as a Redshift: its protocol 2, every codec, NULLs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rs_driver.intervals import Interval
from rs_driver_fakeserver import Auth, Column, FakeServer
from rs_driver_fakeserver.recording.tape import Recording
from support.conversations import (
    COMMIT,
    LOGIN,
    ROLLBACK,
    Answer,
    FixedNonceScram,
    Step,
    fixed_entropy,
    record,
)
from support.sample_values import SAMPLES

OPTIONS: dict[str, Any] = {**LOGIN, "authenticators": [FixedNonceScram()]}

_ABSENT = ("numeric", "uuid", "json", "jsonb", "inet", "cidr")
"""Types that Redshift has not; its numeric always has a scale."""

TYPES = [name for name in SAMPLES if name not in _ABSENT and not name.endswith("[]")]

STEPS = (
    Step("select every type"),
    Step("select every type where id = %s", (7,)),
    Step("select every type where id = %s", (7,)),
    Step("select every type where id = %s", (7,)),
    Step("select every type; select one"),
    Step("insert into t values (%s, %s)", many=[(1, "one"), (2, None)]),
    Step("insert into t values (%s)", (3,), fails="23505"),
    Step("select one", fails="25P02"),
    ROLLBACK,
    Step(""),
    Step("select nothing", fails="42P01"),
    ROLLBACK,
    Step("select one", ()),
    COMMIT,
)


def sample_rows(count: int) -> list[tuple[Any, ...]]:
    """``count`` rows of every type, as Redshift can hold them."""
    columns = [map(_folded, SAMPLES[name].values(count, seed=count)) for name in TYPES]
    return list(zip(*columns, strict=True))


def _folded(value: Any) -> Any:
    """An Interval's days are 24 hours each on Redshift; everything else is as it is."""
    if type(value) is not Interval:
        return value
    return Interval(value.microseconds + value.days * 86_400_000_000, 0, value.months)


def script(server: FakeServer, count: int) -> None:
    """The rules for ``STEPS``."""
    columns = [Column(f"c{at}", name) for at, name in enumerate(TYPES)]
    rows = sample_rows(count)
    server.when("select every type").returns(columns, rows)
    server.when("select every type where id = $1").returns(columns, rows)
    server.when("select one").returns({"one": "int4"}, [(1,)])
    server.when("insert into t values ($1, $2)").completes("INSERT 0 1")
    server.when("insert into t values ($1)").raises("23505", "duplicate key")
    server.when("select nothing").raises("42P01", "no such table")


def redshift_tape(
    count: int, options: dict[str, Any], steps: Sequence[Step] = STEPS
) -> tuple[Recording, list[Answer]]:
    """The tape of ``steps`` with ``count`` rows a result, and what it gave when recorded."""
    auth = Auth.scram({LOGIN["user"]: LOGIN["password"]})
    with FakeServer(auth=auth, entropy=fixed_entropy) as server:
        script(server, count)
        return record(server.memory(), options, steps)
