"""The composition root: options become adapters, adapters become a session."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rs_driver
from rs_driver import _wiring, oids
from rs_driver.adapters.auth.cleartext import CleartextAuthenticator
from rs_driver.adapters.codecs.base import Codec, Encoder, same
from rs_driver.adapters.rows.numpy_ import NumpyDecoder
from rs_driver.adapters.rows.struct_ import StructDecoder, StructScanner
from rs_driver.adapters.transport.memory import AsyncMemoryTransport, MemoryTransport
from rs_driver.config.objects import Config, Server
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.statements import Prepared
from rs_driver.ports.codec import TEXT, Conversions, Parameter
from rs_driver.ports.credentials import Credentials
from rs_driver.ports.profile import ServerProfile
from rs_driver.rows import dict_row
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver import Auth, FakeServer
from support.policies import BROKEN_OFF
from support.shelled import LOGIN, plan_of


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy=BROKEN_OFF) as found:
        found.when("select 1").returns(["n"], [(1,)])
        yield found


def config_of(**options: Any) -> Config:
    return _wiring.configure({**LOGIN, **options})


# -- files and the environment ------------------------------------------------------------


def test_read_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("grüße", encoding="utf-8")
    assert _wiring.read_file(str(path)) == "grüße"
    assert _wiring.read_file(str(tmp_path / "none")) is None
    assert _wiring.read_file(str(path / "in a file")) is None


@pytest.mark.parametrize("place", ["directory", "binary", "~nosuchuser/file"])
def test_a_file_that_cannot_be_read(tmp_path: Path, place: str) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xff")
    (tmp_path / "binary").chmod(0o600)
    path = place if place.startswith("~") else str(tmp_path / place)
    with pytest.raises((OSError, UnicodeDecodeError)):
        _wiring.read_file(path)
    with pytest.raises(rs_driver.InterfaceError, match=r"the password file .* cannot be read"):
        rs_driver.connect(host="h", user="u", passfile=path)


@pytest.mark.skipif(os.name != "posix", reason="other systems have other permissions")
def test_a_password_file_that_others_can_read_is_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "pgpass"
    path.write_text("*:*:*:*:S3cret")
    options = {"host": "h", "user": "u", "passfile": path}
    for mode, found in ((0o600, "S3cret"), (0o640, None), (0o604, None), (0o400, "S3cret")):
        path.chmod(mode)
        assert _wiring.configure(options).servers[0].password == found
    assert (
        caplog.messages
        == [f"the password file {str(path)!r} is not used: its permissions must be 0600"] * 2
    )


def test_the_environment_is_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGUSER", "bob")
    config = _wiring.configure({"user": None, "database": "dev"})
    assert (config.servers[0].host, config.user, config.database) == ("db.example", "bob", "dev")


# -- the plan -----------------------------------------------------------------------------


def test_rows() -> None:
    plan = plan_of({"rows": "struct"})
    assert isinstance(plan.scanner, StructScanner)
    assert isinstance(plan.decoder, StructDecoder)
    assert isinstance(plan_of({"rows": "numpy"}).decoder, NumpyDecoder)


def test_what_every_login_says() -> None:
    parameters = dict(plan_of({}).login.parameters)
    assert parameters["application_name"] == "rs_driver"
    assert parameters["driver_version"] == f"rs_driver {rs_driver.__version__}"
    assert parameters["client_encoding"] == "UTF8"
    assert parameters["DateStyle"] == "ISO"
    assert parameters["extra_float_digits"] == "2"
    named = plan_of({"application_name": "nightly"}).login.parameters
    assert dict(named)["application_name"] == "nightly"


def test_the_login_is_the_options() -> None:
    login = plan_of(
        {
            "host": "db.example",
            "sslmode": "require",
            "require_auth": "md5,password",
            "server": "redshift",
            "client_protocol_version": 1,
            "profile": {"two_phase": True},
        }
    ).login
    assert (login.database, login.hostname) == ("dev", "db.example")
    assert login.security.mode == "require"
    assert login.security.allowed == frozenset({"md5", "password"})
    assert (login.server, login.protocol_version) == ("redshift", 1)
    assert login.overrides == {"two_phase": True}
    assert sorted(login.authenticators) == [3, 5, 10, 13, 14]
    assert login.random(7) != login.random(7)
    assert len(login.random(7)) == 7


def test_an_authenticator_of_ones_own_replaces_the_built_in() -> None:
    own = CleartextAuthenticator()
    assert plan_of({"authenticators": [own]}).login.authenticators[3] is own
    assert plan_of({}).login.authenticators[3] is not own


def test_credentials() -> None:
    static = plan_of({"password": "p", "token": "t"}).login.provider
    assert static == Credentials("alice", "p", "t")

    class Provider:
        def get(self) -> Credentials:
            return Credentials("carol")

    assert plan_of({"credentials_provider": Provider()}).login.credentials().user == "carol"
    with pytest.raises(rs_driver.InterfaceError, match=r"credentials_provider: .* get\(\)"):
        plan_of({"credentials_provider": object()})


def test_core_and_state() -> None:
    plan = plan_of({"max_message_size": 65536, "result_format": "text"})
    core = plan.core()
    assert core is not plan.core()
    assert core._max_message == 65536
    profile = ServerProfile(protocol_version=2)
    state = plan.state(core, profile)
    assert state.core is core
    assert state.profile is profile
    assert state.result_format == "text"
    assert state.default_paramstyle() == "format"
    assert state.escapes is None
    assert plan_of({"profile": {"backslash_escapes": False}}).state(core, profile).escapes is False


def state_of(**options: Any) -> ConnectionState:
    plan = plan_of(options)
    return plan.state(plan.core(), ServerProfile(kind="postgres", text_oid=0))


def test_the_options_of_statements() -> None:
    two = [Prepared(f"select {number}", (), (), (), 0) for number in range(2)]
    cache = state_of().statements
    assert (cache.name_for(1), cache.name_for(2)) == ("", "rs_driver_1")
    for statement in two:
        cache.keep(statement)
    assert len(cache) == 2
    cache = state_of(max_prepared_statements=1, prepare_threshold=1).statements
    assert cache.name_for(1) == "rs_driver_1"
    for statement in two:
        cache.keep(statement)
    assert len(cache) == 1
    cache = state_of(max_prepared_statements=0).statements
    cache.keep(two[0])
    assert (len(cache), cache.name_for(9)) == (0, "")
    assert state_of().statements is not cache


def test_the_row_factory_of_cursors() -> None:
    assert state_of().row_factory is None
    assert state_of(row_factory=dict_row).row_factory is dict_row


class Money:
    """A class of the user's own."""


