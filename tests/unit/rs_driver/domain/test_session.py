from __future__ import annotations

import pytest

from rs_driver.domain.session import KEPT_BYTES, KEPT_NOTICES, MAX_PARAMETERS, Newest, Session
from rs_driver.errors import InterfaceError, RemoteProtocolError
from rs_driver.ports.profile import ServerProfile


def session(**parameters: str) -> Session:
    it = Session()
    for name, value in parameters.items():
        it.set_parameter(name, value)
    return it


# -- parameters ---------------------------------------------------------------------------


def test_parameters_are_as_last_reported() -> None:
    it = session(TimeZone="UTC")
    it.set_parameter("TimeZone", "CET")
    assert it.parameters == {"TimeZone": "CET"}


def test_parameters_are_bounded_in_number() -> None:
    it = session(**{f"p{number}": "" for number in range(MAX_PARAMETERS)})
    it.set_parameter("p0", "known ones may change")
    with pytest.raises(RemoteProtocolError, match="1000 different parameters"):
        it.set_parameter("new", "")
    assert len(it.parameters) == MAX_PARAMETERS


@pytest.mark.parametrize("value", ["UTF8", "utf8", "UNICODE"])
def test_the_client_encoding_is_utf8(value: str) -> None:
    assert session(client_encoding=value).parameters["client_encoding"] == value


def test_another_client_encoding_is_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="'LATIN1'"):
        session(client_encoding="LATIN1")


def test_the_cancel_key_is_not_shown() -> None:
    it = Session(process_id=7, secret_key=123456789)
    assert "123456789" not in repr(it)


@pytest.mark.parametrize(
    ("parameters", "escapes"),
    [
        ({}, True),
        ({"standard_conforming_strings": "on"}, False),
        ({"standard_conforming_strings": "off"}, True),
    ],
)
def test_backslash_escapes(parameters: dict[str, str], escapes: bool) -> None:
    assert session(**parameters).backslash_escapes is escapes


# -- the newest ---------------------------------------------------------------------------


def test_the_newest_are_kept_in_order() -> None:
    newest: Newest[int] = Newest()
    for number in range(KEPT_NOTICES + 5):
        newest.add(number, 1)
    assert list(newest) == list(range(5, KEPT_NOTICES + 5))
    assert len(newest) == KEPT_NOTICES


def test_the_newest_are_kept_as_far_as_they_are_small() -> None:
    newest: Newest[str] = Newest()
    newest.add("first", 1)
    newest.add("second", KEPT_BYTES - 1)
    assert list(newest) == ["first", "second"]
    newest.add("third", 1)
    assert list(newest) == ["second", "third"]


def test_the_newest_one_is_kept_whatever_its_size() -> None:
    newest: Newest[str] = Newest()
    newest.add("small", 1)
    newest.add("large", 2 * KEPT_BYTES)
    assert list(newest) == ["large"]
    newest.add("small", 1)
    assert list(newest) == ["small"]


def test_how_many_there_have_been() -> None:
    newest: Newest[int] = Newest()
    assert newest.total == 0
    for number in range(KEPT_NOTICES + 5):
        newest.add(number, 1)
    assert newest.total == KEPT_NOTICES + 5
    assert len(newest) == KEPT_NOTICES


def test_those_since_then() -> None:
    newest: Newest[str] = Newest()
    assert newest.since(0) == []
    for item in "abc":
        newest.add(item, 1)
    assert [newest.since(total) for total in range(4)] == [
        *(["a", "b", "c"], ["b", "c"], ["c"], []),
    ]


def test_those_since_then_as_far_as_they_are_kept() -> None:
    newest: Newest[int] = Newest()
    for number in range(KEPT_NOTICES + 5):
        newest.add(number, 1)
    assert newest.since(2) == list(newest) == list(range(5, KEPT_NOTICES + 5))
    assert newest.since(KEPT_NOTICES + 3) == [KEPT_NOTICES + 3, KEPT_NOTICES + 4]
    newest.add(-1, 2 * KEPT_BYTES)
    assert newest.since(0) == [-1]


# -- the protocol's version ---------------------------------------------------------------


@pytest.mark.parametrize("version", [0, 1, 2])
@pytest.mark.parametrize("requested", [0, 1, 2])
def test_the_servers_version_is_in_force(version: int, requested: int) -> None:
    it = session(server_protocol_version=str(version))
    assert it.protocol_version(requested) == version
    assert it.profile(requested, {}).protocol_version == version


def test_no_version_is_version_0() -> None:
    assert session().protocol_version(2) == 0


@pytest.mark.parametrize("text", ["3", "-1", "", "two", "2 ", "02", "²", "٢", "9" * 5000])
def test_a_version_that_nobody_knows(text: str) -> None:
    it = session(server_protocol_version=text)
    with pytest.raises(RemoteProtocolError, match=r"2 was asked for and \(0, 1, 2\)") as caught:
        it.profile(2, {})
    assert len(str(caught.value)) < 200


# -- the profile --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ({"padb_version": "1.0.63269"}, "redshift"),
        ({"server_protocol_version": "0"}, "redshift"),
        ({"server_version": "8.0.2"}, "redshift"),
        ({"server_version": "15.4"}, "postgres"),
        ({"server_version": "18.0.2"}, "postgres"),
        ({}, "postgres"),
    ],
)
def test_the_kind_of_server(parameters: dict[str, str], kind: str) -> None:
    it = session(**parameters)
    assert it.kind() == kind
    assert it.profile(2, {}).kind == kind


def test_a_redshift() -> None:
    it = session(server_version="8.0.2", padb_version="1.0", server_protocol_version="2")
    assert it.profile(2, {}) == ServerProfile(protocol_version=2, server_version="8.0.2")


@pytest.mark.parametrize("conforming", ["on", "off"])
def test_a_postgres(conforming: str) -> None:
    it = session(server_version="15.4", standard_conforming_strings=conforming)
    assert it.profile(2, {}) == ServerProfile(
        kind="postgres",
        server_version="15.4",
        backslash_escapes=conforming == "off",
        text_oid=0,
        bytes_oid=17,
        plan_guard=True,
        max_statement_bytes=None,
        rows_per_insert=1000,
        two_phase=True,
    )


def test_what_only_a_postgres_is_known_to_do() -> None:
    redshift = session(server_version="8.0.2").profile(2, {})
    assert (redshift.plan_guard, redshift.two_phase) == (False, False)
    assert redshift.max_statement_bytes == 16 * 1024 * 1024
    assert redshift.rows_per_insert == 32767


def test_what_the_user_has_set_counts() -> None:
    it = session(server_version="8.0.2")
    profile = it.profile(2, {"pipelined_begin": False, "text_oid": 25})
    assert profile == ServerProfile(server_version="8.0.2", pipelined_begin=False, text_oid=25)
    assert it.profile(2, {"kind": "postgres"}).bytes_oid == 17
    assert session().profile(2, {"kind": "redshift"}) == ServerProfile()


def test_a_field_that_does_not_exist() -> None:
    with pytest.raises(InterfaceError, match="'colour'"):
        session().profile(2, {"colour": 1, "kind": "redshift"})


def test_whether_there_is_a_cancel_key() -> None:
    assert not Session().has_cancel_key
    assert not Session(process_id=7).has_cancel_key
    assert Session(secret_key=0).has_cancel_key
