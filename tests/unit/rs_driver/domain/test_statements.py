from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import product

import pytest

from rs_driver import oids
from rs_driver.domain.again import in_formats
from rs_driver.domain.result import Fields, Outcome
from rs_driver.domain.statements import (
    MAX_CHARACTERS,
    MAX_CLOSES,
    MAX_VARIANTS,
    Prepared,
    StatementCache,
    fit,
    widened,
)
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from rs_driver.wire.results import FieldDescription
from support.answers import NULL, int4, int8, numeric, string
from support.dialogue import described

SQL = "select * from t where a = $1"
ROWS = described(23).fields
OPEN = (0, oids.UNKNOWN)


def statement(
    cache: StatementCache,
    sql: str = SQL,
    declared: Sequence[int] = (),
    *,
    resolved: Sequence[int] | None = None,
    name: str = "",
) -> Prepared:
    types = tuple(declared if resolved is None else resolved)
    return Prepared(sql, tuple(declared), types, ROWS, cache.epoch, name)


def kept(
    cache: StatementCache,
    sql: str = SQL,
    declared: Sequence[int] = (),
    *,
    resolved: Sequence[int] | None = None,
    name: str = "",
) -> Prepared:
    """The same, kept."""
    it = statement(cache, sql, declared, resolved=resolved, name=name)
    cache.keep(it)
    return it


def found(cache: StatementCache, sql: str = SQL, *parameters: Parameter) -> Prepared | None:
    hit = cache.find(sql, parameters)
    return None if hit is None else hit[0]


def a_date() -> Parameter:
    return Parameter(oids.DATE, TEXT, b"2020-01-01")


# -- what fits: a table -------------------------------------------------------------------

VALUES = {
    "null": NULL,
    "int4": int4(-7),
    "int8": int8(2**40),
    "numeric": numeric("1.50"),
    "705": string("x"),
    "0": string("x", 0),
}
AS_INT8 = int8(-7)
AS_NUMERIC = {"int4": numeric("-7"), "int8": numeric(str(2**40))}

# "=": as it is; "8", "n": as int8, as numeric; "-": it would mean something else.
DECLARED = """
           int4 int8 numeric varchar 705
    null   =    =    =       =       =
    int4   =    -    -       -       -
    int8   -    =    -       -       -
    numeric -   -    =       -       -
    705    -    -    -       -       =
    0      -    -    -       -       =
"""
RESOLVED = """
           int4 int8 numeric varchar 705
    null   =    =    =       =       =
    int4   =    8    n       -       -
    int8   -    =    n       -       -
    numeric -   -    =       -       -
    705    =    =    =       =       =
    0      =    =    =       =       =
"""
OIDS = {"int4": 23, "int8": 20, "numeric": 1700, "varchar": 1043, "705": 705}


def cells(table: str) -> list[tuple[str, str, str]]:
    head, *lines = (line.split() for line in table.strip().splitlines())
    return [(line[0], at, mark) for line in lines for at, mark in zip(head, line[1:], strict=True)]


def wanted(value: str, mark: str) -> Parameter | None:
    if mark == "=":
        return VALUES[value]
    if mark == "8":
        return AS_INT8
    return AS_NUMERIC[value] if mark == "n" else None


def fitted(value: str, declared: int, resolved: int) -> Parameter | None:
    taken = Prepared(SQL, (declared,), (resolved,), ROWS, 0).fit([VALUES[value]])
    return None if taken is None else taken[0]


@pytest.mark.parametrize(("value", "type", "mark"), cells(DECLARED))
def test_a_declared_type_fits_what_means_the_same(value: str, type: str, mark: str) -> None:
    assert fitted(value, OIDS[type], OIDS[type]) == wanted(value, mark)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("resolved", OIDS.values())
def test_what_the_server_made_of_a_declared_type_does_not_count(value: str, resolved: int) -> None:
    assert fitted(value, oids.INT4, resolved) == fitted(value, oids.INT4, oids.INT4)


@pytest.mark.parametrize("declared", OPEN)
@pytest.mark.parametrize(("value", "type", "mark"), cells(RESOLVED))
def test_an_open_type_fits_what_the_server_made_of_it(
    declared: int, value: str, type: str, mark: str
) -> None:
    assert fitted(value, declared, OIDS[type]) == wanted(value, mark)


