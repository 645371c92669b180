"""Certificates made at run time, good and bad ones, and TLS with them."""

from rs_driver_fakeserver.certificates.authority import (
    Certificate,
    CertificateAuthority,
    CertificateKind,
)
from rs_driver_fakeserver.certificates.tls import Tls

__all__ = ["Certificate", "CertificateAuthority", "CertificateKind", "Tls"]
