from __future__ import annotations

from rs_driver_fakeserver import faults


def test_the_names() -> None:
    assert sorted(faults.__all__) == list(faults.__all__)
    assert all(hasattr(faults, name) for name in faults.__all__)