@pytest.mark.parametrize("value", [0, 1, -1, 2**31 - 1, -(2**31)])
def test_an_int4_is_widened_exactly(value: int) -> None:
    assert fit(int4(value), oids.INT8, open_type=True) == int8(value)
    assert fit(int4(value), oids.NUMERIC, open_type=True) == numeric(str(value))


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63)])
def test_an_int8_is_widened_exactly(value: int) -> None:
    assert fit(int8(value), oids.NUMERIC, open_type=True) == numeric(str(value))
    assert fit(int8(value), oids.INT4, open_type=True) is None


@pytest.mark.parametrize("value", [NULL, Parameter(oids.INT4, TEXT, None), string("1"), a_date()])
def test_what_is_no_int_is_not_widened(value: Parameter) -> None:
    assert widened(value, oids.INT8) is None
    assert widened(value, oids.NUMERIC) is None


@pytest.mark.parametrize("oid", [oids.INT8, oids.NUMERIC])
def test_an_int_as_text_stays_text(oid: int) -> None:
    written = Parameter(oids.INT4, TEXT, b"-7")
    assert fit(written, oid, open_type=True) == Parameter(oid, TEXT, b"-7")


def test_other_values_fit_their_own_type_only() -> None:
    day = Parameter(oids.DATE, TEXT, b"2020-01-01")
    assert fit(day, oids.DATE) is day
    assert fit(day, oids.TIMESTAMP, open_type=True) is None
    assert fit(Parameter(oids.BOOL, BINARY, b"\1"), oids.INT8, open_type=True) is None


def test_all_parameters_must_fit() -> None:
    it = Prepared(SQL, (oids.INT8, oids.UNKNOWN), (oids.INT8, oids.DATE), ROWS, 0)
    assert it.fit([int8(1), NULL]) == [int8(1), NULL]
    assert it.fit([int8(1), a_date()]) == [int8(1), a_date()]
    assert it.fit([int8(1), int4(1)]) is None
    assert it.fit([int4(1), NULL]) is None


@pytest.mark.parametrize("count", [0, 1, 3])
def test_another_number_of_parameters_never_fits(count: int) -> None:
    assert Prepared(SQL, (23, 23), (23, 23), ROWS, 0).fit([NULL] * count) is None


@pytest.mark.parametrize(
    ("gone", "resolved", "value", "fits"),
    [
        # Beside a Decimal '007' was a number; without it, it is a text again.
        (oids.NUMERIC, oids.NUMERIC, string("007"), False),
        (oids.NUMERIC, oids.INT4, string("007", 0), False),
        (oids.INT4_ARRAY, oids.INT8, string("007"), False),
        (oids.NUMERIC, oids.NUMERIC, int4(7), False),
        (oids.DATE, oids.TIMESTAMPTZ, string("2020-01-01"), False),
        (oids.VARCHAR, oids.VARCHAR, string("a"), False),
        # A value of that very type is what it is, and NULL as well.
        (oids.NUMERIC, oids.NUMERIC, numeric("7"), True),
        (oids.NUMERIC, oids.NUMERIC, NULL, True),
        # What was there did not tell.
        (oids.DATE, oids.NUMERIC, string("007"), True),
        (oids.VARCHAR, oids.TEXT, string("a"), True),
        (oids.UNKNOWN, oids.NUMERIC, string("007"), True),
        (0, oids.NUMERIC, string("007"), True),
        (oids.UNKNOWN, oids.UNKNOWN, string("007", 0), True),
    ],
)
def test_a_value_is_not_read_by_the_type_of_what_is_none_now(
    gone: int, resolved: int, value: Parameter, fits: bool
) -> None:
    it = Prepared(SQL, (gone, oids.UNKNOWN), (gone or oids.NUMERIC, resolved), ROWS, 0)
    assert (it.fit([NULL, value]) is not None) is fits
    there = Parameter(gone, TEXT, b"1")
    assert it.fit([there, value]) is not None


# -- descriptions -------------------------------------------------------------------------


