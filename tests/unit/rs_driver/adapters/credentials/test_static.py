from __future__ import annotations

from rs_driver.adapters.credentials.static import StaticCredentials
from rs_driver.ports.credentials import Credentials, CredentialsProvider


def test_it_gives_what_it_was_given() -> None:
    provider: CredentialsProvider = StaticCredentials("awsuser", "Secret1!", "token")
    assert provider.get() == Credentials("awsuser", "Secret1!", "token")
    assert StaticCredentials("awsuser").get() == Credentials("awsuser")


def test_secrets_stay_out_of_its_repr() -> None:
    text = repr(StaticCredentials("awsuser", "Secret1!", "tok"))
    assert text == "StaticCredentials(user='awsuser')"
