"""The server's side of TLS: what ``FakeServer(tls=...)`` takes, as one thing."""

from __future__ import annotations

import ssl
import tempfile
import threading
import warnings
from pathlib import Path

from rs_driver_fakeserver.certificates.authority import (
    KINDS,
    Certificate,
    CertificateAuthority,
    CertificateKind,
)

TlsSource = bool | CertificateKind | Certificate | CertificateAuthority | ssl.SSLContext


class ServerSocket(ssl.SSLSocket):
    """Remembers by which name the client asked for the server (SNI)."""

    server_name: str | None = None


class Tls:
    """How a server speaks TLS. The keys are made when they are first needed.

    ``source`` True, or a kind of certificate such as ``"expired"``: a new authority and a
    certificate of it. An authority: a good certificate of it. A certificate or a context
    is used as it is. ``client_ca``: whose certificates clients may show, or must with
    ``require_client_certificate``. The versions bound what is spoken; a ``maximum_version``
    below 1.2 makes a server that no client ought to talk to.
    """

    def __init__(
        self,
        source: TlsSource = True,
        *,
        client_ca: CertificateAuthority | None = None,
        require_client_certificate: bool = False,
        minimum_version: ssl.TLSVersion | None = None,
        maximum_version: ssl.TLSVersion | None = None,
    ) -> None:
        self._source = _checked(source)
        if require_client_certificate and client_ca is None:
            raise ValueError("require_client_certificate=True needs client_ca=")
        self._client_ca = client_ca
        self._required = require_client_certificate
        self._versions = _versions(minimum_version, maximum_version)
        adjusted = client_ca is not None or self._versions != (None, None)
        if adjusted and isinstance(source, ssl.SSLContext):
            raise ValueError("an ssl.SSLContext comes with settings of its own: make them there")
        self._lock = threading.Lock()
        self._certificate: Certificate | None = None
        self._context: ssl.SSLContext | None = None
        self._directory: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def of(cls, source: TlsSource | Tls) -> Tls:
        """``source`` if it is one already."""
        return source if isinstance(source, Tls) else cls(source)

    @property
    def context(self) -> ssl.SSLContext:
        """The context for the server's sockets."""
        if isinstance(self._source, ssl.SSLContext):
            return self._source
        with self._lock:
            if self._context is None:
                self._context = self._made(self._own())
            return self._context

    @property
    def tls_server_end_point(self) -> bytes | None:
        """What SCRAM binds to; None for a context, which keeps its certificate to itself."""
        if isinstance(self._source, ssl.SSLContext):
            return None
        with self._lock:
            return self._own().tls_server_end_point

    def root_file(self) -> str | None:
        """The root certificate in a file, as clients want it, until ``close``; or None."""
        if isinstance(self._source, ssl.SSLContext):
            return None
        with self._lock:
            root = self._own().root_pem
            if root is None:
                return None
            if self._directory is None:
                self._directory = tempfile.TemporaryDirectory(prefix="rs_driver-")
            path = Path(self._directory.name, "root.pem")
            path.write_text(root, encoding="ascii")
            return str(path)

    def close(self) -> None:
        """Remove the file."""
        with self._lock:
            if self._directory is not None:
                self._directory.cleanup()
                self._directory = None

    def _own(self) -> Certificate:
        """The certificate, made now if it was not; under the lock."""
        if self._certificate is None:
            self._certificate = _certificate(self._source)
        return self._certificate

    def _made(self, certificate: Certificate) -> ssl.SSLContext:
        context = certificate.server_context()
        _pin(context, *self._versions)
        context.sslsocket_class = ServerSocket
        context.sni_callback = _remember
        if self._client_ca is not None:
            context.load_verify_locations(cadata=self._client_ca.ca_pem)
            context.verify_mode = ssl.CERT_REQUIRED if self._required else ssl.CERT_OPTIONAL
        return context


def _remember(
    sock: ssl.SSLSocket | ssl.SSLObject, name: str | None, context: ssl.SSLContext
) -> None:
    """OpenSSL calls it when it has the client's first message."""
    del context
    if isinstance(sock, ServerSocket):
        sock.server_name = name


def _checked(source: TlsSource) -> TlsSource:
    given: object = source
    known = (Certificate, CertificateAuthority, ssl.SSLContext)
    if given is True or isinstance(given, known) or (isinstance(given, str) and given in KINDS):
        return source
    raise TypeError(
        "tls= takes True, False, a CertificateAuthority, a Certificate or an ssl.SSLContext, "
        f"a Tls, or one of {', '.join(KINDS)}, not "
        + (repr(given) if isinstance(given, str) else type(given).__name__)
    )


def _certificate(source: TlsSource) -> Certificate:
    if isinstance(source, Certificate):
        return source
    if isinstance(source, CertificateAuthority):
        return source.issue()
    kind: CertificateKind = source if isinstance(source, str) else "good"
    return CertificateAuthority.create().issue(kind=kind)


def _versions(
    minimum: ssl.TLSVersion | None, maximum: ssl.TLSVersion | None
) -> tuple[ssl.TLSVersion | None, ssl.TLSVersion | None]:
    for version in (minimum, maximum):
        if version is not None and not isinstance(version, ssl.TLSVersion):
            raise TypeError(f"versions are given as ssl.TLSVersion.TLSv1_3, not {version!r}")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise ValueError(f"{minimum.name} as the minimum is above {maximum.name} as the maximum")
    return minimum, maximum


def _pin(
    context: ssl.SSLContext, minimum: ssl.TLSVersion | None, maximum: ssl.TLSVersion | None
) -> None:
    if maximum is not None and minimum is None:
        minimum = min(maximum, ssl.TLSVersion.TLSv1_2)
    with warnings.catch_warnings():
        # It is the point of an old version that it is deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        if minimum is not None:
            context.minimum_version = minimum
        if maximum is not None:
            context.maximum_version = maximum
    if minimum is not None and minimum < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # without which OpenSSL 3 offers none