def test_the_size_counts_everything_that_a_server_may_make_long() -> None:
    plain = Prepared("x" * 10, (), (), None, 0)
    assert plain.size == 10
    assert Prepared("x" * 10, (), (), ROWS, 0).size == 10 + 100 + len("c0")
    long = "n" * 1000
    for field in (
        FieldDescription(long),
        FieldDescription("", schema=long),
        FieldDescription("", table=long),
        FieldDescription("", column=long),
        FieldDescription("", catalog=long),
    ):
        assert Prepared("", (), (), (field,), 0).size == 1100


@pytest.mark.parametrize(
    ("declared", "value", "again"),
    [
        *((oids.UNKNOWN, int8(7), oids.INT8), (0, numeric("7"), oids.NUMERIC)),
        *((oids.UNKNOWN, NULL, oids.UNKNOWN), (0, NULL, 0), (oids.DATE, NULL, oids.DATE)),
        *((oids.UNKNOWN, string("a", 0), oids.UNKNOWN), (0, string("a"), 0)),
        *((oids.INT4, int4(7), oids.INT4), (0, Parameter(oids.DATE, TEXT, None), 0)),
    ],
)
def test_the_types_to_declare_when_it_is_parsed_again(
    declared: int, value: Parameter, again: int
) -> None:
    it = Prepared(SQL, (oids.BOOL, declared), (oids.BOOL, oids.DATE), ROWS, 0)
    assert it.declared([Parameter(oids.BOOL, TEXT, None), value]) == (oids.BOOL, again)


@pytest.mark.parametrize(
    ("columns", "same"),
    [
        (described(23, 25).fields, True),
        (in_formats(described(23, 25).fields, (BINARY, BINARY)), True),
        ((FieldDescription("c0", 1, 1, 23), FieldDescription("c1", 2, 2, 25)), True),
        (described(23).fields, False),
        (described(23, 1043).fields, False),
        (described(23, 25, 25).fields, False),
        ((FieldDescription("x", type_oid=23), FieldDescription("c1")), False),
        ((FieldDescription("c0", type_oid=23), FieldDescription("c1", type_modifier=7)), False),
        *(((), False), (None, False)),
    ],
)
def test_whether_the_columns_are_still_those(columns: Fields | None, same: bool) -> None:
    assert Prepared(SQL, (), (), described(23, 25).fields, 0).describes(columns) is same


def test_whether_there_are_still_no_columns() -> None:
    assert Prepared(SQL, (), (), None, 0).describes(None)
    assert not Prepared(SQL, (), (), None, 0).describes(())
    assert not Prepared(SQL, (), (), (), 0).describes(None)
    assert Prepared(SQL, (), (), (), 0).describes(())


# -- finding ------------------------------------------------------------------------------


def test_nothing_is_known_at_first() -> None:
    cache = StatementCache()
    assert cache.find(SQL, [NULL]) is None
    assert (len(cache), cache.size, cache.to_close()) == (0, 0, ())


def test_a_statement_is_found_by_its_text_and_by_what_fits() -> None:
    cache = StatementCache()
    it = kept(cache, SQL, [oids.INT8])
    assert cache.find(SQL, [int8(1)]) == (it, [int8(1)])
    assert cache.find(SQL, [NULL]) == (it, [NULL])
    assert cache.find(SQL, [int4(1)]) is None
    assert cache.find(SQL, [string("x")]) is None
    assert cache.find(SQL, []) is None
    assert cache.find(SQL + " ", [int4(1)]) is None


def test_the_one_of_just_these_types_is_taken() -> None:
    cache = StatementCache()
    none = kept(cache, SQL, [oids.UNKNOWN], resolved=[oids.INT8])
    ints = kept(cache, SQL, [oids.INT4])
    longs = kept(cache, SQL, [oids.INT8])
    assert found(cache, SQL, NULL) is none
    assert cache.find(SQL, [int4(1)]) == (ints, [int4(1)])
    assert cache.find(SQL, [int8(1)]) == (longs, [int8(1)])
    cache.forget(ints)
    assert cache.find(SQL, [int4(1)]) == (none, [int8(1)])
    cache.forget(none)
    assert found(cache, SQL, int4(1)) is None
    assert found(cache, SQL, NULL) is longs


