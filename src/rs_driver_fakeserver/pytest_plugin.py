"""Fixtures for the tests of whoever uses rs_driver; pytest finds them by entry point.

``redshift_server``: a fake server with no rules and an empty log for each test, over
one listener for the whole session. ``redshift_server_factory``: makes servers with
options of your own and closes them after the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rs_driver_fakeserver.server import FakeServer


@pytest.fixture(scope="session")
def _redshift_listener() -> Iterator[FakeServer]:
    from rs_driver_fakeserver.server import FakeServer

    with FakeServer() as server:
        yield server


@pytest.fixture
def redshift_server(_redshift_listener: FakeServer) -> FakeServer:
    """A fake Redshift for this test: no rules, an empty log, everybody may log in."""
    _redshift_listener.reset()
    return _redshift_listener


@pytest.fixture
def redshift_server_factory() -> Iterator[Callable[..., FakeServer]]:
    """``make(**options) -> FakeServer``, with the options of ``FakeServer``."""
    from rs_driver_fakeserver.server import FakeServer

    with ExitStack() as stack:

        def make(**options: Any) -> FakeServer:
            return stack.enter_context(FakeServer(**options))

        yield make
