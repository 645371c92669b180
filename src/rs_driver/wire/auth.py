"""Logging in: the server's R messages, told apart by a code, and the client's p messages.

The client's answers all have the tag ``p``; which of them one is follows from the
request that it answers. Redshift's digest and token answers are in ``redshift``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from rs_driver.wire.base import Backend, Body, Frontend, secret
from rs_driver.wire.buffer import Reader
from rs_driver.wire.encoding import cstring, exactly, int32, sized, text, value

if TYPE_CHECKING:
    from typing_extensions import Self


class AuthenticationRequest(Backend):
    """The base of all R messages: an int32 ``code`` and what that code brings with it."""

    __slots__ = ()
    tag = b"R"
    code: int

    def _pack(self) -> bytes:
        return int32(self.code, "the authentication code") + self._pack_rest()

    @classmethod
    def _unpack(cls, reader: Reader) -> Self:
        if (code := reader.int32()) != cls.code:
            raise reader.error(f"code {code} instead of {cls.code}")
        return cls._unpack_rest(reader)

    def _pack_rest(self) -> bytes:
        """What follows the code."""
        return b""

    @classmethod
    def _unpack_rest(cls, reader: Reader) -> Self:  # noqa: ARG003  (nothing to take by default)
        """Take what follows the code from ``reader``."""
        return cls()


@dataclass(frozen=True, slots=True)
class AuthenticationOk(AuthenticationRequest):
    """The login is done."""

    code = 0


@dataclass(frozen=True, slots=True)
class AuthenticationCleartextPassword(AuthenticationRequest):
    """Send the password as it is."""

    code = 3


@dataclass(frozen=True, slots=True)
class AuthenticationMD5Password(AuthenticationRequest):
    """Send the password hashed with the user's name and ``salt`` (4 bytes)."""

    salt: bytes
    code = 5

    def _pack_rest(self) -> bytes:
        return exactly(4, self.salt, "the salt")

    @classmethod
    def _unpack_rest(cls, reader: Reader) -> AuthenticationMD5Password:
        return cls(reader.take(4))


@dataclass(frozen=True, slots=True)
class AuthenticationSASL(AuthenticationRequest):
    """Choose one of these SASL ``mechanisms``, the server's favourite first."""

    mechanisms: tuple[str, ...]
    code = 10

    def _pack_rest(self) -> bytes:
        names = [text(name, "a SASL mechanism", empty=False) for name in self.mechanisms]
        return b"".join(names) + b"\0"

    @classmethod
    def _unpack_rest(cls, reader: Reader) -> AuthenticationSASL:
        mechanisms = []
        while name := reader.text():
            mechanisms.append(name)
        return cls(tuple(mechanisms))


@dataclass(frozen=True, slots=True)
class AuthenticationSASLContinue(AuthenticationRequest):
    """The mechanism's next challenge."""

    data: bytes = secret()
    code = 11

    def _pack_rest(self) -> bytes:
        return self.data

    @classmethod
    def _unpack_rest(cls, reader: Reader) -> AuthenticationSASLContinue:
        return cls(reader.rest())


@dataclass(frozen=True, slots=True)
class AuthenticationSASLFinal(AuthenticationRequest):
    """The mechanism's last word: for SCRAM the proof that the server knows the password."""

    data: bytes = secret()
    code = 12

    def _pack_rest(self) -> bytes:
        return self.data

    @classmethod
    def _unpack_rest(cls, reader: Reader) -> AuthenticationSASLFinal:
        return cls(reader.rest())


@dataclass(frozen=True, slots=True)
class AuthenticationDigest(AuthenticationRequest):
    """Redshift: send a digest of the password. ``algorithm`` 0 is SHA-256."""

    algorithm: int
    salt: bytes
    server_nonce: bytes
    code = 13

    def _pack_rest(self) -> bytes:
        algorithm = int32(self.algorithm, "the digest algorithm")
        return algorithm + sized(self.salt, "the salt") + sized(self.server_nonce, "the nonce")

    @classmethod
    def _unpack_rest(cls, reader: Reader) -> AuthenticationDigest:
        return cls(reader.int32(), reader.sized(), reader.sized())


@dataclass(frozen=True, slots=True)
class AuthenticationIdpToken(AuthenticationRequest):
    """Redshift: send a token of the identity provider."""

    code = 14


@dataclass(frozen=True, slots=True)
class AuthenticationOther(AuthenticationRequest):
    """A method that has no class here: Kerberos, crypt, GSS, SSPI, or an unknown one."""

    code: int
    data: bytes

    def _pack_rest(self) -> bytes:
        return self.data

    @classmethod
    def _unpack(cls, reader: Reader) -> AuthenticationOther:
        return cls(reader.int32(), reader.rest())


_BY_CODE: Mapping[int, type[AuthenticationRequest]] = MappingProxyType(
    {
        request.code: request
        for request in (
            AuthenticationOk,
            AuthenticationCleartextPassword,
            AuthenticationMD5Password,
            AuthenticationSASL,
            AuthenticationSASLContinue,
            AuthenticationSASLFinal,
            AuthenticationDigest,
            AuthenticationIdpToken,
        )
    }
)


def decode_authentication(body: Body) -> AuthenticationRequest:
    """The R message with this body, chosen by its code."""
    code = Reader(body, "authentication").int32()
    return _BY_CODE.get(code, AuthenticationOther).decode(body)


@dataclass(frozen=True, slots=True)
class PasswordMessage(Frontend):
    """A password, as it is or hashed, in the bytes that the server compares."""

    password: bytes = secret()
    tag = b"p"

    def _pack(self) -> bytes:
        return cstring(self.password, "the password")

    @classmethod
    def _unpack(cls, reader: Reader) -> PasswordMessage:
        return cls(reader.cstring())


@dataclass(frozen=True, slots=True)
class SASLInitialResponse(Frontend):
    """The chosen mechanism and its first answer; None where it has none yet."""

    mechanism: str
    data: bytes | None = secret()
    tag = b"p"

    def _pack(self) -> bytes:
        return text(self.mechanism, "the SASL mechanism") + value(self.data, "the SASL data")

    @classmethod
    def _unpack(cls, reader: Reader) -> SASLInitialResponse:
        return cls(reader.text(), reader.value())


@dataclass(frozen=True, slots=True)
class SASLResponse(Frontend):
    """The mechanism's next answer."""

    data: bytes = secret()
    tag = b"p"

    def _pack(self) -> bytes:
        return self.data

    @classmethod
    def _unpack(cls, reader: Reader) -> SASLResponse:
        return cls(reader.rest())
