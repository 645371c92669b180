from __future__ import annotations

from collections import Counter

import pytest

from rs_driver.config.options import BY_NAME, OPTIONS, SECRET_NAMES, SSL_MODES, Option
from rs_driver.config.values import BadValue

# What users of redshift_connector write, and what this options have to answer to.
INCUMBENT = (
    "user database password port host source_address unix_sock ssl sslmode timeout "
    "tcp_keepalive tcp_keepalive_idle tcp_keepalive_interval tcp_keepalive_count "
    "application_name client_protocol_version credentials_provider db_name token"
).split()


def test_no_name_means_two_things() -> None:
    names = Counter(name for option in OPTIONS for name in (option.name, *option.aliases))
    assert [name for name, count in names.items() if count > 1] == []
    assert set(names) == set(BY_NAME)


def test_no_variable_means_two_things() -> None:
    variables = Counter(option.env for option in OPTIONS if option.env)
    assert max(variables.values()) == 1


@pytest.mark.parametrize("name", INCUMBENT)
def test_the_incumbents_names(name: str) -> None:
    assert name in BY_NAME


@pytest.mark.parametrize("alias", ["db_name", "dbname", "database"])
def test_aliases_lead_to_the_same_option(alias: str) -> None:
    assert BY_NAME[alias].name == "database"


def test_the_drivers_own_variables() -> None:
    assert BY_NAME["user_name"].own_env == "REDSHIFT_USER"
    assert BY_NAME["transport"].own_env is None


def test_secrets() -> None:
    assert {"dsn", "password", "token", "sslpassword"} == SECRET_NAMES


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: str(option.name))
def test_every_row_is_whole(option: Option) -> None:
    assert option.help.endswith(".")
    assert option.name.isidentifier()
    assert option.kind
    if option.env is not None:
        assert option.textual
        assert option.env.startswith("PG")
    if option.default is not None:
        assert option.parse(option.default) == option.default


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: str(option.name))
@pytest.mark.parametrize("bad", ["s3cr3t\0", "s3cr3t\udcff", ["s3cr3t\0"], {"k": "s3cr3t\0"}])
def test_no_parser_quotes_the_value(option: Option, bad: object) -> None:
    problem = ""
    try:
        option.parse(bad)
    except BadValue as error:
        problem = str(error)
    assert "s3cr3t" not in problem


def test_modes_are_those_of_libpq() -> None:
    assert SSL_MODES == ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
    assert BY_NAME["sslmode"].default == "verify-full"
