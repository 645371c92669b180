"""What ``FakeServer(tls=...)`` takes, as one thing."""

from __future__ import annotations

import ssl
import tempfile
import threading
from pathlib import Path

from rs_driver_fakeserver.certificates.authority import Certificate, CertificateAuthority

TlsSource = bool | Certificate | CertificateAuthority | ssl.SSLContext


class Tls:
    """The server's context, and the root that its clients may trust, where it is known.

    ``source`` True: a new authority and a good certificate. An authority: a good
    certificate of it. A certificate or a context is used as it is.
    """

    def __init__(self, source: TlsSource) -> None:
        self.context, self._root = _context_and_root(source)
        self._lock = threading.Lock()
        self._directory: tempfile.TemporaryDirectory[str] | None = None

    def root_file(self) -> str | None:
        """The root certificate in a file, as clients want it, until ``close``."""
        if self._root is None:
            return None
        with self._lock:
            if self._directory is None:
                self._directory = tempfile.TemporaryDirectory(prefix="rs_driver-")
            path = Path(self._directory.name, "root.pem")
            path.write_text(self._root, encoding="ascii")
            return str(path)

    def close(self) -> None:
        """Remove the file."""
        with self._lock:
            if self._directory is not None:
                self._directory.cleanup()
                self._directory = None


def _context_and_root(source: TlsSource) -> tuple[ssl.SSLContext, str | None]:
    if isinstance(source, ssl.SSLContext):
        return source, None
    if isinstance(source, Certificate):
        return source.server_context(), None
    if source is True:
        source = CertificateAuthority.create()
    if not isinstance(source, CertificateAuthority):
        raise TypeError(
            "tls= takes True, False, a CertificateAuthority, a Certificate or an ssl.SSLContext, "
            f"not {type(source).__name__}"
        )
    return source.issue().server_context(), source.ca_pem
