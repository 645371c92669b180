"""How an attempt to connect ended, in words that are the same on every machine."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import rs_driver

REFUSED = "refused"

_CERTIFICATES: Mapping[int, str] = MappingProxyType(
    {
        9: "it is not yet valid",
        10: "it has expired",
        18: "it is signed by itself",
        19: "its authority is not known",
        20: "its authority is not known",
        26: "it is not for servers",
        62: "it is for another host",
        64: "it is for another host",
    }
)
"""OpenSSL's codes; its words differ from version to version."""
_PLACE = re.compile(r"127\.0\.0\.1(:\d+)?")
_TOO_EXACT = re.compile(r" \(sslmode=[\w-]+\)|: \[SSL.*| \(while logging in.*\)", re.DOTALL)


@dataclass(frozen=True)
class Ending:
    """``how``: over what the login went through, or ``REFUSED``; ``why``: the error."""

    how: str
    why: str = ""


def why(error: rs_driver.Error) -> str:
    """The error's text, without the port, the version of OpenSSL and the mode."""
    cause = error.__cause__
    text = _TOO_EXACT.sub("", _PLACE.sub("HOST", error.message))
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"{text.partition(' was refused')[0]} was refused: {_CERTIFICATES[cause.verify_code]}"
        )
    if text.startswith("the TLS handshake"):
        return text.partition(" failed")[0] + " failed"
    return text


def ending(connect: Callable[[], Any], how: Callable[[], str]) -> Ending:
    """How ``connect`` ended; ``how`` says over what, after it."""
    try:
        connect()
    except (rs_driver.OperationalError, rs_driver.NotSupportedError) as error:
        return Ending(REFUSED, why(error))
    return Ending(how())
