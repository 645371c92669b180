from __future__ import annotations

import copy
import pickle
from base64 import b64encode
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver.domain.tpc import TRANSITIONS, Action, State, TwoPhase, Xid, as_xid, xid
from rs_driver.errors import ProgrammingError

MORNING = datetime(2024, 2, 29, 8, tzinfo=timezone.utc)
PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
parts = st.text(st.sampled_from(PRINTABLE), max_size=64)


class Word(str):
    """A str that is not a plain one."""

    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


def known(name: Xid) -> tuple[datetime | None, str | None, str | None]:
    """What the server tells of a transaction besides its name."""
    return name.prepared, name.owner, name.database


# -- names --------------------------------------------------------------------------------


def test_an_xid_is_pep_249s_sequence() -> None:
    found = xid(42, "global", "branch")
    assert (found[0], found[1], found[2]) == (42, "global", "branch")
    assert (found.format_id, found.gtrid, found.bqual) == (42, "global", "branch")
    format_id, gtrid, bqual = found
    assert (format_id, gtrid, bqual) == (42, "global", "branch")
    assert len(found) == 3
    assert known(found) == (None, None, None)
    assert repr(found) == "Xid(format_id=42, gtrid='global', bqual='branch')"


def test_the_identifier_is_the_one_that_other_drivers_write() -> None:
    assert xid(42, "global", "branch").gid == "42_Z2xvYmFs_YnJhbmNo"
    assert xid(0, "", "").gid == "0__"
    assert Xid(None, "as it's", None).gid == "as it's"


def test_the_longest_identifier_fits() -> None:
    longest = xid(2**31 - 1, "\x7e" * 64, "\x7e" * 64)
    assert len(longest.gid) == 10 + 1 + 88 + 1 + 88
    assert Xid.parse(longest.gid) == longest


@pytest.mark.parametrize(
    ("format_id", "gtrid", "bqual", "problem"),
    [
        (-1, "g", "b", "between 0 and 2147483647"),
        (2**31, "g", "b", "between 0 and 2147483647"),
        (True, "g", "b", "an int, not bool"),
        ("1", "g", "b", "an int, not str"),
        (1.0, "g", "b", "an int, not float"),
        (None, "g", "b", "an int, not NoneType"),
        (1, b"g", "b", "global transaction id is a str, not bytes"),
        (1, "g", None, "branch qualifier is a str, not NoneType"),
        (1, "g" * 65, "b", "global transaction id has at most 64 bytes, not 65"),
        (1, "g", "b" * 65, "branch qualifier has at most 64 bytes, not 65"),
        (1, "gü", "b", "printable ASCII"),
        (1, "g", "b\n", "printable ASCII"),
        (1, "g\x7f", "b", "printable ASCII"),
        (1, "g", "\0", "printable ASCII"),
        (1, "\ud800", "b", "printable ASCII"),
    ],
)
def test_what_is_no_xid(format_id: int, gtrid: str, bqual: str, problem: str) -> None:
    with pytest.raises(ProgrammingError, match=problem):
        xid(format_id, gtrid, bqual)
    if format_id is not None:
        with pytest.raises(ProgrammingError, match=problem):
            as_xid(Xid(format_id, gtrid, bqual))


@given(st.integers(0, 2**31 - 1), parts, parts)
def test_every_xid_comes_back_from_its_identifier(format_id: int, gtrid: str, bqual: str) -> None:
    there = xid(format_id, gtrid, bqual)
    back = Xid.parse(there.gid, MORNING, "alice", "dev")
    assert tuple(back) == (format_id, gtrid, bqual)
    assert known(back) == (MORNING, "alice", "dev")
    assert len(there.gid) <= 199


@pytest.mark.parametrize(
    "gid",
    [
        "",
        "plain",
        "a_b",
        "1_2",
        "1_2_3_4",
        "x_YQ==_YQ==",
        "_YQ==_YQ==",
        "01_YQ==_YQ==",
        "+1_YQ==_YQ==",
        " 1_YQ==_YQ==",
        "\u0661_YQ==_YQ==",
        "-1_YQ==_YQ==",
        "2147483648_YQ==_YQ==",
        "1_YQ_YQ==",
        "1_YR==_YQ==",
        "1_Y Q==_YQ==",
        "1_\u00fc_YQ==",
        "1_gA==_YQ==",
        "1_Cg==_YQ==",
        f"1_{b64encode(b'x' * 65).decode()}_",
        "9" * 10_000 + "_YQ==_YQ==",
        "1_" + "YWFh" * 10_000 + "_",
    ],
)
def test_a_foreign_identifier_stays_as_it_is(gid: str) -> None:
    """What would be written in another way could not be finished under its own name."""
    found = Xid.parse(gid, MORNING, "bob", "dev")
    assert tuple(found) == (None, gid, None)
    assert known(found) == (MORNING, "bob", "dev")
    assert found.gid == gid


@given(st.text())
def test_no_identifier_is_changed(gid: str) -> None:
    assert Xid.parse(gid).gid == gid


def test_a_recovered_xid_equals_the_one_that_was_made() -> None:
    made, found = xid(1, "g", "b"), Xid.parse("1_Zw==_Yg==", MORNING, "alice", "dev")
    assert made == found
    assert hash(made) == hash(found)
    assert made in {xid(9, "", ""), found}
    assert not made != found  # noqa: SIM202  (the operator is what is tested)
    for other in (xid(2, "g", "b"), xid(1, "h", "b"), xid(1, "g", "c"), Xid(None, "g", None)):
        assert made != other
    identifier: object = "1_Zw==_Yg=="
    assert made != identifier
    assert hash(made) == hash((1, "g", "b"))
    assert made == (1, "g", "b")


