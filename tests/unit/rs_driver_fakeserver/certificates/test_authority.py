from __future__ import annotations

import hashlib
import socket
import ssl
import stat
import sys
import threading
from pathlib import Path

import pytest

from rs_driver_fakeserver.certificates.authority import (
    KINDS,
    LOCAL_NAMES,
    Certificate,
    CertificateAuthority,
    CertificateKind,
)
from rs_driver_fakeserver.certificates.details import details_of
from rs_driver_fakeserver.certificates.tls import Tls
from support.tls_pair import secured

# Python 3.13 made this the default; here it is asked for under every version.
STRICT = ssl.VerifyFlags.VERIFY_X509_STRICT | ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return CertificateAuthority.create()


def client_context(authority: CertificateAuthority) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=authority.ca_pem)
    context.verify_flags |= STRICT
    return context


def handshake(server: Certificate, client: ssl.SSLContext, hostname: str) -> bytes:
    """A real handshake over a socket pair; the certificate that the client saw."""
    left, right = socket.socketpair()

    def serve() -> None:
        try:
            with server.server_context().wrap_socket(right, server_side=True) as wrapped:
                wrapped.sendall(b"!")
        except (ssl.SSLError, ConnectionError):
            pass  # the client has refused; its own exception is the test's subject
        finally:
            right.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with left, client.wrap_socket(left, server_hostname=hostname) as wrapped:
            assert wrapped.recv(1) == b"!"
            seen = wrapped.getpeercert(binary_form=True)
            assert seen is not None
            return seen
    finally:
        thread.join()


@pytest.mark.parametrize("hostname", LOCAL_NAMES)
def test_good_certificate(authority: CertificateAuthority, hostname: str) -> None:
    certificate = authority.issue()
    assert handshake(certificate, client_context(authority), hostname) == certificate.cert_der


@pytest.mark.parametrize("hostname", ["db.example", "10.1.2.3", "fe80::1"])
def test_names_and_addresses(authority: CertificateAuthority, hostname: str) -> None:
    certificate = authority.issue("db.example", "10.1.2.3", "fe80::1")
    handshake(certificate, client_context(authority), hostname)


WRONG: dict[CertificateKind, str] = {
    "wrong_host": "mismatch",
    "expired": "expired",
    "not_yet_valid": "not yet valid",
    "self_signed": "self.signed",
    "untrusted": "unable to get local issuer",
    "wrong_usage": "purpose",
}


@pytest.mark.parametrize("hostname", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("kind", WRONG)
def test_each_kind_is_refused_for_its_own_reason(
    authority: CertificateAuthority, kind: CertificateKind, hostname: str
) -> None:
    certificate = authority.issue(kind=kind)
    assert certificate.root_pem == authority.ca_pem
    with pytest.raises(ssl.SSLCertVerificationError, match=WRONG[kind]):
        handshake(certificate, client_context(authority), hostname)


def test_no_kind_is_left_out() -> None:
    assert {"good", *WRONG} == set(KINDS)


def test_a_host_of_ones_own_choice(authority: CertificateAuthority) -> None:
    for certificate in (
        authority.issue("db.example"),
        authority.issue("db.example", kind="wrong_host"),
    ):
        with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
            handshake(certificate, client_context(authority), "localhost")


def test_a_self_signed_certificate_has_no_root() -> None:
    assert Certificate.self_signed().root_pem is None


@pytest.mark.parametrize("method", ["issue", "issue_client"])
def test_an_unknown_kind(authority: CertificateAuthority, method: str) -> None:
    with pytest.raises(ValueError, match="kind= takes one of"):
        getattr(authority, method)("name", kind="bad")


CLIENTS: list[tuple[CertificateKind, bool]] = [
    ("good", True),
    ("wrong_host", True),
    ("expired", False),
    ("not_yet_valid", False),
    ("self_signed", False),
    ("untrusted", False),
    ("wrong_usage", False),
]


@pytest.mark.parametrize(("kind", "accepted"), CLIENTS)
def test_certificates_of_clients(
    authority: CertificateAuthority, kind: CertificateKind, accepted: bool
) -> None:
    context = client_context(authority)
    authority.issue_client("alice", kind=kind).load_into(context)
    server = Tls(authority, client_ca=authority, require_client_certificate=True)
    if accepted:
        with secured(server.context, context) as secure:
            assert details_of(secure).client_name == "alice"
    else:
        with pytest.raises(ssl.SSLError), secured(server.context, context):
            pass


def test_the_hash_that_scram_binds_to(authority: CertificateAuthority) -> None:
    certificate = authority.issue()
    expected = hashlib.sha256(certificate.cert_der).digest()
    assert certificate.tls_server_end_point == expected


def test_self_signed_is_accepted_by_a_client_that_trusts_it() -> None:
    certificate = Certificate.self_signed("localhost")
    context = ssl.create_default_context(cadata=certificate.cert_pem)
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    handshake(certificate, context, "localhost")


def test_forged_signature(authority: CertificateAuthority) -> None:
    """A certificate in the authority's name that it did not sign."""
    forged = CertificateAuthority(authority.ca_der, CertificateAuthority.create().signer).issue()
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(forged, client_context(authority), "localhost")


def test_subject_and_validity_as_openssl_reads_them(
    authority: CertificateAuthority, tmp_path: Path
) -> None:
    authority.write_ca(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(tmp_path / "ca.pem")
    (root,) = context.get_ca_certs()
    assert root["subject"] == root["issuer"] == ((("commonName", "rs_driver test authority"),),)
    not_before, not_after = str(root["notBefore"]), str(root["notAfter"])
    days = (ssl.cert_time_to_seconds(not_after) - ssl.cert_time_to_seconds(not_before)) / 86400
    assert days == 31


def test_serial_numbers_differ(authority: CertificateAuthority) -> None:
    assert authority.issue().cert_der != authority.issue().cert_der


def test_written_files_serve(authority: CertificateAuthority, tmp_path: Path) -> None:
    certificate = authority.issue()
    certificate.write(tmp_path / "cert", tmp_path / "key")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / "cert", tmp_path / "key")
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_server_context_refuses_old_tls(authority: CertificateAuthority) -> None:
    assert authority.issue().server_context().minimum_version == ssl.TLSVersion.TLSv1_2


def test_repr_hides_the_keys(authority: CertificateAuthority) -> None:
    certificate = authority.issue()
    assert str(certificate.key.secret) not in repr(certificate)
    assert str(authority.signer.key.secret) not in repr(authority)
