"""What the design permits to be sent, by mode and channel; the policy and whole logins are
held against it. A code in ``WARNED`` is permitted with a warning."""

from __future__ import annotations

PASSWORD, MD5, SCRAM, DIGEST, TOKEN = 3, 5, 10, 13, 14
ALL = {PASSWORD, MD5, SCRAM, DIGEST, TOKEN}
EXPOSED = {PASSWORD, MD5, TOKEN}
NOTHING: set[int] = set()
PERMITTED: dict[str, dict[str, set[int]]] = {
    "disable": {"plain": ALL - {TOKEN}, "encrypted": ALL, "verified": ALL},
    "allow": {"plain": ALL - EXPOSED, "encrypted": ALL, "verified": ALL},
    "prefer": {"plain": ALL - EXPOSED, "encrypted": ALL, "verified": ALL},
    "require": {"plain": NOTHING, "encrypted": ALL, "verified": ALL},
    "verify-ca": {"plain": NOTHING, "encrypted": NOTHING, "verified": ALL},
    "verify-full": {"plain": NOTHING, "encrypted": NOTHING, "verified": ALL},
}
WARNED = {"plain": NOTHING, "encrypted": EXPOSED, "verified": NOTHING}
