from __future__ import annotations

import pytest

from rs_driver.adapters.auth.cleartext import CleartextAuthenticator
from rs_driver.adapters.auth.digest import DigestAuthenticator
from rs_driver.adapters.auth.idp_token import IdpTokenAuthenticator
from rs_driver.adapters.auth.md5 import Md5Authenticator
from rs_driver.adapters.auth.scram import ScramAuthenticator
from rs_driver.errors import Error
from rs_driver.ports.authenticator import Authenticator
from rs_driver_fakeserver.auth.port import Refused
from rs_driver_fakeserver.conformance import AuthenticatorConformance
from support import nonconforming as broken


class TestCleartext(AuthenticatorConformance):
    def authenticator(self) -> Authenticator:
        return CleartextAuthenticator()


class TestMd5(AuthenticatorConformance):
    def authenticator(self) -> Authenticator:
        return Md5Authenticator()


class TestScram(AuthenticatorConformance):
    def authenticator(self) -> Authenticator:
        return ScramAuthenticator()


class TestDigest(AuthenticatorConformance):
    def authenticator(self) -> Authenticator:
        return DigestAuthenticator()


class TestIdpToken(AuthenticatorConformance):
    def authenticator(self) -> Authenticator:
        return IdpTokenAuthenticator()


class Suite(AuthenticatorConformance):
    """The suite on an authenticator of ``support.nonconforming``."""

    __test__ = False

    def __init__(self, method: Authenticator) -> None:
        self.method = method

    def authenticator(self) -> Authenticator:
        return self.method


@pytest.mark.parametrize(
    ("kind", "right", "test"),
    [
        (broken.HasADisplayName, CleartextAuthenticator, "test_its_code_and_name"),
        (broken.SendsNothingForNothing, CleartextAuthenticator, "test_missing_credentials"),
        (broken.SendsNothingForNothing, CleartextAuthenticator, "test_requests_out_of_turn"),
        (broken.SendsNothingForNothing, CleartextAuthenticator, "test_unusable_credentials"),
        (broken.BelievesAnyProof, ScramAuthenticator, "test_a_server_that_cannot_prove_itself"),
        (
            broken.BelievesAnyProof,
            ScramAuthenticator,
            "test_a_server_that_is_satisfied_too_early",
        ),
        (broken.KeepsStateInItself, ScramAuthenticator, "test_two_logins_at_once"),
        (broken.HasRandomOfItsOwn, DigestAuthenticator, "test_its_random_bytes"),
        (broken.LogsThePassword, Md5Authenticator, "test_secrets_stay_hidden"),
        (broken.RemembersThePassword, Md5Authenticator, "test_secrets_stay_hidden"),
        (broken.TellsThePassword, CleartextAuthenticator, "test_requests_out_of_turn"),
        (broken.RaisesForeignErrors, CleartextAuthenticator, "test_requests_out_of_turn"),
        (broken.DoesNotLetGo, CleartextAuthenticator, "test_a_login_that_is_given_up"),
        (broken.HashesAnotherName, Md5Authenticator, "test_the_right_secret"),
        (broken.HashesAnotherName, Md5Authenticator, "test_a_whole_login"),
        (broken.AnswersOnce, Md5Authenticator, "test_a_second_login"),
        (broken.CountsOnSalts, Md5Authenticator, "test_malformed_requests"),
        (broken.LetsAnybodyIn, CleartextAuthenticator, "test_a_wrong_secret"),
    ],
)
def test_what_is_broken_fails(
    kind: type[Authenticator], right: type[Authenticator], test: str
) -> None:
    getattr(Suite(right()), test)()
    with pytest.raises((AssertionError, RuntimeError, Refused, Error)):
        getattr(Suite(kind()), test)()


def test_a_code_that_the_fake_server_does_not_know() -> None:
    class Unheard(CleartextAuthenticator):
        code = 99

    with pytest.raises(TypeError, match="override server_method"):
        Suite(Unheard()).test_the_right_secret()
