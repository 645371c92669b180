from __future__ import annotations

from typing import Any, Literal

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, same
from rs_driver.domain.operations.varbyte import settle
from rs_driver.domain.result import Outcome
from rs_driver.domain.varbyte import VARBYTE_PROBE
from rs_driver.errors import DataError, ProgrammingError
from rs_driver.ports.codec import TEXT
from rs_driver.ports.profile import ServerProfile
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete
from support.answers import IDLE, INSIDE, row
from support.dialogue import Dialogue, described, failure
from support.states import connection_state

WITH = Outcome(described(oids.INT4, oids.VARBYTE).fields, command="SELECT")
WITHOUT = Outcome(described(oids.INT4, oids.BYTEA).fields, command="SELECT")
NO_ROWS = Outcome(command="INSERT 0 1")


def talk(**profile: Any) -> tuple[Dialogue, Any]:
    dialogue = Dialogue()
    profile = {"protocol_version": 2, **profile}
    return dialogue, connection_state(dialogue.core, profile=ServerProfile(**profile))


def answered(dialogue: Dialogue, data: bytes | None) -> Dialogue:
    return dialogue.say(described(oids.VARBYTE), row(data), CommandComplete("SELECT"), IDLE)


@pytest.mark.parametrize(("data", "form"), [(b"61", "hex"), (b"a", "raw")])
def test_the_first_varbyte_column_is_asked_about(data: bytes, form: str) -> None:
    dialogue, state = talk()
    answered(dialogue, data).run(settle(state, [NO_ROWS, WITHOUT, WITH]))
    assert dialogue.messages() == [Query(VARBYTE_PROBE)]
    assert state.profile == ServerProfile(protocol_version=2, varbyte_wire=form)  # type: ignore[arg-type]
    assert state.codecs.profile is state.profile
    dialogue.run(settle(state, [WITH]))
    assert dialogue.sent == b""


@pytest.mark.parametrize("outcomes", [[], [NO_ROWS], [WITHOUT, NO_ROWS]])
def test_nothing_is_asked_without_such_a_column(outcomes: list[Outcome]) -> None:
    dialogue, state = talk()
    dialogue.run(settle(state, outcomes))
    assert dialogue.sent == b""
    assert state.profile.varbyte_wire == "auto"


@pytest.mark.parametrize("version", [0, 1])
def test_nothing_is_asked_where_the_protocol_says_it(version: int) -> None:
    dialogue, state = talk(protocol_version=version)
    dialogue.run(settle(state, [WITH]))
    assert dialogue.sent == b""


@pytest.mark.parametrize("form", ["hex", "raw"])
def test_nothing_is_asked_where_the_user_has_said_it(form: Literal["hex", "raw"]) -> None:
    dialogue, state = talk(varbyte_wire=form)
    dialogue.run(settle(state, [WITH]))
    assert dialogue.sent == b""
    assert state.profile.varbyte_wire == form


@pytest.mark.parametrize("data", [b"", None, b"\\x61", b"\xff"])
def test_an_answer_that_nobody_understands(data: bytes | None) -> None:
    dialogue, state = talk()
    with pytest.raises(DataError):
        answered(dialogue, data).run(settle(state, [WITH]))
    assert state.profile.varbyte_wire == "auto"
    assert (state.core.busy, state.core.broken) == (None, None)


def test_no_answer() -> None:
    dialogue, state = talk()
    dialogue.say(described(oids.VARBYTE), CommandComplete("SELECT"), IDLE)
    with pytest.raises(DataError, match="varbyte_wire"):
        dialogue.run(settle(state, [WITH]))


def test_an_error_of_the_server_is_raised() -> None:
    dialogue, state = talk()
    dialogue.say(failure(), INSIDE)
    with pytest.raises(ProgrammingError):
        dialogue.run(settle(state, [WITH]))
    assert state.profile.varbyte_wire == "auto"


@pytest.mark.parametrize("oid", [oids.BYTEA, oids.VARBYTE, oids.TEXT])
def test_the_users_own_codecs_do_not_matter(oid: int) -> None:
    dialogue, state = talk()
    state.codecs = state.codecs.with_codecs(Codec(oid, TEXT, "mine", same(lambda _: object())))
    answered(dialogue, b"a").run(settle(state, [WITH]))
    assert state.profile.varbyte_wire == "raw"
