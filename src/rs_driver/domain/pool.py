"""Which connections a pool has, who has them and who waits for one. It opens and closes none.

Connections are lent newest first, so that those that are too many grow old, and to who waits
longest. Whoever is told to open one (a ``Slot`` without a connection) holds a place of
``max_size`` until that is settled. No thread works in the background: what is due is done by
who borrows or gives back.

What is lent or in hand is known by weak references: a borrower who forgets to give back, or who is
struck by an interrupt before he can, loses the connection and not the place.

Nothing here waits or locks. The shells call it under a lock of theirs, or in one event loop.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from rs_driver.errors import InterfaceError, OperationalError
from rs_driver.ports.clock import Clock

FOREVER = float("inf")


@dataclass(frozen=True)
class PoolLimits:
    """``min_size``: how many idle ones are kept however long. ``max_size``: how many there are
    at most. ``max_lifetime``, ``max_idle``: seconds after which one is closed that is not lent.
    ``check_after``: seconds of idleness after which one is asked whether it is alive, before
    it is lent. ``acquire_timeout``: seconds to wait for one. None: never, for any time.
    ``max_waiting``: how many may wait; None: any number."""

    min_size: int = 0
    max_size: int = 10
    max_lifetime: float | None = 3600.0
    max_idle: float | None = 600.0
    check_after: float | None = 30.0
    acquire_timeout: float | None = 30.0
    max_waiting: int | None = None

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            whole = name in ("min_size", "max_size", "max_waiting")
            if value is None and name not in ("min_size", "max_size"):
                continue
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                raise InterfaceError(f"{name}: expects a number, not {type(value).__name__}")
            if not value >= 0:
                raise InterfaceError(f"{name}: must be 0 or more")
        if not self.min_size <= self.max_size or not self.max_size:
            raise InterfaceError("a pool needs min_size <= max_size, and a max_size above 0")


@dataclass(frozen=True)
class PoolStats:
    """A pool's state now (``size``: ``idle``, ``lent`` and being opened; ``waiting``), and what
    it has done since it was made: how often one was ``acquired``, how many of these ``waited``,
    ``wait_seconds`` of all of them together, ``timeouts`` and refusals; connections ``opened``,
    ``failed`` to open, ``closed``, of which ``lost`` were found dead or not fit to be lent
    again."""

    size: int
    idle: int
    lent: int
    waiting: int
    acquired: int = 0
    waited: int = 0
    wait_seconds: float = 0.0
    timeouts: int = 0
    opened: int = 0
    failed: int = 0
    closed: int = 0
    lost: int = 0

    def summary(self, most: int) -> str:
        """Its state now, in words."""
        return f"{self.lent} lent, {self.idle} idle of at most {most}, {self.waiting} waiting"


class PoolClock(Clock, Protocol):
    """A clock that also knows what time it is."""

    def time(self) -> float:
        """Seconds since the Unix epoch."""


class Perishable(Protocol):
    """What a pool has to know of a connection."""

    @property
    def expires_at(self) -> float | None:
        """When its credentials end, seconds since the Unix epoch."""


C = TypeVar("C", bound=Perishable)


class Slot(Generic[C]):
    """A place in the pool. ``connection``: None until it is opened, and while it is lent.
    ``idle_since``: when it was given back the last time. Instants are of the monotonic clock."""

    def __init__(self) -> None:
        self.connection: C | None = None
        self.ends_at = FOREVER
        self.idle_since = 0.0


class Waiter(Generic[C]):
    """Somebody who waits for a slot. ``wake`` is called once ``slot`` is there, or ``error``."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.since = 0.0
        self.slot: Slot[C] | None = None
        self.error: OperationalError | None = None
        self._wake = wake

    def give(self, slot: Slot[C]) -> None:
        self.slot = slot
        self._wake()

    def refuse(self, error: OperationalError) -> None:
        self.error = error
        self._wake()