def test_else_the_newest_that_fits_is_taken() -> None:
    cache = StatementCache()
    older = kept(cache, SQL, [oids.INT4, oids.DATE])
    newer = kept(cache, SQL, [oids.INT8, oids.DATE])
    assert found(cache, SQL, NULL, a_date()) is newer
    assert found(cache, SQL, NULL, NULL) is newer
    assert found(cache, SQL, int4(1), NULL) is older
    cache.forget(newer)
    assert found(cache, SQL, NULL, NULL) is older


@pytest.mark.parametrize(
    ("seen", "taken"), [(oids.INT4, False), (oids.VARCHAR, False), (oids.NUMERIC, True)]
)
@pytest.mark.parametrize("newest", [True, False])
def test_none_is_not_of_another_type_than_the_server_was_seen_to_choose(
    seen: int, taken: bool, newest: bool
) -> None:
    """``coalesce($1, 5) / 2``, once with None and once with a Decimal."""
    cache = StatementCache()
    for open_type in (not newest, newest):
        if open_type:
            kept(cache, SQL, [oids.UNKNOWN, oids.BOOL], resolved=[seen, oids.BOOL])
        else:
            it = kept(cache, SQL, [oids.NUMERIC, oids.DATE])
    assert found(cache, SQL, numeric("1"), a_date()) is it
    assert found(cache, SQL, NULL, a_date()) is (it if taken else None)


def test_an_older_statement_that_nothing_contradicts_is_taken_instead() -> None:
    cache = StatementCache()
    kept(cache, SQL, [oids.UNKNOWN, oids.BOOL], resolved=[oids.INT4, oids.BOOL])
    older = kept(cache, SQL, [oids.INT4, oids.DATE])
    newer = kept(cache, SQL, [oids.NUMERIC, oids.DATE])
    assert found(cache, SQL, NULL, a_date()) is older
    assert found(cache, SQL, numeric("1"), NULL) is newer  # which is not None


def test_statements_of_more_or_fewer_parameters_contradict_nothing() -> None:
    cache = StatementCache()
    kept(cache, SQL, [])
    kept(cache, SQL, [oids.UNKNOWN] * 3, resolved=[oids.DATE] * 3)
    it = kept(cache, SQL, [oids.BOOL, oids.INT4])
    assert found(cache, SQL, NULL, int4(1)) is it


def test_statements_of_another_number_of_parameters_contradict_nothing() -> None:
    """A server that is none may say anything of a text's parameters."""
    cache = StatementCache()
    it = kept(cache, SQL, [oids.INT4, oids.DATE])
    kept(cache, SQL, [])
    kept(cache, SQL, [oids.UNKNOWN], resolved=[oids.NUMERIC])
    assert found(cache, SQL, NULL, a_date()) is it


# -- n parameters that may be None --------------------------------------------------------

Make = Callable[[], Parameter]


def a_number() -> Parameter:
    return numeric("1.5")


def a_long() -> Parameter:
    return int8(2**40)


def an_int() -> Parameter:
    return int4(1)


def redshifts_str() -> Parameter:
    return string("x")


def postgres_str() -> Parameter:
    return string("x", 0)


MAKERS: list[Make] = [a_date, a_number, a_long, an_int, redshifts_str, postgres_str]


def statements_made(patterns: Sequence[Sequence[Parameter]], columns: Sequence[int]) -> int:
    """How many statements a server sees that takes open types for its columns'."""
    cache = StatementCache()
    made = 0
    for pattern in patterns:
        if cache.find(SQL, pattern) is None:
            declared = [parameter.oid for parameter in pattern]
            pairs = zip(declared, columns, strict=True)
            resolved = [column if oid in OPEN else oid for oid, column in pairs]
            cache.keep(statement(cache, SQL, declared, resolved=resolved))
            made += 1
        assert cache.find(SQL, pattern) is not None
    return made


def null_patterns(makers: Sequence[Make], seed: int) -> list[list[Parameter]]:
    """All of them, in a random order."""
    nulls = list(product((False, True), repeat=len(makers)))
    random.Random(seed).shuffle(nulls)
    return [
        [NULL if null else make() for null, make in zip(pattern, makers, strict=True)]
        for pattern in nulls
    ]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("seed", range(20))
def test_n_nullable_parameters_make_two_statements_at_most(make: Make, seed: int) -> None:
    column = oids.VARCHAR if make().oid in OPEN else make().oid
    patterns = null_patterns([make] * 6, seed)
    assert statements_made(patterns, [column] * 6) <= 2


