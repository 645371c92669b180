from __future__ import annotations

import pytest

from rs_driver_fakeserver.dialect import Dialect


@pytest.mark.parametrize(
    ("dialect", "scaled"),
    [
        (Dialect("redshift", 2), True),
        (Dialect("redshift", 1), False),
        (Dialect("redshift", 0), False),
        (Dialect("postgres", 0), False),
    ],
)
def test_only_redshift_from_protocol_2_on_scales_numerics(dialect: Dialect, scaled: bool) -> None:
    assert dialect.scaled_numeric is scaled


def test_who_counts_rows_in_the_tag() -> None:
    assert Dialect("postgres").counts_selected_rows
    assert not Dialect("redshift").counts_selected_rows
