from __future__ import annotations

import math

import pytest

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.settings import Settings, is_setting

REDSHIFT, POSTGRES = Dialect("redshift"), Dialect("postgres")


@pytest.fixture
def settings() -> Settings:
    made = Settings(POSTGRES, {}, {})
    made.news()
    return made


def test_redshift_reports_what_clusters_report_in_their_order() -> None:
    given = {"session_id": "x", "server_protocol_version": "2"}
    news = Settings(REDSHIFT, given, {"application_name": "me"}).news()
    assert [name for name, _ in news] == [
        *("application_name", "case_sensitive", "client_encoding", "datestyle"),
        *("integer_datetimes", "is_superuser", "server_encoding", "server_version"),
        *("session_authorization", "TimeZone", "timezone_abbreviations", "padb_version"),
        *("padb_revision", "max_numeric_precision", "max_varchar_size", "datashare_enabled"),
        *("session_id", "server_protocol_version"),
    ]
    assert dict(news)["application_name"] == "me"
    assert dict(news)["server_version"] == "8.0.2"
    assert "standard_conforming_strings" not in dict(news)


def test_postgres_reports_its_own() -> None:
    news = dict(Settings(POSTGRES, {}, {}).news())
    assert news["standard_conforming_strings"] == "on"
    assert "padb_version" not in news


def test_given_values_win() -> None:
    news = dict(Settings(REDSHIFT, {"server_version": "9.9", "show_discovery": "4"}, {}).news())
    assert (news["server_version"], news["show_discovery"]) == ("9.9", "4")


def test_set_and_reset(settings: Settings) -> None:
    settings.set("TIMEZONE", "Europe/Berlin")
    assert settings.get("timezone") == "Europe/Berlin"
    assert settings.news() == [("TimeZone", "Europe/Berlin")]
    assert settings.news() == []
    settings.reset("TimeZone")
    assert settings.news() == [("TimeZone", "UTC")]


def test_what_is_not_reported_is_no_news(settings: Settings) -> None:
    settings.set("search_path", "a, b")
    assert settings.get("search_path") == "a, b"
    assert settings.news() == []


def test_reset_all_goes_back_to_the_startup() -> None:
    settings = Settings(POSTGRES, {}, {"application_name": "me"})
    settings.set("application_name", "you")
    settings.set("my.own", "x")
    settings.reset("ALL")
    assert settings.get("application_name") == "me"
    assert not settings.knows("my.own")


def test_names_with_a_dot_are_anybodys(settings: Settings) -> None:
    settings.set("my.own", "x")
    settings.reset("my.own")
    assert not settings.knows("my.own")
    assert is_setting("my.own")
    assert is_setting("DATESTYLE")
    assert not is_setting("client_protocol_version")


def test_redshift_takes_any_name() -> None:
    settings = Settings(REDSHIFT, {}, {"enable_result_cache_for_session": "off"})
    settings.set("query_group", "x")
    settings.set("wlm_query_slot_count", "3")
    assert settings.get("wlm_query_slot_count") == "3"


@pytest.mark.parametrize(
    ("name", "value", "state"),
    [
        ("nonsense", "1", "42704"),
        ("server_version", "1", "55P02"),
        ("client_encoding", "LATIN1", "22023"),
    ],
)
def test_refusals(settings: Settings, name: str, value: str, state: str) -> None:
    with pytest.raises(SqlError) as caught:
        settings.set(name, value)
    assert caught.value.sqlstate == state


def test_unknown_names(settings: Settings) -> None:
    for ask in (settings.get, settings.reset):
        with pytest.raises(SqlError) as caught:
            ask("nonsense")
        assert caught.value.sqlstate == "42704"


@pytest.mark.parametrize("value", ["utf8", "UTF-8", "'utf-8'", "Unicode", "UTF_8"])
def test_spellings_of_utf8(value: str) -> None:
    assert Settings(POSTGRES, {}, {"client_encoding": value}).get("client_encoding") == "UTF8"


def test_iso_is_iso_mdy(settings: Settings) -> None:
    settings.set("datestyle", "iso")
    assert settings.get("DateStyle") == "ISO, MDY"
    settings.set("datestyle", "German")
    assert settings.get("DateStyle") == "German"


def test_spelling(settings: Settings) -> None:
    assert settings.spelling("timezone") == "TimeZone"
    assert settings.spelling("My.Own") == "My.Own"


class TestTransactions:
    def test_rollback(self, settings: Settings) -> None:
        settings.begin()
        settings.set("timezone", "x")
        settings.rollback()
        assert settings.get("timezone") == "UTC"

    def test_commit(self, settings: Settings) -> None:
        settings.begin()
        settings.set("timezone", "x")
        settings.commit()
        settings.rollback()  # of nothing
        assert settings.get("timezone") == "x"

    def test_local_ends_with_the_transaction(self, settings: Settings) -> None:
        settings.begin()
        settings.set("timezone", "x", local=True)
        settings.set("application_name", "y", local=True)
        settings.set("application_name", "z")
        assert settings.get("timezone") == "x"
        settings.commit()
        assert settings.get("timezone") == "UTC"
        assert settings.get("application_name") == "z"

    def test_local_outside_does_nothing(self, settings: Settings) -> None:
        settings.set("timezone", "x", local=True)
        assert settings.get("timezone") == "UTC"


def test_a_setting_may_be_kept_silent() -> None:
    made = Settings(REDSHIFT, {"padb_version": None, "TIMEZONE": None, "nonsense": None}, {})
    news = dict(made.news())
    assert "padb_version" not in news
    assert "TimeZone" not in news
    assert made.get("padb_version") == "1.0.63269"
    assert not made.knows("nonsense")


def test_silent_values() -> None:
    made = Settings(POSTGRES, {}, {}, {"max_prepared_transactions": "10"})
    assert "max_prepared_transactions" not in dict(made.news())
    assert made.get("max_prepared_transactions") == "10"
    assert Settings(POSTGRES, {}, {}).get("max_prepared_transactions") == "0"
    with pytest.raises(SqlError, match="55P02"):
        made.set("max_prepared_transactions", "1")


def test_going_back(settings: Settings) -> None:
    settings.begin()
    settings.set("application_name", "a")
    mark = settings.mark()
    settings.set("application_name", "b")
    settings.restore(mark)
    assert settings.get("application_name") == "a"
    settings.rollback()
    assert settings.get("application_name") == ""


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", math.inf),
        ("1500", 1.5),
        ("5s", 5.0),
        (" 2 min ", 120.0),
        ("1h", 3600.0),
        ("1d", 86400),
    ],
)
def test_statement_timeout(value: str, seconds: float) -> None:
    settings = Settings(Dialect(), {}, {"statement_timeout": value})
    assert settings.statement_timeout == seconds


@pytest.mark.parametrize("value", ["-1", "soon", "1.5", "5 weeks", ""])
def test_no_statement_timeout(value: str) -> None:
    with pytest.raises(SqlError, match="22023"):
        Settings(Dialect(), {}, {}).set("statement_timeout", value)