def test_an_xid_can_be_kept() -> None:
    for there in (xid(1, "g", "b"), Xid.parse("1_Zw==_Yg==", MORNING, "alice", "dev")):
        pickled = [
            pickle.loads(pickle.dumps(there, protocol))
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        ]
        for back in (*pickled, copy.copy(there), copy.deepcopy(there)):
            assert type(back) is Xid
            assert back == there
            assert tuple(back) == (1, "g", "b")
            assert known(back) == known(there)


def test_what_is_known_of_one_xid_is_not_of_another() -> None:
    found = Xid.parse("1_Zw==_Yg==", MORNING, "alice", "dev")
    assert known(Xid.parse("1_Zw==_Yg==")) == known(xid(1, "g", "b")) == (None, None, None)
    assert known(found) == (MORNING, "alice", "dev")


def test_where_an_xid_is_expected_a_str_is_an_identifier() -> None:
    assert as_xid("it's 'mine'") == (None, "it's 'mine'", None)
    for longest in ("x" * 199, "ü" * 99 + "x"):
        assert as_xid(longest).gid == longest
    word = as_xid(Word("word")).gtrid
    assert type(word) is str
    assert word == "word"
    assert as_xid(xid(1, "g", "b")) == xid(1, "g", "b")
    gtrid = xid(1, Word("g"), "b").gtrid
    assert type(gtrid) is str
    assert gtrid == "g"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("x" * 200, "at most 199 bytes"),
        ("ü" * 100, "at most 199 bytes"),
        (None, "not NoneType"),
        (b"x", "not bytes"),
        ((1, "g", "b"), "not tuple"),
        (Xid(None, "g", "b"), "a single str"),
        (Xid(None, 5, None), "a single str"),  # type: ignore[arg-type]
        (Xid(5, "g", None), "branch qualifier is a str"),
    ],
)
def test_what_is_not_fit_to_be_sent(value: object, problem: str) -> None:
    with pytest.raises(ProgrammingError, match=problem):
        as_xid(value)


# -- states -------------------------------------------------------------------------------

# Written from PEP 249, "Optional Two-Phase Commit Extensions": what each state allows.
LEGAL = {
    State.NONE: {
        Action.BEGIN: State.BEGUN,
        **dict.fromkeys(
            (
                Action.EXECUTE,
                Action.RECOVER,
                Action.COMMIT_KNOWN,
                Action.ROLLBACK_KNOWN,
                Action.PLAIN_COMMIT,
                Action.PLAIN_ROLLBACK,
                Action.SET_AUTOCOMMIT,
                Action.TRANSACTION_SQL,
            ),
            State.NONE,
        ),
    },
    State.BEGUN: {
        Action.EXECUTE: State.BEGUN,
        Action.PREPARE: State.PREPARED,
        Action.COMMIT: State.NONE,
        Action.ROLLBACK: State.NONE,
        Action.ENDED: State.NONE,
    },
    State.PREPARED: {
        Action.COMMIT: State.NONE,
        Action.ROLLBACK: State.NONE,
        Action.REFUSED: State.BEGUN,
        Action.ENDED: State.NONE,
    },
}
NAME = xid(1, "g", "b")


def in_state(state: State) -> TwoPhase:
    return TwoPhase(state, None if state is State.NONE else NAME)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("state", State)
def test_every_action_in_every_state(state: State, action: Action) -> None:
    two_phase = in_state(state)
    after = LEGAL[state].get(action)
    if after is None:
        for attempt in (two_phase.check, two_phase.advance):
            with pytest.raises(ProgrammingError) as caught:
                attempt(action)
            assert str(caught.value).startswith(f"{action.value} is not possible {state.value}: ")
            assert two_phase == in_state(state)
        return
    two_phase.check(action)
    assert two_phase == in_state(state)
    two_phase.advance(action, NAME if action is Action.BEGIN else None)
    assert two_phase == in_state(after)


def test_the_table_has_no_other_rows() -> None:
    assert set(TRANSITIONS) == {(state, action) for state in LEGAL for action in LEGAL[state]}
    with pytest.raises(TypeError):
        TRANSITIONS[State.NONE, Action.COMMIT] = State.NONE  # type: ignore[index]


@pytest.mark.parametrize(
    ("state", "action", "advice"),
    [
        (State.NONE, Action.PREPARE, "tpc_begin"),
        (State.NONE, Action.ROLLBACK, "rolled back already"),
        (State.BEGUN, Action.PLAIN_COMMIT, "tpc_commit"),
        (State.PREPARED, Action.EXECUTE, "only tpc_commit"),
    ],
)
def test_a_refusal_says_what_to_do(state: State, action: Action, advice: str) -> None:
    with pytest.raises(ProgrammingError, match=advice):
        in_state(state).check(action)


def test_a_connection_is_outside_at_first() -> None:
    two_phase = TwoPhase()
    assert (two_phase.state, two_phase.xid, two_phase.gid) == (State.NONE, None, "")
    two_phase.advance(Action.BEGIN, NAME)
    assert (two_phase.xid, two_phase.gid) == (NAME, "1_Zw==_Yg==")
    two_phase.advance(Action.PREPARE)
    assert two_phase.xid == NAME
