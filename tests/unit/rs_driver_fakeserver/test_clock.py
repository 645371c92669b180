from __future__ import annotations

import pytest

from rs_driver.ports.clock import Clock
from rs_driver_fakeserver.clock import VirtualClock


def test_it_moves_only_forward_and_only_when_told() -> None:
    clock = VirtualClock()
    port: Clock = clock
    assert port.monotonic() == port.monotonic() == 0.0
    clock.advance(2.5)
    clock.advance_to(2.0)
    assert clock.monotonic() == 2.5
    clock.advance_to(4.0)
    assert clock.monotonic() == 4.0
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)
