from __future__ import annotations

import pytest

from rs_driver_fakeserver.auth.cleartext import Cleartext
from rs_driver_fakeserver.auth.digest import Digest
from rs_driver_fakeserver.auth.iam import Iam
from rs_driver_fakeserver.auth.md5 import Md5
from rs_driver_fakeserver.auth.scram import Scram
from rs_driver_fakeserver.auth.token import Token
from rs_driver_fakeserver.auth.trust import Trust
from rs_driver_fakeserver.cli.failure import CliError
from rs_driver_fakeserver.cli.logins import method


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKESERVER_PASSWORD", "usual")
    monkeypatch.setenv("A_PASSWORD", "of a")
    monkeypatch.setenv("B_PASSWORD", "of b")


KINDS = {
    "cleartext": Cleartext,
    "md5": Md5,
    "scram": Scram,
    "digest": Digest,
    "token": Token,
    "iam": Iam,
}


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_methods(name: str, kind: type) -> None:
    found = method(name, ["a"], [])
    assert isinstance(found, kind)
    assert "usual" in found.credentials().values()


def test_several_users() -> None:
    found = method("md5", ["a", "b"], ["A_PASSWORD", "B_PASSWORD"])
    assert isinstance(found, Md5)
    assert dict(found.users) == {"a": "of a", "b": "of b"}
    same = method("md5", ["a", "b"], [])
    assert isinstance(same, Md5)
    assert dict(same.users) == {"a": "usual", "b": "usual"}


def test_everybody() -> None:
    assert isinstance(method("trust", [], []), Trust)


@pytest.mark.parametrize(
    ("auth", "users", "variables", "expected"),
    [
        ("trust", [], ["A_PASSWORD"], "another --auth than trust"),
        ("md5", [], [], "--auth md5 needs --user"),
        ("md5", ["a", "a"], [], "twice"),
        ("md5", ["a"], ["A_PASSWORD", "B_PASSWORD"], "once for each --user"),
        ("md5", ["a", "b"], ["A_PASSWORD"], "once for each --user"),
        ("token", ["a", "b"], [], "a token of its own"),
    ],
)
def test_what_does_not_go_together(
    auth: str, users: list[str], variables: list[str], expected: str
) -> None:
    with pytest.raises(CliError, match=expected):
        method(auth, users, variables)
