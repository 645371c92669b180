from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from rs_driver_fakeserver.certificates.authority import (
    KINDS,
    Certificate,
    CertificateAuthority,
    CertificateKind,
)
from rs_driver_fakeserver.certificates.tls import Tls, TlsSource
from support.tls_pair import secured, trusting

AUTHORITY = CertificateAuthority.create()
V1_1, V1_2, V1_3 = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize("source", [True, AUTHORITY, AUTHORITY.issue("db.example"), *KINDS])
def test_a_root_is_handed_out_as_a_file(source: TlsSource) -> None:
    tls = Tls(source)
    path = tls.root_file()
    assert path is not None
    assert path == tls.root_file()
    (root,) = ssl.create_default_context(cafile=path).get_ca_certs()
    assert root["subject"] == ((("commonName", "rs_driver test authority"),),)
    tls.close()
    tls.close()
    assert not Path(path).exists()


@pytest.mark.parametrize(
    "source", [Certificate.self_signed(), AUTHORITY.issue("other.example").server_context()]
)
def test_without_an_authority_there_is_no_root(source: TlsSource) -> None:
    tls = Tls(source)
    assert tls.root_file() is None
    assert isinstance(tls.context, ssl.SSLContext)
    tls.close()


def test_a_context_is_used_as_it_is() -> None:
    context = AUTHORITY.issue().server_context()
    assert Tls(context).context is context
    assert Tls(context).tls_server_end_point is None


def test_the_keys_are_made_once() -> None:
    tls = Tls()
    assert tls.tls_server_end_point == tls.tls_server_end_point
    assert tls.context is tls.context
    path = tls.root_file()
    assert path is not None
    context = ssl.create_default_context(cafile=path)
    with secured(tls.context, context) as secure:
        assert secure.version() == "TLSv1.3"
    tls.close()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "good"])
def test_kinds_by_name(kind: CertificateKind) -> None:
    tls = Tls(kind)
    context = ssl.create_default_context(cafile=tls.root_file())
    tls.close()
    with pytest.raises(OSError), secured(tls.context, context) as secure:
        secure.recv(1)


def test_of() -> None:
    tls = Tls()
    assert Tls.of(tls) is tls
    assert isinstance(Tls.of(True), Tls)


class TestVersions:
    @pytest.mark.parametrize(
        ("minimum", "maximum", "spoken"),
        [(None, V1_2, "TLSv1.2"), (V1_3, None, "TLSv1.3"), (V1_2, V1_2, "TLSv1.2")],
    )
    def test_pins(
        self, minimum: ssl.TLSVersion | None, maximum: ssl.TLSVersion | None, spoken: str
    ) -> None:
        tls = Tls(AUTHORITY, minimum_version=minimum, maximum_version=maximum)
        with secured(tls.context, trusting(AUTHORITY.ca_pem)) as secure:
            assert secure.version() == spoken

    def test_a_version_that_no_client_ought_to_speak(self) -> None:
        tls = Tls(AUTHORITY, maximum_version=V1_1)
        with pytest.raises(ssl.SSLError), secured(tls.context, trusting(AUTHORITY.ca_pem)):
            pass

    def test_a_client_that_speaks_it_all_the_same(self) -> None:
        client = trusting(None)
        with pytest.warns(DeprecationWarning, match="deprecated"):
            client.minimum_version = V1_1
        client.set_ciphers("DEFAULT:@SECLEVEL=0")
        tls = Tls(AUTHORITY, maximum_version=V1_1)
        with secured(tls.context, client) as secure:
            assert secure.version() == "TLSv1.1"


class TestClientCertificates:
    def test_one_may_be_shown(self) -> None:
        tls = Tls(AUTHORITY, client_ca=AUTHORITY)
        with secured(tls.context, trusting(AUTHORITY.ca_pem)) as secure:
            assert not secure.getpeercert()

    def test_one_must_be_shown(self) -> None:
        tls = Tls(AUTHORITY, client_ca=AUTHORITY, require_client_certificate=True)
        with pytest.raises(ssl.SSLError), secured(tls.context, trusting(AUTHORITY.ca_pem)):
            pass

    def test_that_of_another_authority(self) -> None:
        tls = Tls(AUTHORITY, client_ca=CertificateAuthority.create())
        context = trusting(AUTHORITY.ca_pem)
        AUTHORITY.issue_client("alice").load_into(context)
        with pytest.raises(ssl.SSLError), secured(tls.context, context):
            pass


@pytest.mark.parametrize("source", ["yes", 1, False, None])
def test_what_makes_no_tls(source: Any) -> None:
    with pytest.raises(TypeError, match="tls= takes True, False, a CertificateAuthority"):
        Tls(source)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"require_client_certificate": True}, ValueError, "needs client_ca="),
        ({"minimum_version": "1.3"}, TypeError, "ssl.TLSVersion"),
        ({"minimum_version": V1_3, "maximum_version": V1_2}, ValueError, "above TLSv1_2"),
        (
            {"source": AUTHORITY.issue().server_context(), "client_ca": AUTHORITY},
            ValueError,
            "settings of its own",
        ),
        (
            {"source": AUTHORITY.issue().server_context(), "minimum_version": V1_3},
            ValueError,
            "settings of its own",
        ),
    ],
)
def test_options_that_are_wrong(options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Tls(**options)
