from __future__ import annotations

import dataclasses

import pytest

from rs_driver_fakeserver.auth import Trust
from rs_driver_fakeserver.config import ServerConfig


def test_the_defaults_are_a_redshift_that_trusts_everybody() -> None:
    config = ServerConfig()
    assert (config.kind, config.protocol, config.auth) == ("redshift", 2, Trust())
    assert config.entropy(16) != config.entropy(16)


def test_it_cannot_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ServerConfig().protocol = 1  # type: ignore[misc]  # what is tested