PAY = Encoder(Money, lambda _value, _codecs: Parameter(oids.INT4, TEXT, b"1"))
READ = Codec(oids.INT4, TEXT, "integer", same(lambda data: data * 2))


def test_codecs_of_ones_own_come_before_the_built_in() -> None:
    codecs = state_of(codecs=[PAY, READ]).codecs
    assert codecs.encode(Money()).data == b"1"
    assert codecs.codec(oids.INT4, TEXT) is READ
    assert codecs.result_format(oids.INT4) == TEXT
    assert codecs.profile.kind == "postgres"
    with pytest.raises(rs_driver.NotSupportedError):
        state_of().codecs.encode(Money())


def test_what_python_makes_of_values() -> None:
    assert state_of().codecs.conversions == Conversions(False, False, "error")
    options = {"numeric_to_float": True, "super_objects": True, "out_of_range_dates": "text"}
    assert state_of(**options).codecs.conversions == Conversions(True, True, "text")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"row_factory": 5}, "a row factory is a function of the columns, not int"),
        ({"codecs": [PAY, 5]}, "int is no codec"),
        ({"codecs": [Codec]}, "Codec is a class"),
        ({"authenticators": [5]}, "authenticators: each needs a code"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_sent(
    server: FakeServer, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(rs_driver.InterfaceError, match=message):
        rs_driver.connect(transport=server.memory(), **{**LOGIN, **options})
    assert server.log.connections == 0


def test_the_default_paramstyle_is_the_modules(server: FakeServer) -> None:
    with rs_driver.connect(transport=server.memory(), **LOGIN) as connection:
        before = rs_driver.paramstyle
        try:
            rs_driver.paramstyle = "qmark"
            assert connection.cursor().paramstyle == "qmark"
        finally:
            rs_driver.paramstyle = before
        assert connection.cursor().paramstyle == before


# -- transports ---------------------------------------------------------------------------


def test_a_peer_in_memory(server: FakeServer) -> None:
    config = config_of(transport=server.memory())
    transport = _wiring._connector(config, config.servers[0])(None)
    assert isinstance(transport, MemoryTransport)
    transport.close()
    awaited = _wiring._async_connector(config, config.servers[0])(None)

    async def wait() -> Any:
        return await awaited

    found = asyncio.run(wait())
    assert isinstance(found, AsyncMemoryTransport)
    found.close()


def test_a_connector_of_ones_own() -> None:
    def connector(_deadline: float | None) -> Any:
        return None

    config = config_of(transport=connector)
    assert _wiring._connector(config, config.servers[0]) is connector
    assert _wiring._async_connector(config, config.servers[0]) is connector


def test_what_is_no_transport() -> None:
    for choose in (_wiring._connector, _wiring._async_connector):
        with pytest.raises(rs_driver.InterfaceError, match="transport"):
            choose(config_of(transport="tcp"), Server("", 1))


def test_the_endpoint() -> None:
    config = config_of(
        host="db.example",
        port=1234,
        sslmode="verify-ca",
        sslrootcert="/root.pem",
        tcp_keepalive=False,
        tcp_user_timeout=5,
        source_address="127.0.0.9",
    )
    address, tcp, tls = _wiring._endpoint(config, config.servers[0])
    assert (address.host, address.port, address.unix_sock) == ("db.example", 1234, None)
    assert (tcp.keepalive, tcp.user_timeout) == (False, 5)
    assert tcp.source_address == ("127.0.0.9", 0)
    assert (tls.mode, tls.ca_file) == ("verify-ca", "/root.pem")


def test_a_login_for_each_server(tmp_path: Path) -> None:
    passwords = tmp_path / "pgpass"
    passwords.write_text("a:*:*:*:at-a\n")
    passwords.chmod(0o600)
    plan = _wiring.Plan(config_of(host="a,b", port="1,2", passfile=passwords))
    routes = plan.routes(lambda _config, server: lambda _deadline: server)
    assert [route.connect(None).port for route in routes] == [1, 2]
    assert [route.login.hostname for route in routes] == ["a", "b"]
    assert [route.login.credentials().password for route in routes] == ["at-a", None]
    plan = plan_of({"host": "a,b", "tls_server_name": "db.example"})
    assert {plan.login_at(server).hostname for server in plan.config.servers} == {"db.example"}


def test_any_order() -> None:
    hosts = [str(number) for number in range(50)]
    plan = _wiring.Plan(config_of(host=",".join(hosts), load_balance_hosts="random"))
    found = [route.login.hostname for route in plan.routes(lambda _config, _server: print)]
    assert found != hosts
    assert sorted(found) == sorted(hosts)


def test_what_tls_is_made_of() -> None:
    context = ssl.create_default_context()
    assert _wiring._tls(config_of(host="h", ssl_context=context).tls).context is context
    context.check_hostname = False
    with pytest.raises(rs_driver.InterfaceError, match="ssl_context: sslmode=verify-full needs"):
        rs_driver.connect(host="h", user="u", ssl_context=context)
    tls = _wiring._tls(config_of(host="h", sslcert="c", sslkey="k", sslpassword="S3cret").tls)
    assert (tls.cert_file, tls.key_file, tls.key_password) == ("c", "k", "S3cret")
    assert "S3cret" not in repr(tls)


def test_the_deadline(server: FakeServer) -> None:
    now = time.monotonic()
    deadline = _wiring._deadline(config_of(host="localhost", connect_timeout=5))
    assert deadline is not None
    assert 5 <= deadline - now < 60
    server.clock.advance(100.0)  # a peer in memory has a time of its own
    assert _wiring._deadline(config_of(transport=server.memory(), connect_timeout=5)) == 105.0
    assert _wiring._deadline(config_of(transport=server.memory(), connect_timeout=0)) is None


# -- sessions -----------------------------------------------------------------------------


def test_open_sync(server: FakeServer) -> None:
    config = config_of(transport=server.memory(), autocommit=True, client_protocol_version=1)
    link, state = _wiring.open_sync(config)
    assert state.autocommit
    assert state.profile.protocol_version == 1
    assert state.core is link.core
    link.close()


def test_open_async(server: FakeServer) -> None:
    async def run() -> None:
        link, state = await _wiring.open_async(config_of(transport=server.memory()))
        assert not state.autocommit
        assert state.profile.kind == "redshift"
        await link.close()

    asyncio.run(run())


class Silent:
    """Lets everybody in and then says no more, whatever is asked."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._welcomed = False
        self.closed = False
        self.left = False

    def open_peer(self) -> Silent:
        return self

    def feed(self, data: bytes) -> bytes:
        if self._welcomed:
            return b""
        answer: bytes = self._inner.feed(data)
        self._welcomed = bool(answer)
        return answer

    def eof(self) -> None:
        self.left = True


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_connect_timeout_is_for_the_session_settings_too(server: FakeServer, kind: str) -> None:
    """Without a deadline, a wait for a peer in memory is an error of its own: it would hang."""
    peer = Silent(server.memory().open_peer())
    config = config_of(transport=peer, session_settings={"query_group": "q"}, connect_timeout=60)
    with pytest.raises(rs_driver.OperationalError, match="timed out") as caught:
        if kind == "sync":
            _wiring.open_sync(config)
        else:
            asyncio.run(_wiring.open_async(config))
    assert caught.value.is_disconnect
    assert peer.left


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_setting_that_is_refused_leaves_nothing_open(server: FakeServer, kind: str) -> None:
    server.when("SELECT set_config($1, $2, false)").raises("42704", "no such setting")
    peers: list[Any] = []

    class Opener:
        def open_peer(self) -> Any:
            peers.append(Silent(server.memory().open_peer()))
            peers[0].feed = peers[0]._inner.feed
            return peers[0]

    config = config_of(transport=Opener(), session_settings={"nonsense": "q"})
    with pytest.raises(rs_driver.ProgrammingError, match="no such setting"):
        if kind == "sync":
            _wiring.open_sync(config)
        else:
            asyncio.run(_wiring.open_async(config))
    assert len(peers) == 1
    assert peers[0].left


def test_a_users_authenticator_and_provider_are_used() -> None:
    class Provider:
        def get(self) -> Credentials:
            return Credentials("bob", "hunter2", startup_parameters=(("idp_type", "x"),))

    with FakeServer(auth=Auth.cleartext({"bob": "hunter2"})) as server:
        rs_driver.connect(
            database="dev", transport=server.memory(), credentials_provider=Provider()
        ).close()
        startup = next(m for m in server.log.frontend() if isinstance(m, StartupMessage))
    assert dict(startup.parameters)["user"] == "bob"
    assert dict(startup.parameters)["idp_type"] == "x"