class Slots(Generic[C]):
    """The state of one pool. A slot is idle, lent, or in the pool's own hands: while it is
    opened, looked at or reset."""

    def __init__(self, limits: PoolLimits, clock: PoolClock) -> None:
        self.limits = limits
        self.closed = False
        self._clock = clock
        self._idle: list[Slot[C]] = []
        self._lent: WeakKeyDictionary[C, Slot[C]] = WeakKeyDictionary()
        self._in_hand: WeakSet[Slot[C]] = WeakSet()
        self._waiting: deque[Waiter[C]] = deque()
        self._counts = dict.fromkeys(
            ("acquired", "waited", "timeouts", "opened", "failed", "closed", "lost"), 0
        )
        self._wait_seconds = 0.0

    @property
    def size(self) -> int:
        """How many places are taken."""
        return len(self._idle) + len(self._lent) + len(self._in_hand)

    @property
    def out(self) -> int:
        """How many of them are not idle."""
        return len(self._lent) + len(self._in_hand)

    def stats(self) -> PoolStats:
        """How it is now, and what it has done."""
        now = (self.size, len(self._idle), len(self._lent), len(self._waiting))
        return PoolStats(*now, wait_seconds=self._wait_seconds, **self._counts)

    # -- borrowing ----------------------------------------------------------------------

    def take(self) -> Slot[C] | None:
        """An idle connection, or the right to open one; None: wait."""
        self._check_open()
        if not self._idle:
            return self._room()
        slot = self._idle.pop()
        self._in_hand.add(slot)
        return slot

    def room(self) -> Slot[C] | None:
        """The right to open a connection that will be idle, while ``min_size`` are not there."""
        self._check_open()
        return self._room() if self.size < self.limits.min_size else None

    def _check_open(self) -> None:
        if self.closed:
            raise InterfaceError("the pool is closed")

    def _room(self) -> Slot[C] | None:
        if self.size >= self.limits.max_size:
            return None
        slot: Slot[C] = Slot()
        self._in_hand.add(slot)
        return slot

    def wait(self, waiter: Waiter[C]) -> None:
        """Join the queue; OperationalError where it is as long as it may be."""
        most = self.limits.max_waiting
        if most is not None and len(self._waiting) >= most:
            raise self._refusal(f"{len(self._waiting)} are waiting for a connection already")
        waiter.since = self._clock.monotonic()
        self._waiting.append(waiter)

    def leave(self, waiter: Waiter[C]) -> Slot[C] | None:
        """The end of waiting: what was given, None where nothing was."""
        if waiter in self._waiting:
            self._waiting.remove(waiter)
        self._counts["waited"] += 1
        self._wait_seconds += self._clock.monotonic() - waiter.since
        return waiter.slot

    def timed_out(self, seconds: float) -> OperationalError:
        """The error for who has waited so long in vain."""
        return self._refusal(f"no connection came free within {seconds:g} seconds")

    def _refusal(self, what: str) -> OperationalError:
        self._counts["timeouts"] += 1
        error = OperationalError(
            f"{what}: {self.out} of {self.limits.max_size} are lent or being opened"
        )
        error.retry_safe = True
        return error

    def is_due_for_a_check(self, slot: Slot[C]) -> bool:
        """Whether the connection was idle for so long that it is to be asked."""
        after = self.limits.check_after
        return after is not None and self._clock.monotonic() - slot.idle_since >= after

    def opened(self, slot: Slot[C], connection: C) -> None:
        """The connection of a slot that had none stands."""
        now = self._clock.monotonic()
        slot.connection, slot.ends_at, slot.idle_since = connection, FOREVER, now
        if self.limits.max_lifetime is not None:
            slot.ends_at = now + self.limits.max_lifetime
        if connection.expires_at is not None:
            left = connection.expires_at - self._clock.time()
            slot.ends_at = min(slot.ends_at, now + left)
        self._counts["opened"] += 1

    def dead(self, slot: Slot[C]) -> None:
        """The connection was looked at, and is none any more: to be opened anew."""
        slot.connection = None
        self._gone(lost=True)

    def lend(self, slot: Slot[C], connection: C) -> None:
        """The connection is the borrower's."""
        self._lent[connection] = slot
        slot.connection = None
        self._in_hand.discard(slot)
        self._counts["acquired"] += 1

    # -- giving back --------------------------------------------------------------------

    def recall(self, connection: C) -> Slot[C]:
        """The borrower has given it back; InterfaceError for what is not lent."""
        slot = self._lent.pop(connection, None)
        if slot is None:
            raise InterfaceError("the connection is not one that this pool has lent")
        slot.connection = connection
        self._in_hand.add(slot)
        return slot

    def settle(self, slot: Slot[C], *, fit: bool) -> bool:
        """What was in hand is for the next. ``fit``: and could be lent again. False: there is
        no connection, or it is to be closed, and the place is free."""
        self._in_hand.discard(slot)
        slot.idle_since = self._clock.monotonic()
        if slot.connection is None:
            self._counts["failed"] += 1
        elif not fit or self.closed or slot.idle_since >= slot.ends_at:
            self._gone(lost=not fit)
        elif self._waiting:
            self._give(slot)
            return True
        else:
            self._idle.append(slot)
            return True
        if self._waiting and (free := self._room()) is not None:
            self._give(free)
        return False

    def _give(self, slot: Slot[C]) -> None:
        self._in_hand.add(slot)
        self._waiting.popleft().give(slot)

    def _gone(self, *, lost: bool) -> None:
        self._counts["closed"] += 1
        self._counts["lost"] += lost

    # -- ageing and ending ---------------------------------------------------------------

    def due(self) -> list[C]:
        """The idle connections that are to be closed now: not ours any more."""
        now, most = self._clock.monotonic(), self.limits.max_idle
        old = [slot for slot in self._idle if now >= slot.ends_at]
        young = [slot for slot in self._idle if now < slot.ends_at]
        if most is not None:
            surplus = max(0, self.size - len(old) - self.limits.min_size)
            tired = [slot for slot in young if now - slot.idle_since >= most][:surplus]
            old += tired
            young = [slot for slot in young if slot not in tired]
        self._idle = young
        return self._given_up(old)

    def close(self) -> list[C]:
        """No more lending; who waits is told. The idle connections, to be closed."""
        self.closed = True
        while self._waiting:
            self._waiting.popleft().refuse(OperationalError("the pool was closed"))
        idle, self._idle = self._idle, []
        return self._given_up(idle)

    def _given_up(self, slots: list[Slot[C]]) -> list[C]:
        for _ in slots:
            self._gone(lost=False)
        return [slot.connection for slot in slots if slot.connection is not None]
