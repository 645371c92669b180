"""Fixtures for the tests of whoever uses Redshift; pytest finds them by entry point.

``redshift_server``: a fake server with no rules and an empty log for each test, over one
listener for the whole session (with ``@pytest.mark.redshift(...)`` one of its own, made
with these options of ``FakeServer``). ``redshift_connection``: rs_driver's connection to
it. ``redshift_engine``: a server that runs SQL, with the marker's options, too.
``redshift_server_factory``: makes servers with options of your own. Every port is one that
the system gave, so tests may run in parallel processes.

A test fails if its servers saw a problem that their policy calls a failure, although the
test itself did not notice; the report of a test that failed has the conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from pluggy import Result

    from rs_driver_fakeserver.server import FakeServer

_SERVERS: pytest.StashKey[list[FakeServer]] = pytest.StashKey()
"""The servers of a test."""
_FAILED: pytest.StashKey[bool] = pytest.StashKey()
_JUDGED: pytest.StashKey[bool] = pytest.StashKey()
"""It failed for its servers' problems, and says them itself."""
_HEEDED: pytest.StashKey[bool] = pytest.StashKey()
"""A fixture has asked for the marker."""
_MARKER = (
    "redshift(**options): redshift_server, or redshift_engine, is a server of this test's own, "
    "with these options of FakeServer; load=[...] are files of SQL that its engine runs first"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


def _servers(item: pytest.Item) -> list[FakeServer]:
    return item.stash.get(_SERVERS, [])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test begins, perhaps not for the first time."""
    item.stash[_SERVERS] = []
    item.stash[_FAILED] = item.stash[_JUDGED] = item.stash[_HEEDED] = False


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Result[None], None]:
    """Fail a test that passed where its servers know better."""
    outcome = yield
    if outcome.excinfo is None:
        try:
            _check_marker(item)
            for server in _servers(item):
                _judge(server, leaks=False)
        except (pytest.fail.Exception, UserWarning) as error:  # a warning where these are errors
            item.stash[_JUDGED] = True
            outcome.force_exception(error)


def _check_marker(item: pytest.Item) -> None:
    """Fail a test with a marker that was for nothing; one of its class or module may be."""
    own = any(mark.name == "redshift" for mark in item.own_markers)
    if own and not item.stash.get(_HEEDED, False):
        pytest.fail(
            "@pytest.mark.redshift is for a test that uses redshift_server or redshift_engine",
            pytrace=False,
        )


def _judge(server: FakeServer, *, leaks: bool = True) -> None:
    """Fail without a traceback, which would lead here. The report has the conversation."""
    from rs_driver_fakeserver.problems import FakeServerError

    try:
        server.verify(leaks=leaks)
    except FakeServerError as error:
        verdict = "\n".join(str(problem) for problem in error.problems)
    else:
        return
    pytest.fail(verdict, pytrace=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Result[pytest.TestReport], None]:
    """Add the conversation to the report of a failure."""
    outcome = yield
    report = outcome.get_result()
    if call.when != "teardown" and call.excinfo is not None:
        item.stash[_FAILED] = True  # skipped and expected to fail, too: it has its verdict
    if call.when != "teardown" and report.failed:
        for number, server in enumerate(_servers(item), 1):
            judged = item.stash.get(_JUDGED, False)
            if told := server.log.tail() if judged else server.report():
                report.sections.append((f"fake Redshift {number}", told))


@pytest.fixture(scope="session")
def _redshift_listener() -> Iterator[FakeServer]:
    from rs_driver_fakeserver.server import FakeServer

    server = FakeServer()
    yield server
    server.close()


def _watched(request: pytest.FixtureRequest, server: FakeServer) -> Iterator[FakeServer]:
    """The server while the test uses it; at its end connections must be closed, too."""
    item = request.node
    item.stash.setdefault(_SERVERS, []).append(server)
    yield server
    if item.stash.get(_FAILED, False):
        server.reset()  # the test has its verdict
    else:
        _judge(server)


def _options(item: pytest.Item) -> dict[str, Any] | None:
    """Those of the markers, where the nearest one's go first. None without a marker."""
    item.stash[_HEEDED] = True
    markers = list(item.iter_markers("redshift"))
    options: dict[str, Any] = {}
    for marker in reversed(markers):
        if marker.args:
            raise pytest.UsageError(
                "@pytest.mark.redshift takes options by keyword, as FakeServer does, such as "
                f"engine='duckdb', not {marker.args[0]!r}"
            )
        policy = _both(options.get("policy"), marker.kwargs.get("policy"))
        options |= {**marker.kwargs, **({} if policy is None else {"policy": policy})}
    return options if markers else None


def _both(outer: Any, inner: Any) -> Any:
    """One policy of two: the verdicts of both, where they are dicts, the inner ones first."""
    if isinstance(outer, dict) and isinstance(inner, dict):
        return {**outer, **inner}
    return outer if inner is None else inner


@pytest.fixture
def redshift_server(request: pytest.FixtureRequest) -> Iterator[FakeServer]:
    """A fake Redshift for this test: no rules, an empty log, everybody may log in."""
    options = _options(request.node)
    if options is not None:
        with ExitStack() as stack:
            yield _maker(request, stack)(**options)
        return
    listener: FakeServer = request.getfixturevalue("_redshift_listener")
    listener.reset()
    try:
        yield from _watched(request, listener)
    finally:
        listener.hang_up()


@pytest.fixture
def redshift_connection(redshift_server: FakeServer) -> Iterator[Any]:
    """A connection of rs_driver to ``redshift_server``, closed after the test."""
    import rs_driver

    connection = rs_driver.connect(**redshift_server.connect_kwargs())
    try:
        yield connection
    finally:
        connection.close()


@pytest.fixture
def redshift_engine(request: pytest.FixtureRequest) -> Iterator[FakeServer]:
    """A server with an empty database of its own; skips the test where there is no engine."""
    pytest.importorskip("duckdb", reason="needs the extra 'engine'")
    with ExitStack() as stack:
        yield _maker(request, stack)(**{"engine": "duckdb", **(_options(request.node) or {})})


@pytest.fixture
def redshift_server_factory(request: pytest.FixtureRequest) -> Iterator[Callable[..., FakeServer]]:
    """``make(**options) -> FakeServer``, with the options of ``FakeServer`` and ``load=``."""
    with ExitStack() as stack:
        yield _maker(request, stack)


def _maker(request: pytest.FixtureRequest, stack: ExitStack) -> Callable[..., FakeServer]:
    from contextlib import contextmanager
    from pathlib import Path

    from rs_driver_fakeserver.server import FakeServer

    watched = contextmanager(_watched)

    def make(*, load: Iterable[str | Path] = (), **options: Any) -> FakeServer:
        if isinstance(load, (str, Path)):
            raise TypeError(f"load= takes a list of files, such as [{str(load)!r}]")
        server = FakeServer(**options)
        stack.callback(server.close)
        for name in load:
            path = request.path.parent / name
            server.run(path.read_text(encoding="utf-8"))
        return stack.enter_context(watched(request, server))

    return make
