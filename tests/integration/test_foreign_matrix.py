"""Every client that is not ours, by every road: login x TLS x protocol and format x pieces.

Under the strict server: at its end a client that broke the protocol fails its test. What
is not installed is left out; ``make foreign`` installs all of them.
"""

from __future__ import annotations

import os

import pytest

from rs_driver_fakeserver import faults
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.auth.port import AuthMethod
from rs_driver_fakeserver.certificates import CertificateAuthority
from rs_driver_fakeserver.faults import Fault
from rs_driver_fakeserver.server import FakeServer
from support.foreign import CLIENTS, EVERYTHING, FAILING, ForeignClient
from support.rows_of_everything import COLUMNS, NULLS, ROW, TEXTS

USERS = {"alice": "Secret1!"}
METHODS: dict[str, AuthMethod] = {
    "trust": Auth.trust(),
    "cleartext": Auth.cleartext(USERS),
    "md5": Auth.md5(USERS),
    "scram": Auth.scram(USERS),
    "digest": Auth.digest(USERS),
}
PIECES: dict[str, tuple[Fault, ...]] = {
    "whole": (),
    "bytewise": (faults.Split(every=1),),
    "sevens": (faults.Split(every=7),),
}
ROADS = [
    pytest.param(client, way, method, id=f"{client.name}-{way}-{method}".replace(" ", "-"))
    for client in CLIENTS
    for way in client.ways
    for method in METHODS
    if method not in client.without
]


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return CertificateAuthority.create()


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def tls(
    request: pytest.FixtureRequest, authority: CertificateAuthority
) -> CertificateAuthority | bool:
    return authority if request.param else False


@pytest.mark.filterwarnings("ignore:ssl:DeprecationWarning")  # redshift_connector's
@pytest.mark.parametrize("pieces", PIECES)
@pytest.mark.parametrize(("client", "way", "method"), ROADS)
def test_road(
    client: ForeignClient, way: str, method: str, pieces: str, tls: CertificateAuthority | bool
) -> None:
    if client.missing():
        pytest.skip(f"{client.name} is not installed")
    with FakeServer(
        auth=METHODS[method], tls=tls, requires_tls=bool(tls), faults=PIECES[pieces]
    ) as server:
        server.when(EVERYTHING).returns(COLUMNS, [ROW, NULLS]).once()
        server.when(FAILING).raises("22012", "division by zero")
        expected = [TEXTS, ("",) * len(ROW)] if client.name == "psql" else [ROW, NULLS]
        assert client.ask(server, way) == expected


def test_the_job_that_says_so_has_all_libraries() -> None:
    """psql is the system's: no package index has it."""
    if "RS_DRIVER_TEST_FOREIGN" not in os.environ:
        pytest.skip("only `make foreign` promises that")
    assert {client.name for client in CLIENTS if client.missing()} <= {"psql"}
