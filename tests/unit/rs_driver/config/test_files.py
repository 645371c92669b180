from __future__ import annotations

import pytest

from rs_driver.config.files import service_section, stored_password
from rs_driver.errors import InterfaceError

SERVICES = """\
# clusters
[dev]
host=dev.example
port = 5440

[prod]
host=prod.example
# user=nobody
password = a=b
[empty]
[dev]
host=second.example
"""


def test_a_section() -> None:
    assert service_section(SERVICES, "dev") == [("host", "dev.example"), ("port", "5440")]
    assert service_section(SERVICES, "prod") == [("host", "prod.example"), ("password", "a=b")]
    assert service_section(SERVICES, "empty") == []


def test_no_such_section() -> None:
    assert service_section(SERVICES, "test") is None
    assert service_section("", "dev") is None


@pytest.mark.parametrize("line", ["S3cret", "=S3cret", " = S3cret"])
def test_a_broken_line_is_named_by_its_number(line: str) -> None:
    with pytest.raises(InterfaceError, match="line 3 of the service file") as caught:
        service_section(f"[dev]\nhost=h\n{line}\n", "dev")
    assert "S3cret" not in str(caught.value)


def test_broken_lines_of_other_sections_do_not_matter() -> None:
    assert service_section("junk\n[dev]\nhost=h\n[x]\njunk", "dev") == [("host", "h")]


PASSWORDS = r"""
# host:port:database:user:password
dev.example:5439:dev:alice:first
dev.example:5439:*:alice:second
*:*:dev:bob:p\:w\\x
too:short
::1:5439:dev:alice:unreachable
\:\:1:*:*:*:six
*:5440:*:*:tail:ignored
*:5441:*:*:back\
"""


@pytest.mark.parametrize(
    ("host", "port", "database", "user", "password"),
    [
        ("dev.example", 5439, "dev", "alice", "first"),
        ("dev.example", 5439, "other", "alice", "second"),
        ("dev.example", 5439, "dev", "bob", "p:w\\x"),
        ("::1", 1, "x", "y", "six"),
        ("any", 5440, "x", "y", "tail"),
        ("any", 5441, "x", "y", "back\\"),
        ("dev.example", 5438, "dev", "alice", None),
        ("dev.example", 5439, "dev", "carol", None),
    ],
)
def test_the_first_line_that_matches(
    host: str, port: int, database: str, user: str, password: str | None
) -> None:
    assert stored_password(PASSWORDS, host, port, database, user) == password
