from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from rs_driver_fakeserver.certificates.authority import Certificate, CertificateAuthority
from rs_driver_fakeserver.certificates.tls import Tls, TlsSource

AUTHORITY = CertificateAuthority.create()


@pytest.mark.parametrize("source", [True, AUTHORITY])
def test_a_root_is_handed_out_as_a_file(source: TlsSource) -> None:
    tls = Tls(source)
    path = tls.root_file()
    assert path is not None
    assert path == tls.root_file()
    assert ssl.create_default_context(cafile=path).get_ca_certs()
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


@pytest.mark.parametrize("source", ["yes", 1, False, None])
def test_what_makes_no_tls(source: Any) -> None:
    with pytest.raises(TypeError, match="tls= takes True, False, a CertificateAuthority"):
        Tls(source)
