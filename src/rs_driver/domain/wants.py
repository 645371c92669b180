"""What an operation asks of the shell that drives it.

An operation is a generator. It puts messages into the core, takes events out of it,
and yields a want where it cannot go on alone; the shell fulfils it and resumes the
generator with the result. That is all that a shell does, so a sync and an async one
differ in how they wait and in nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar, Union

T = TypeVar("T")


class Want(Enum):
    """``READ``: resume when bytes have arrived, or the end of them. ``FLUSH``: resume
    when bytes have arrived or everything queued is sent, whichever comes first; what the
    server has said by then is taken in.

    The shell does both at once in either case: it never waits to write without also
    reading, as a server that cannot write stops reading, too.
    """

    READ = "read"
    FLUSH = "flush"


@dataclass(frozen=True)
class StartTls:
    """Replace the transport by an encrypted one; resumed with its ``Channel``."""

    hostname: str


@dataclass(frozen=True)
class Blocking:
    """Run something that may block; resumed with what it returned."""

    call: Callable[[], Any]


@dataclass(frozen=True)
class UserCall:
    """Run the user's own code; resumed with what it returned, or with what it ``Raised``.

    It may block. In asyncio it may be a coroutine function, or return something to await.
    """

    call: Callable[[], Any]


@dataclass(frozen=True)
class Cancel:
    """Have the server cancel what is running; resumed with whether it was asked to."""


@dataclass(frozen=True)
class Raised:
    """An exception of the user's own code, as a value: the conversation with the server
    comes to its end first, then the operation raises this very exception, and it leaves
    as it is. What is no ``Exception`` (KeyboardInterrupt ...) does not wait for that.
    """

    error: Exception


Wants = Union[Want, StartTls, Blocking, UserCall, Cancel]
Operation = Generator[Wants, Any, T]
