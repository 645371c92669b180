"""What is wrong with a strategy's arguments, said in the test's own line."""

from __future__ import annotations

from typing import get_args

from rs_driver_fakeserver.dialect import ServerKind


def is_redshift(server: ServerKind) -> bool:
    """Whether it is Redshift rather than PostgreSQL. ValueError for what is neither."""
    if server not in get_args(ServerKind):
        raise ValueError(f"server= takes one of {get_args(ServerKind)}, not {server!r}")
    return server == "redshift"


def sizes(what: str, least: int, most: int, *, floor: int = 0) -> None:
    """``least`` and ``most`` are how many ``what`` there may be. TypeError, ValueError."""
    for number in (least, most):
        if isinstance(number, bool) or not isinstance(number, int):
            raise TypeError(f"the number of {what} is an int, not {type(number).__name__}")
    if not floor <= least <= most:
        raise ValueError(f"from {least} to {most} {what}: at least {floor}, and in order")
