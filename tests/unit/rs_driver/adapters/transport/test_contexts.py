from __future__ import annotations

import os
import ssl
import stat
from pathlib import Path
from typing import Any

import pytest

from rs_driver.adapters.transport.contexts import TlsOptions, check_context, make_context
from rs_driver.errors import InterfaceError
from rs_driver_fakeserver.certificates.authority import Certificate, CertificateAuthority
from support import locked_key
from support.tls_pair import secured


class Files:
    """A client's certificate, its key, and the certificate of their authority."""

    def __init__(self, directory: Path) -> None:
        self.authority = CertificateAuthority.create()
        self.ca, self.cert, self.key = (str(directory / name) for name in ("ca", "cert", "key"))
        self.authority.write_ca(self.ca)
        self.certificate: Certificate = self.authority.issue_client("alice")
        self.certificate.write(self.cert, self.key)

    def options(self, **more: Any) -> TlsOptions:
        given: dict[str, Any] = {
            "ca_file": self.ca,
            "cert_file": self.cert,
            "key_file": self.key,
            **more,
        }
        return TlsOptions("verify-full", **given)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def subject(files: Files, client: ssl.SSLContext) -> object:
    """Whom the server sees."""
    context = files.authority.issue().server_context()
    context.load_verify_locations(files.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    with secured(context, client) as server:
        shown = server.getpeercert() or {}
        return shown["subject"]


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_tls_1_2_at_least(mode: str) -> None:
    assert make_context(TlsOptions(mode)).minimum_version == ssl.TLSVersion.TLSv1_2
    newer = TlsOptions(mode, minimum_version="TLSv1.3")
    assert make_context(newer).minimum_version == ssl.TLSVersion.TLSv1_3


def test_a_root_certificate_that_is_no_use(tmp_path: Path) -> None:
    with pytest.raises(InterfaceError, match=r"sslrootcert: '.*none' holds no usable"):
        make_context(TlsOptions(ca_file=str(tmp_path / "none")))
    (tmp_path / "junk").write_text("junk")
    with pytest.raises(InterfaceError, match=r"sslrootcert: '.*junk' holds no usable"):
        make_context(TlsOptions(ca_file=str(tmp_path / "junk")))


# -- the client's certificate -------------------------------------------------------------

ALICE = ((("commonName", "alice"),),)


def test_a_client_shows_its_certificate(files: Files) -> None:
    assert subject(files, make_context(files.options())) == ALICE


def test_both_in_one_file(files: Files, tmp_path: Path) -> None:
    both = tmp_path / "both"
    both.touch(0o600)
    both.write_text(files.certificate.cert_pem + files.certificate.key_pem)
    options = TlsOptions("verify-full", files.ca, str(both))
    assert subject(files, make_context(options)) == ALICE


@pytest.mark.skipif(os.name != "posix", reason="other systems have other permissions")
def test_a_key_that_others_can_get_at(files: Files) -> None:
    roots = Path(files.key).stat().st_uid == 0
    good_ones = {0o600, 0o400} | ({0o640} if roots else set())
    for mode in (0o600, 0o400, 0o640, 0o660, 0o604):
        Path(files.key).chmod(mode)
        if mode in good_ones:
            make_context(files.options())
        else:
            with pytest.raises(InterfaceError, match="used by others than its owner"):
                make_context(files.options())
    assert stat.S_IMODE(Path(files.key).stat().st_mode) == 0o604


def test_what_is_no_certificate_and_no_key(files: Files, tmp_path: Path) -> None:
    junk = tmp_path / "junk"
    junk.touch(0o600)
    stranger = CertificateAuthority.create().issue_client("bob")
    other = str(tmp_path / "other")
    stranger.write(tmp_path / "bob", other)
    for options, problem in (
        (files.options(cert_file=str(junk)), r"sslcert: '.*junk' cannot be used with the key in"),
        (files.options(key_file=str(junk)), r"cannot be used with the key in '.*junk'"),
        (files.options(key_file=other), r"cannot be used with the key in '.*other': .*mismatch"),
        (files.options(key_file=str(tmp_path / "none")), r"sslkey: '.*none' cannot be read: No"),
        (files.options(key_file=str(tmp_path)), "is not a regular file"),
        (files.options(cert_file=str(tmp_path / "none")), r"'.*none' cannot be used .*No such"),
    ):
        with pytest.raises(InterfaceError, match=problem):
            make_context(options)


def test_a_key_under_a_password(files: Files) -> None:
    Path(files.key).write_text(locked_key.KEY)
    Path(files.cert).write_text(locked_key.CERTIFICATE)
    with pytest.raises(InterfaceError, match="sslpassword is needed for its key") as caught:
        make_context(files.options())
    with pytest.raises(InterfaceError, match="sslpassword does not open its key") as caught:
        make_context(files.options(key_password="S3cret"))
    assert "S3cret" not in repr(caught.value) + repr(files.options(key_password="S3cret"))
    make_context(files.options(key_password=locked_key.PASSWORD))


# -- a context of the user's own ----------------------------------------------------------


def test_a_context_of_ones_own_is_taken_as_it_is() -> None:
    context = ssl.create_default_context()
    before = (context.verify_mode, context.check_hostname, context.options)
    options = TlsOptions("verify-full", context=context)
    assert make_context(options) is context
    assert (context.verify_mode, context.check_hostname, context.options) == before
    assert options.verifies


def unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.VerifyMode(0)
    return context


def test_a_context_that_does_not_keep_what_the_mode_promises() -> None:
    nameless = ssl.create_default_context()
    nameless.check_hostname = False
    for context, mode, problem in (
        (unchecked(), "verify-full", "needs verify_mode=CERT_REQUIRED"),
        (unchecked(), "verify-ca", "needs verify_mode=CERT_REQUIRED"),
        (nameless, "verify-full", "needs check_hostname=True"),
        (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), "require", "a server's"),
        ("default", "require", "an ssl.SSLContext is needed, not str"),
    ):
        with pytest.raises(InterfaceError, match=f"ssl_context: .*{problem}"):
            check_context(context, mode)
    with pytest.raises(InterfaceError, match="check_hostname=True"):
        make_context(TlsOptions("verify-full", context=nameless))
    check_context(nameless, "verify-ca")
    check_context(unchecked(), "require")
    assert not TlsOptions("require", context=unchecked()).verifies


def test_a_context_that_speaks_old_versions() -> None:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED  # which is Debian's default
    check_context(context, "verify-full")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(InterfaceError, match="minimum_version"):
        check_context(context, "require")
