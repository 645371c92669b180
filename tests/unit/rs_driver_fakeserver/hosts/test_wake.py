from __future__ import annotations

import socket
import threading

from rs_driver_fakeserver.hosts.wake import Wake


def test_a_ring_ends_the_wait_that_is_on_and_the_next_one() -> None:
    wake = Wake()
    threading.Timer(0.02, wake.ring).start()
    assert not wake.wait(30.0)
    wake.ring()
    wake.ring()
    assert not wake.wait(30.0)
    assert not wake.wait(0.0)
    wake.close()
    wake.close()
    wake.ring()


def test_a_socket_that_has_something_to_say() -> None:
    wake = Wake()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not wake.wait(0.0, ours)
        theirs.send(b"x")
        assert wake.wait(30.0, ours)
        assert not wake.wait(0.0, ours, deaf=True)
    wake.close()


def test_what_a_forked_child_does() -> None:
    wake = Wake()
    wake.let_go()
    wake.ring()
    wake.close()
