"""A whole connection in one text: a URL, or ``name=value`` pairs as libpq writes them.

The result is raw: names as they are written, values decoded but not judged. Errors
quote nothing of the text, as any part of it may turn out to be a password.
"""

from __future__ import annotations

import re
from string import hexdigits

from rs_driver.errors import InterfaceError

SCHEMES = ("redshift", "postgresql", "postgres")

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*(?::[A-Za-z][A-Za-z0-9+.\-]*)?)://")
_NAME = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'(?=\s|\Z)", re.DOTALL)
_BARE = re.compile(r"((?:[^\s\\]|\\.)*)(?=\s|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ENCODE = "percent-encode the special characters in its user and password"


def parse_dsn(dsn: str) -> list[tuple[str, str]]:
    """Names and values in order; InterfaceError for what is neither form."""
    scheme = _SCHEME.match(dsn)
    if scheme is None:
        return _parse_pairs(dsn)
    if scheme[1].lower() not in SCHEMES:
        raise InterfaceError("dsn: its scheme must be redshift or postgresql")
    return _parse_url(dsn[scheme.end() :])


def _parse_pairs(dsn: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    at = 0
    while dsn[at:].strip():
        name = _NAME.match(dsn, at)
        if name is None:
            raise InterfaceError(f"dsn: its item {len(pairs) + 1} does not read name=value")
        quoted = dsn.startswith("'", name.end())
        value = (_QUOTED if quoted else _BARE).match(dsn, name.end())
        if value is None:
            raise InterfaceError(f"dsn: the value of its item {len(pairs) + 1} is badly quoted")
        pairs.append((name[1], _ESCAPE.sub(r"\1", value[1])))
        at = value.end()
    return pairs


def _parse_url(rest: str) -> list[tuple[str, str]]:
    """``[user[:password]@][host[:port][,...]][/database][?name=value&...]``."""
    rest, _, query = rest.partition("?")
    authority, _, database = rest.partition("/")
    login, at, place = authority.rpartition("@")
    if "@" in database or ("@" in query and not at):
        raise InterfaceError(f"dsn: it has an @ where none can be; {_ENCODE}")
    user, _, password = login.partition(":")
    hosts, ports = zip(*map(_host_and_port, place.split(",")), strict=True)
    pairs = [
        ("user", user),
        ("password", password),
        ("host", ",".join(hosts)),
        ("port", ",".join(ports) if any(ports) else ""),
        ("database", database),
    ]
    decoded = [(name, _decode(value)) for name, value in pairs if value]
    return decoded + [_parameter(item) for item in query.split("&") if item]


def _host_and_port(place: str) -> tuple[str, str]:
    if place.startswith("["):
        host, bracket, tail = place[1:].partition("]")
        if not bracket or (tail and not tail.startswith(":")):
            raise InterfaceError("dsn: its IPv6 address must read [address] or [address]:port")
        return host, tail[1:]
    host, _, port = place.partition(":")
    if ":" in port:
        raise InterfaceError(f"dsn: put an IPv6 address in square brackets, or {_ENCODE}")
    return host, port


def _parameter(item: str) -> tuple[str, str]:
    name, equals, value = item.partition("=")
    if not equals or not name:
        raise InterfaceError("dsn: what follows its ? must read name=value&name=value")
    return _decode(name), _decode(value)


def _decode(text: str) -> str:
    """Undo percent-encoding. A plus sign is a plus sign."""
    first, *others = text.split("%")
    data = first.encode("utf-8", "surrogatepass")
    for part in others:
        code = part[:2]
        if len(code) < 2 or not set(code) <= set(hexdigits):
            raise InterfaceError("dsn: a % in it is not followed by two hexadecimal digits")
        data += bytes.fromhex(code) + part[2:].encode("utf-8", "surrogatepass")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Not chained: the original error quotes the text.
        raise InterfaceError("dsn: its percent-encoded bytes are not UTF-8") from None
