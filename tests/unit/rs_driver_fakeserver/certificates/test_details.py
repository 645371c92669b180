from __future__ import annotations

import ssl

from rs_driver_fakeserver.certificates.authority import CertificateAuthority
from rs_driver_fakeserver.certificates.details import TlsDetails, details_of
from rs_driver_fakeserver.certificates.tls import Tls
from support.tls_pair import secured, trusting

AUTHORITY = CertificateAuthority.create()


def test_version_cipher_and_the_name_that_the_client_asked_for() -> None:
    tls = Tls(AUTHORITY)
    with secured(tls.context, trusting(AUTHORITY.ca_pem), "localhost") as secure:
        found = details_of(secure)
    assert (found.version, found.server_name) == ("TLSv1.3", "localhost")
    assert found.cipher.startswith("TLS_")
    assert found.client_name is None


def test_a_client_that_names_nobody() -> None:
    tls = Tls(AUTHORITY)
    with secured(tls.context, trusting(None), None) as secure:
        assert details_of(secure).server_name is None


def test_the_client_s_own_name() -> None:
    context = trusting(AUTHORITY.ca_pem)
    AUTHORITY.issue_client("alice").load_into(context)
    tls = Tls(AUTHORITY, client_ca=AUTHORITY)
    with secured(tls.context, context) as secure:
        assert details_of(secure).client_name == "alice"


def test_a_context_that_was_made_elsewhere() -> None:
    context = AUTHORITY.issue().server_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with secured(context, trusting(AUTHORITY.ca_pem)) as secure:
        found = details_of(secure)
    assert found == TlsDetails("TLSv1.2", found.cipher)