@pytest.mark.parametrize("seed", range(20))
def test_nullable_parameters_of_different_types_make_two_statements_at_most(seed: int) -> None:
    makers = [a_date, an_int, postgres_str, an_int, redshifts_str, a_number]
    columns = [oids.DATE, oids.INT4, oids.VARCHAR, oids.INT4, oids.TEXT, oids.NUMERIC]
    assert statements_made(null_patterns(makers, seed), columns) <= 2


# -- bounds -------------------------------------------------------------------------------


def test_the_least_recently_used_goes_first() -> None:
    cache = StatementCache(max_statements=2)
    kept(cache, "a", name="A")
    kept(cache, "b", name="B")
    assert found(cache, "a") is not None
    kept(cache, "c", name="C")
    assert found(cache, "b") is None
    assert found(cache, "a") is not None
    assert found(cache, "c") is not None
    assert cache.to_close() == ("B",)


def test_the_size_is_bounded() -> None:
    cache = StatementCache()
    text = "x" * (MAX_CHARACTERS // 10)
    for number in range(30):
        kept(cache, f"{number}{text}", name=f"n{number}")
        assert cache.size <= MAX_CHARACTERS
    assert len(cache) == 9
    assert len(cache._variants) == 9
    assert cache.to_close() == tuple(f"n{number}" for number in range(21))


def test_a_statement_that_is_too_long_is_not_kept_and_its_name_is_closed() -> None:
    cache = StatementCache()
    kept(cache, "small", name="s")
    it = kept(cache, "x" * (MAX_CHARACTERS // 4), name="l")
    assert (len(cache), cache.size) == (1, len("small") + 102)
    assert (cache.to_close(), it.name) == (("l",), "")
    assert found(cache, it.sql) is None
    assert len(cache._variants) == 1


def test_nothing_is_kept_where_nothing_may_be() -> None:
    cache = StatementCache(max_statements=0, threshold=0)
    kept(cache, SQL)
    assert found(cache) is None
    assert (len(cache), cache.size, cache._variants) == (0, 0, {})
    assert [cache.name_for(uses) for uses in (1, 2, 1000)] == ["", "", ""]


def test_one_text_has_a_bounded_number_of_statements() -> None:
    cache = StatementCache()
    for oid in range(1000, 1000 + MAX_VARIANTS + 3):
        kept(cache, SQL, [oid], name=f"n{oid}")
    assert len(cache) == len(cache._variants[SQL]) == MAX_VARIANTS
    assert cache.to_close() == ("n1000", "n1001", "n1002")
    assert found(cache, SQL, Parameter(1002, TEXT, b"")) is None
    assert found(cache, SQL, Parameter(1003, TEXT, b"")) is not None


def test_a_statement_takes_the_place_of_one_with_the_same_types() -> None:
    cache = StatementCache()
    kept(cache, SQL, [23], name="old")
    new = kept(cache, SQL, [23], name="new")
    assert found(cache, SQL, int4(1)) is new
    assert len(cache) == len(cache._variants[SQL]) == 1
    assert cache.to_close() == ("old",)


def test_a_hundred_thousand_texts_leave_nothing_that_grows() -> None:
    cache = StatementCache(max_statements=500, threshold=1)
    waiting = 0
    for number in range(100_000):
        sql = f"select {number}"
        assert cache.find(sql, ()) is None
        due = cache.to_close()
        kept(cache, sql, name=cache.name_for(1))
        cache.closed(len(due))
        waiting = max(waiting, len(cache._to_close))
    assert len(cache) == len(cache._variants) == 500
    assert cache.size == 500 * (len("select 99999") + 102)
    assert waiting <= 1


# -- names --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("threshold", "named"),
    [(0, [True, True, True]), (1, [True, True, True]), (2, [False, True, True])],
)
def test_the_use_at_which_a_name_is_given(threshold: int, named: list[bool]) -> None:
    cache = StatementCache(threshold=threshold)
    assert [bool(cache.name_for(uses)) for uses in (1, 2, 3)] == named


def test_a_name_that_is_never_given() -> None:
    assert StatementCache(threshold=2**31).name_for(10**6) == ""


def test_names_are_never_given_twice() -> None:
    cache = StatementCache(threshold=0)
    names = [cache.name_for(1) for _ in range(3)]
    assert names == ["rs_driver_1", "rs_driver_2", "rs_driver_3"]


def test_closes_are_due_until_they_are_confirmed() -> None:
    cache = StatementCache()
    for number in range(MAX_CLOSES + 20):
        cache.abandoned(f"n{number}")
    first = cache.to_close()
    assert first == tuple(f"n{number}" for number in range(MAX_CLOSES))
    assert cache.to_close() == first
    cache.closed(0)
    assert cache.to_close() == first
    cache.abandoned("late")
    cache.closed(3)
    assert cache.to_close() == tuple(f"n{number}" for number in range(3, MAX_CLOSES + 3))
    cache.closed(MAX_CLOSES)
    assert cache.to_close() == (*(f"n{number}" for number in range(103, 120)), "late")
    cache.closed(18)
    assert cache.to_close() == ()


def test_what_is_forgotten_twice_is_closed_once() -> None:
    cache = StatementCache()
    it = kept(cache, SQL, name="n")
    cache.forget(it)
    cache.forget(it)
    assert cache.to_close() == ("n",)
    assert (len(cache), cache._variants) == (0, {})


def test_what_has_no_name_is_not_closed() -> None:
    cache = StatementCache()
    cache.forget(kept(cache, SQL))
    assert cache.to_close() == ()


def test_what_was_never_kept_is_forgotten_without_a_trace() -> None:
    cache = StatementCache()
    cache.forget(statement(cache, name="n"))
    assert cache.to_close() == ()


# -- epochs -------------------------------------------------------------------------------


def test_after_doubt_a_statement_is_not_known_and_its_name_is_closed() -> None:
    cache = StatementCache()
    kept(cache, SQL, [23], name="n")
    cache.doubt()
    assert (len(cache), cache.to_close()) == (1, ())  # DDL costs nothing
    assert found(cache, SQL, int4(1)) is None
    assert (len(cache), cache.to_close()) == (0, ("n",))
    again = kept(cache, SQL, [23])
    assert found(cache, SQL, int4(1)) is again


def test_old_and_new_statements_of_one_text() -> None:
    cache = StatementCache()
    for oid in range(1000, 1000 + MAX_VARIANTS):
        kept(cache, SQL, [oid], name=f"n{oid}")
    cache.doubt()
    new = kept(cache, SQL, [23])
    assert found(cache, SQL, int4(1)) is new
    assert found(cache, SQL, string("x")) is None
    assert cache._variants[SQL] == (new,)
    assert len(cache) == 1
    # The oldest had to go for the new one, the others when they were looked at.
    assert sorted(cache.to_close()) == [f"n{oid}" for oid in range(1000, 1000 + MAX_VARIANTS)]


def test_a_drop_that_was_interrupted_is_made_up_for() -> None:
    cache = StatementCache()
    old = kept(cache, SQL, [23], name="n")
    cache._entries.pop((SQL, old.oids))  # and then a signal struck
    assert found(cache, SQL, int4(1)) is None
    assert (cache._variants, cache.to_close()) == ({}, ("n",))
    lost = kept(cache, SQL, [23], name="m")
    cache._variants.clear()  # struck between the two entries of ``keep``
    assert found(cache, SQL, int4(1)) is None
    cache.forget(lost)
    assert (len(cache), cache.to_close()) == (0, ("n", "m"))


def test_a_new_epoch_does_not_forget_other_texts() -> None:
    cache = StatementCache()
    kept(cache, "a")
    cache.doubt()
    kept(cache, "b")
    assert found(cache, "b") is not None
    assert len(cache) == 2


@pytest.mark.parametrize(
    ("sql", "tag"),
    [
        *(("create table t (a int)", "CREATE TABLE"), ("alter table t add b int", "ALTER TABLE")),
        *(("drop table t", "DROP TABLE"), ("rollback", "ROLLBACK"), ("commit", "ROLLBACK")),
        *(("discard all", "DISCARD ALL"), ("deallocate all", "DEALLOCATE ALL")),
        *(("call p()", "CALL"), ("do $$ $$", "DO"), ("reset search_path", "RESET")),
        *(("set search_path to a", "SET"), ("SET LOCAL Search_Path = a", "SET")),
        *(("set schema 'a'", "SET"), ("set role r", "SET"), ("set session authorization r", "SET")),
        ("declare c cursor for select 1", "DECLARE CURSOR"),
    ],
)
def test_what_begins_an_epoch(sql: str, tag: str) -> None:
    cache = StatementCache()
    cache.saw(sql, Outcome(command=tag))
    assert cache.epoch == 1


@pytest.mark.parametrize("tag", ["SELECT", "SELECT 5"])
def test_select_into_begins_an_epoch(tag: str) -> None:
    cache = StatementCache()
    cache.saw("select 1 into t", Outcome(command=tag))
    assert cache.epoch == 1
    cache.saw("select 1", Outcome(ROWS, command=tag))
    cache.saw("select", Outcome((), command=tag))
    assert cache.epoch == 1


@pytest.mark.parametrize(
    ("sql", "tag"),
    [
        *(("insert into t select 1", "INSERT 0 1"), ("delete from t", "DELETE 3")),
        *(("begin", "BEGIN"), ("commit", "COMMIT"), ("fetch c", "FETCH 1"), ("", "")),
        *(("set extra_float_digits = 2", "SET"), ("truncate t", "TRUNCATE TABLE")),
        *(("grant all on t to r", "GRANT"), ("copy t from 's3'", "COPY 5")),
    ],
)
def test_what_begins_none(sql: str, tag: str) -> None:
    cache = StatementCache()
    cache.saw(sql, Outcome(command=tag))
    assert cache.epoch == 0


# -- parameters that may be None ----------------------------------------------------------


class Insert:
    """An insert of ``count`` columns of type ``column``, by a server that tells the column's
    type for what is left open; ``parsed`` is what was prepared, by its types."""

    def __init__(self, count: int, column: int) -> None:
        self.cache = StatementCache()
        self.parsed: set[tuple[int, ...]] = set()
        self._column = column
        self._count = count

    def run(self, parameters: list[Parameter]) -> None:
        known = self.cache.find(SQL, parameters)
        if known is None:
            self._keep(tuple(parameter.oid for parameter in parameters))
        elif not known[0].name:
            before, fitted = known
            declared = before.declared(fitted)
            self.cache.forget(before)
            self._keep(declared, "named", before.chosen_of(declared))

    def _keep(
        self, types: tuple[int, ...], name: str = "", chosen: frozenset[int] = frozenset()
    ) -> None:
        self.parsed.add(types)
        resolved = tuple(self._column if oid in (0, 705) else oid for oid in types)
        self.cache.keep(Prepared(SQL, types, resolved, None, 0, name, chosen=chosen))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("value", "column"),
    [
        (int4(7), oids.INT4),
        (int4(7), oids.INT8),
        (int4(7), oids.NUMERIC),
        (Parameter(oids.NUMERIC, TEXT, b"7"), oids.NUMERIC),
        (Parameter(oids.DATE, TEXT, b"2024-02-29"), oids.DATE),
        (Parameter(oids.UNKNOWN, TEXT, b"x"), oids.VARCHAR),
        (Parameter(0, TEXT, b"2024-02-29"), oids.DATE),
    ],
)
def test_columns_that_may_be_null_make_two_statements_at_most(
    value: Parameter, column: int, seed: int
) -> None:
    for count in (2, 3, 5):
        insert = Insert(count, column)
        patterns = list(product((value, NULL), repeat=count))
        random.Random(seed).shuffle(patterns)
        for pattern in patterns * 2:
            insert.run(list(pattern))
        assert len(insert.parsed) <= 2


def test_what_the_server_chose_once_is_open_for_text_and_none_still() -> None:
    known = Prepared(SQL, (oids.INT8,), (oids.INT8,), None, 0, chosen=frozenset((0,)))
    text, null = Parameter(0, TEXT, b"7"), Parameter(oids.UNKNOWN, TEXT, None)
    assert known.fit([text]) == [text]
    assert known.declared([text]) == (0,)
    assert known.declared([null]) == (oids.UNKNOWN,)
    assert known.chosen_of((0,)) == frozenset()
    assert known.chosen_of((oids.INT8,)) == {0}
