from __future__ import annotations

import itertools
import logging
from typing import get_args

import pytest

from rs_driver.adapters.auth.registry import builtin_authenticators
from rs_driver.domain.security import SecurityPolicy, SslMode
from rs_driver.errors import NotSupportedError, OperationalError
from rs_driver.ports.transport import Channel
from support.permitted import ALL, PASSWORD, PERMITTED, WARNED

MODES: tuple[SslMode, ...] = get_args(SslMode)
METHODS = builtin_authenticators()
CHANNELS = {
    "plain": Channel(peer="db"),
    "encrypted": Channel(encrypted=True, peer="db"),
    "verified": Channel(encrypted=True, verified=True, peer="db"),
}


def test_the_table_is_complete() -> None:
    assert set(PERMITTED) == set(MODES)
    assert set(METHODS) == ALL


@pytest.mark.parametrize(("mode", "where", "code"), list(itertools.product(MODES, CHANNELS, ALL)))
def test_what_may_be_sent_where(
    mode: SslMode, where: str, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    policy, channel, method = SecurityPolicy(mode), CHANNELS[where], METHODS[code]
    with caplog.at_level(logging.WARNING, "rs_driver"):
        if code in PERMITTED[mode][where]:
            assert policy.check(code, method, channel) is method
        else:
            with pytest.raises(OperationalError, match=f"sslmode={mode}"):
                policy.check(code, method, channel)
            assert caplog.records == []
    warned = code in PERMITTED[mode][where] & WARNED[where]
    assert len(caplog.records) == warned


def test_a_warning_says_what_goes_where(caplog: pytest.LogCaptureFixture) -> None:
    SecurityPolicy("require").check(PASSWORD, METHODS[PASSWORD], CHANNELS["encrypted"])
    (record,) = caplog.records
    assert record.name == "rs_driver.security"
    assert record.getMessage() == (
        "a password goes to db over TLS without a check of its certificate (sslmode=require)"
    )


def test_unnamed_is_verify_full_with_every_method() -> None:
    assert SecurityPolicy() == SecurityPolicy("verify-full", None)


@pytest.mark.parametrize("mode", MODES)
def test_tls_is_asked_for_unless_disabled(mode: SslMode) -> None:
    assert SecurityPolicy(mode).wants_tls is (mode != "disable")


@pytest.mark.parametrize("mode", MODES)
def test_a_server_that_refuses_tls(mode: SslMode) -> None:
    if mode in ("allow", "prefer"):
        SecurityPolicy(mode).refused_tls(CHANNELS["plain"])
    else:
        with pytest.raises(OperationalError, match=f"db refuses TLS, and sslmode={mode}"):
            SecurityPolicy(mode).refused_tls(CHANNELS["plain"])


@pytest.mark.parametrize(("mode", "where"), list(itertools.product(MODES, CHANNELS)))
def test_a_channel_is_as_safe_as_the_mode_promises(mode: SslMode, where: str) -> None:
    if PERMITTED[mode][where]:
        SecurityPolicy(mode).check_channel(CHANNELS[where])
    else:
        with pytest.raises(OperationalError, match=f"sslmode={mode} requires"):
            SecurityPolicy(mode).check_channel(CHANNELS[where])


def test_a_verified_certificate_without_encryption_is_no_tls() -> None:
    odd = Channel(encrypted=False, verified=True, peer="db")
    with pytest.raises(OperationalError, match="no TLS"):
        SecurityPolicy("verify-full").check(PASSWORD, METHODS[PASSWORD], odd)
    with pytest.raises(OperationalError, match="without TLS"):
        SecurityPolicy("prefer").check(PASSWORD, METHODS[PASSWORD], odd)


@pytest.mark.parametrize("code", ALL)
def test_only_methods_on_the_users_list_are_answered(code: int) -> None:
    channel, method = CHANNELS["verified"], METHODS[code]
    assert SecurityPolicy(allowed=frozenset({method.name})).check(code, method, channel) is method
    others = frozenset(other.name for other in METHODS.values()) - {method.name}
    for allowed in (others, frozenset[str](), frozenset({"none"})):
        with pytest.raises(OperationalError, match=f"by {method.name}; require_auth") as caught:
            SecurityPolicy(allowed=allowed).check(code, method, channel)
        assert all(name in str(caught.value) for name in allowed)


@pytest.mark.parametrize(
    ("code", "name"), [(2, "Kerberos"), (7, "GSSAPI"), (9, "SSPI"), (10, "SASL"), (99, "unknown")]
)
def test_a_method_without_an_authenticator(code: int, name: str) -> None:
    with pytest.raises(NotSupportedError, match=f"method {code} .*{name}"):
        SecurityPolicy().check(code, None, CHANNELS["verified"])


@pytest.mark.parametrize(
    ("allowed", "may"),
    [(None, True), ({"none"}, True), ({"none", "md5"}, True), ({"md5"}, False), (set(), False)],
)
def test_a_server_that_asks_for_no_proof(allowed: set[str] | None, may: bool) -> None:
    policy = SecurityPolicy(allowed=None if allowed is None else frozenset(allowed))
    if may:
        policy.check_unproved(CHANNELS["verified"])
    else:
        with pytest.raises(OperationalError, match="asked for no authentication"):
            policy.check_unproved(CHANNELS["verified"])
