"""The public Pool: the synchronous one, opened by options of ``connect``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rs_driver import _wiring
from rs_driver.dbapi import Connection
from rs_driver.domain.pool import PoolLimits, PoolStats
from rs_driver.shells import pool

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from rs_driver.config.keywords import AllOptions

__all__ = ["Pool", "PoolStats"]


class Pool(pool.Pool[Connection]):
    """Connections that are opened when they are needed, lent, and kept for the next who asks.

    ``min_size`` of them are opened by ``open()`` or ``with``, and kept however long they are
    idle; there are at most ``max_size``. One that is not lent is closed after ``max_lifetime``
    seconds, when the credentials that it signed in with have ended, or after ``max_idle``
    seconds without use. One that was idle for ``check_after`` seconds is asked whether it is
    alive before it is lent; in any case it is known here whether the server has hung up.
    Who finds none waits up to ``acquire_timeout`` seconds, unless ``max_waiting`` others do.
    None stands for no limit, and for never checking. ``options`` are those of ``connect``.
    """

    def __init__(
        self,
        *,
        min_size: int = 0,
        max_size: int = 10,
        max_lifetime: float | None = 3600.0,
        max_idle: float | None = 600.0,
        check_after: float | None = 30.0,
        acquire_timeout: float | None = 30.0,
        max_waiting: int | None = None,
        **options: Unpack[AllOptions],
    ) -> None:
        config = _wiring.configure(options)
        limits = PoolLimits(
            *(min_size, max_size, max_lifetime, max_idle),
            *(check_after, acquire_timeout, max_waiting),
        )
        super().__init__(partial(Connection.of, config), limits)
