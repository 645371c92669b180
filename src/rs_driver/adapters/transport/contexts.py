"""What TLS is to check and to show: options, and the SSLContext that they make."""

from __future__ import annotations

import os
import ssl
import stat
from dataclasses import dataclass, field
from pathlib import Path

from rs_driver.adapters.transport.sockets import reason
from rs_driver.errors import InterfaceError

VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
"""Those that are spoken, by the names that Python has for them."""
_OLD = frozenset((ssl.TLSVersion.SSLv3, ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1))


@dataclass(frozen=True)
class TlsOptions:
    """``mode``: an sslmode. ``ca_file``: a PEM file in place of the system's trust store.

    ``verify-full`` and ``verify-ca`` check the certificate's chain, the other modes only
    if there is a ``ca_file``; ``verify-full`` alone checks the host name as well.
    ``cert_file``, ``key_file``: the client's own certificate and its key, in one file if
    there is no other. ``context``: the user's own, in place of all of that.
    """

    mode: str = "verify-full"
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    key_password: str | None = field(default=None, repr=False)
    minimum_version: str = "TLSv1.2"
    context: ssl.SSLContext | None = None

    @property
    def verifies(self) -> bool:
        """Whether the certificate's chain is checked."""
        if self.context is not None:
            return self.context.verify_mode == ssl.CERT_REQUIRED
        return self.mode in ("verify-ca", "verify-full") or self.ca_file is not None


def make_context(options: TlsOptions) -> ssl.SSLContext:
    """A client context for an sslmode: TLS 1.2 at least, trust as ``TlsOptions`` says.

    InterfaceError where a file, or the user's own context, cannot be used.
    """
    if options.context is not None:
        check_context(options.context, options.mode)
        return options.context
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = VERSIONS[options.minimum_version]
    context.check_hostname = options.mode == "verify-full"
    context.verify_mode = ssl.CERT_REQUIRED if options.verifies else ssl.CERT_NONE
    if options.ca_file is not None and options.ca_file != "system":
        _trust_file(context, options.ca_file)
    elif options.verifies:
        _trust_system(context)
    if options.cert_file is not None:
        _show(context, options.cert_file, options.key_file, options.key_password)
    return context


def check_context(context: object, mode: str) -> None:
    """InterfaceError unless the user's own context keeps what the mode promises."""
    if not isinstance(context, ssl.SSLContext):
        raise InterfaceError(
            f"ssl_context: an ssl.SSLContext is needed, not {type(context).__name__}"
        )
    if context.protocol == ssl.PROTOCOL_TLS_SERVER:
        raise InterfaceError("ssl_context: this one is a server's")
    if context.minimum_version in _OLD:  # a minimum of OpenSSL's own is judged by what comes of it
        raise InterfaceError("ssl_context: its minimum_version must be TLSv1_2 or TLSv1_3")
    if mode.startswith("verify-") and context.verify_mode != ssl.CERT_REQUIRED:
        raise InterfaceError(f"ssl_context: sslmode={mode} needs verify_mode=CERT_REQUIRED")
    if mode == "verify-full" and not context.check_hostname:
        raise InterfaceError("ssl_context: sslmode=verify-full needs check_hostname=True")


def begun(
    context: ssl.SSLContext, name: str, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO
) -> ssl.SSLObject:
    """The client's end of TLS with the host of that name; ValueError where it has to be checked
    and there is none."""
    if context.check_hostname and not name:
        # An SSLObject, unlike an SSLSocket, would check no name without a word.
        raise ValueError("there is no name of a host to check the certificate by")
    return context.wrap_bio(incoming, outgoing, server_hostname=name or None)


def _trust_file(context: ssl.SSLContext, ca_file: str) -> None:
    try:
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ValueError) as error:
        raise InterfaceError(
            f"sslrootcert: {ca_file!r} holds no usable certificates: {reason(error)}"
        ) from error


def _trust_system(context: ssl.SSLContext) -> None:
    """The system's store; certifi's where the system has none and certifi is installed."""
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    paths = ssl.get_default_verify_paths()
    if paths.cafile or paths.capath or context.cert_store_stats()["x509_ca"]:
        return
    try:
        import certifi
    except ImportError:
        return
    context.load_verify_locations(cafile=certifi.where())


def _show(context: ssl.SSLContext, cert: str, key: str | None, password: str | None) -> None:
    asked: list[bool] = []

    def answer() -> str:  # a function, as without one OpenSSL would ask at the terminal
        asked.append(True)
        return password or ""

    _check_private(key or cert)
    try:
        context.load_cert_chain(cert, key, answer)
    except (OSError, ValueError) as error:
        why = reason(error)
        if asked:
            wrong = "sslpassword does not open" if password else "sslpassword is needed for"
            why = f"{wrong} its key"
        raise InterfaceError(
            f"sslcert: {cert!r} cannot be used with the key in {key or cert!r}: {why}"
        ) from error


def _check_private(path: str) -> None:
    """Refuse a key that others can get at, as libpq does."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError) as error:
        raise InterfaceError(f"sslkey: {path!r} cannot be read: {reason(error)}") from error
    if not stat.S_ISREG(status.st_mode):
        raise InterfaceError(f"sslkey: {path!r} is not a regular file")
    roots = status.st_uid == 0  # who may be in a group of its own with those who use the key
    forbidden = stat.S_IWGRP | stat.S_IXGRP if roots else stat.S_IRWXG
    if os.name == "posix" and status.st_mode & (forbidden | stat.S_IRWXO):
        raise InterfaceError(
            f"sslkey: {path!r} can be used by others than its owner; its permissions must be 0600 "
            "(or 0640 if root owns it)"
        )
