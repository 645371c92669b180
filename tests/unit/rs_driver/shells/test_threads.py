from __future__ import annotations

import asyncio
import threading

import pytest

from rs_driver.shells.threads import in_thread


def test_it_gives_what_the_call_returned() -> None:
    here = threading.get_ident()

    def call() -> bool:
        return threading.get_ident() != here

    assert asyncio.run(in_thread(call, None)) == (True, True)


def test_it_raises_what_the_call_raised() -> None:
    def call() -> None:
        raise KeyError("no such thing")

    with pytest.raises(KeyError, match="no such thing"):
        asyncio.run(in_thread(call, 10))


def test_a_stop_iteration_is_delivered_too() -> None:
    """It can be no future's exception, and whoever awaits it would wait for ever."""

    def call() -> None:
        raise StopIteration

    with pytest.raises(RuntimeError, match="StopIteration"):
        asyncio.run(in_thread(call, 10))


def test_a_call_that_takes_too_long_is_given_up() -> None:
    go_on, finished = threading.Event(), threading.Event()

    def call() -> None:
        go_on.wait()
        finished.set()

    async def run() -> tuple[bool, object]:
        given_up = await in_thread(call, 0.01)
        go_on.set()
        await asyncio.to_thread(finished.wait)
        await asyncio.sleep(0)  # its result arrives and disturbs nobody
        return given_up

    assert asyncio.run(run()) == (False, None)


def test_the_loop_may_end_before_the_call() -> None:
    go_on, threads = threading.Event(), threading.enumerate()
    asyncio.run(in_thread(go_on.wait, 0.01))
    (late,) = set(threading.enumerate()) - set(threads)
    go_on.set()
    late.join()


def test_it_needs_no_executor() -> None:
    async def run() -> tuple[bool, object]:
        await asyncio.get_running_loop().shutdown_default_executor()
        return await in_thread(lambda: 5, 10)

    assert asyncio.run(run()) == (True, 5)
