from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from rs_driver.config.objects import Config, TcpConfig, TlsConfig
from rs_driver.config.options import BY_NAME, OPTIONS, SECRET_NAMES
from rs_driver.config.sources import resolve


def config(**kwargs: Any) -> Config:
    return resolve({"host": "db.example", "user": "awsuser", **kwargs}, {}, lambda _path: None)


def test_secrets_are_not_shown() -> None:
    text = repr(config(password="S3cret", token="t0ken", database="dev"))
    assert "S3cret" not in text
    assert "t0ken" not in text
    assert "password=<hidden>, token=<hidden>, database='dev'" in text
    assert text.startswith("Config(servers=(Server(host='db.example', port=5439, ")


def test_what_is_not_set_is_shown_as_such() -> None:
    assert "password=None, token=None" in repr(config())


def test_every_secret_option_that_is_kept_is_a_field_of_its_name() -> None:
    kept = {field.name for field in dataclasses.fields(Config)}
    assert kept >= SECRET_NAMES - {"dsn", "sslpassword"}
    (key_password,) = (each for each in dataclasses.fields(TlsConfig) if not each.repr)
    assert key_password.name == "key_password"


def test_every_field_belongs_to_an_option() -> None:
    for field in dataclasses.fields(Config):
        assert field.name in BY_NAME or field.name in ("servers", "tls", "tcp")
    for field in dataclasses.fields(TcpConfig):
        assert field.name in BY_NAME or f"tcp_{field.name}" in BY_NAME


def test_every_option_has_a_field() -> None:
    folded = {"dsn", "service", "passfile", "ssl", "timeout", "tls_server_name"}
    folded |= {"host", "hostaddr", "port", "unix_sock"}
    folded |= {option.name for option in OPTIONS if option.name.startswith("ssl")}
    fields = {field.name for field in dataclasses.fields(Config)}
    fields |= {field.name for field in dataclasses.fields(TcpConfig)}
    for option in OPTIONS:
        assert option.name in folded or option.name.removeprefix("tcp_") in fields


def test_it_is_frozen() -> None:
    it = config()
    for part in (it, it.tls, it.tcp):
        assert dataclasses.is_dataclass(part)
        with pytest.raises(dataclasses.FrozenInstanceError):
            part.mode = "x"  # type: ignore[misc, union-attr]  # that it fails is the point


def test_equal_by_value() -> None:
    assert config(port=1) == config(port="1")
    assert config(port=1) != config(port=2)
    assert TlsConfig("require", True, None) == TlsConfig("require", True, None)
