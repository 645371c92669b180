"""Imports point inwards only (docs/adr/0001)."""

from __future__ import annotations

import pytest

from support.directions import imports_of, violations
from support.sources import source_tree

TREE = source_tree()


def test_every_import_points_inwards() -> None:
    assert violations(TREE) == []


def test_the_tree_is_the_real_one() -> None:
    """An empty tree would have no violations either."""
    assert {"rs_driver.wire.buffer", "rs_driver.ports.transport", "rs_driver"} <= set(TREE)
    targets = {found.target for found in imports_of("rs_driver", TREE["rs_driver"], TREE)}
    assert "rs_driver.errors" in targets


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("rs_driver.wire.planted", "import socket"),
        ("rs_driver.wire.planted", "import ssl as s"),
        ("rs_driver.domain.planted", "from asyncio import Future"),
        ("rs_driver.domain.planted", "def f():\n    import numpy.linalg"),
        ("rs_driver.ports.planted", "if TYPE_CHECKING:\n    import pandas"),
        ("rs_driver.domain.planted", "import time"),
        ("rs_driver.domain.planted", "from importlib import *\nimport_module('secrets')"),
        ("rs_driver.wire.planted", "from rs_driver.ports.clock import Clock"),
        ("rs_driver.wire.planted", "from ..domain import phases"),
        ("rs_driver.wire.planted", "from rs_driver import domain"),
        ("rs_driver.ports.planted", "import rs_driver.domain.phases"),
        ("rs_driver.config.planted", "from rs_driver.wire import buffer"),
        ("rs_driver.domain.planted", "from rs_driver.adapters.codecs import default_codecs"),
        ("rs_driver.domain.planted", "from rs_driver.shells import sync"),
        ("rs_driver.metadata.planted", "from rs_driver.bulk import anything"),
        ("rs_driver.shells.planted", "from rs_driver.adapters.transport import tcp"),
        ("rs_driver.shells.planted", "from rs_driver import _wiring"),
        ("rs_driver.adapters.auth.planted", "from rs_driver.domain import phases"),
        ("rs_driver.adapters.auth.planted", "from rs_driver.shells import sync"),
        ("rs_driver.adapters.auth.planted", "from rs_driver.config import objects"),
        ("rs_driver.adapters.auth.planted", "from rs_driver.adapters.codecs import numeric"),
        ("rs_driver.adapters.auth.planted", "from ..codecs import numeric"),
        ("rs_driver.dbapi", "from rs_driver.adapters.transport import tcp"),
        ("rs_driver.dbapi", "import rs_driver"),
        ("rs_driver._wiring", "from rs_driver.dbapi import Connection"),
        ("rs_driver.pool", "from rs_driver.compat import redshift_connector"),
        ("rs_driver.newcomer", "from rs_driver import errors"),
        ("rs_driver._wiring", "import rs_driver_fakeserver"),
        ("rs_driver.pool", "import pytest"),
        ("rs_driver_fakeserver.planted", "from rs_driver.domain import phases"),
        ("rs_driver_fakeserver.planted", "from rs_driver.adapters.codecs import numeric"),
        ("rs_driver_fakeserver.planted", "def f():\n    import rs_driver"),
        ("rs_driver_fakeserver.pytest_plugin", "import rs_driver"),
        ("rs_driver_fakeserver.conformance.planted", "import rs_driver"),
        ("rs_driver_fakeserver.conformance.planted", "def f():\n    import rs_driver.codecs"),
        ("rs_driver_fakeserver.conformance_planted", "def f():\n    import rs_driver"),
        ("rs_driver_fakeserver.__main__", "def f():\n    from rs_driver.shells import sync"),
    ],
)
def test_planted_violation_is_found(module: str, source: str) -> None:
    found = violations({**TREE, module: source}, [module])
    assert len(found) == 1
    assert found[0].startswith(f"{module}:")


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("rs_driver.wire.planted", "import struct\nfrom rs_driver.errors import Error"),
        ("rs_driver.wire.planted", "from . import buffer\nfrom .buffer import Reader"),
        ("rs_driver.domain.planted", "from rs_driver.config.objects import Config"),
        ("rs_driver.adapters.auth.planted", "import scramp\nfrom rs_driver.ports import clock"),
        ("rs_driver.adapters.auth.planted", "from rs_driver.adapters.auth import registry"),
        ("rs_driver.shells.planted", "import threading\nfrom rs_driver.domain import phases"),
        ("rs_driver._wiring", "from rs_driver.adapters.auth import registry"),
        ("rs_driver.compat.planted", "from rs_driver.compat import other\nimport rs_driver"),
        ("rs_driver_fakeserver.planted", "import duckdb\nfrom rs_driver.wire import buffer"),
        ("rs_driver_fakeserver.pytest_plugin", "def f():\n    import rs_driver\nimport pytest"),
        ("rs_driver_fakeserver.conformance.planted", "def f():\n    import rs_driver"),
    ],
)
def test_what_is_allowed(module: str, source: str) -> None:
    assert violations({**TREE, module: source}, [module]) == []
