from __future__ import annotations

import pytest

from rs_driver_fakeserver.auth.certificate import ClientCertificate
from rs_driver_fakeserver.auth.port import Refused
from support.fake_logins import attempt, log_in


def test_the_name_of_the_certificate() -> None:
    assert log_in(ClientCertificate(), user=attempt("alice", name="alice")) == ([], "alice")
    method = ClientCertificate({"Alice Smith": "alice"})
    assert log_in(method, user=attempt("alice", name="Alice Smith")) == ([], "alice")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (None, "connection requires a valid client certificate"),
        ("bob", 'certificate authentication failed for user "alice"'),
        ("ALICE", 'certificate authentication failed for user "alice"'),
    ],
)
def test_others(name: str | None, message: str) -> None:
    with pytest.raises(Refused) as caught:
        log_in(ClientCertificate(), user=attempt("alice", name=name))
    assert caught.value.message == message


def test_credentials() -> None:
    assert ClientCertificate().credentials() == {"user": "awsuser"}
    assert ClientCertificate({"Alice Smith": "alice"}).credentials() == {"user": "alice"}
