"""Something that blocks, beside an event loop: in a daemon thread of its own.

Not in the loop's executor: that may be full of the user's own work, or shut down.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any


async def in_thread(call: Callable[[], Any], timeout: float | None) -> tuple[bool, Any]:
    """``(True, what call returned)``, or ``(False, None)`` after ``timeout`` seconds.

    What ``call`` raises is raised here, of a StopIteration the RuntimeError that Python
    makes of it in a coroutine. A call that is given up goes on without audience.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[tuple[Any, BaseException | None]] = loop.create_future()

    def deliver(result: Any, error: BaseException | None) -> None:
        if not future.done():
            future.set_result((result, error))  # not every exception can be a future's

    def work() -> None:
        result, error = None, None
        try:
            result = call()
        except BaseException as raised:  # noqa: BLE001  (it is raised again where it is awaited)
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop has closed meanwhile
            loop.call_soon_threadsafe(deliver, result, error)

    threading.Thread(target=work, name="rs_driver blocking call", daemon=True).start()
    done, _ = await asyncio.wait({future}, timeout=timeout)
    if not done:
        future.cancel()
        return False, None
    result, error = future.result()
    if error is not None:
        raise error
    return True, result
