from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver_fakeserver.values.catalogue import ALIASES, ARRAYS, TYPES, absent, has_binary


def test_names_of_arrays_and_aliases_are_those_of_types() -> None:
    assert set(ARRAYS) <= set(TYPES)
    assert set(ALIASES.values()) <= set(TYPES)


def test_oids_are_told_apart() -> None:
    used = [oid for name, (oid, _) in TYPES.items() if name != "hllsketch"] + [*ARRAYS.values()]
    assert len(used) == len(set(used))


def test_which_server_has_which_type() -> None:
    assert absent("jsonb", redshift=True)
    assert not absent("jsonb", redshift=False)
    assert absent("super", redshift=False)
    assert not absent("super", redshift=True)
    assert not absent("int4", redshift=True)


@pytest.mark.parametrize(
    ("oid", "version", "redshift", "expected"),
    [
        (oids.INT4, 0, True, True),
        (oids.DATE, 0, True, True),
        (oids.INT4_ARRAY, 2, True, True),
        (oids.INT4_ARRAY, 1, True, False),
        (oids.INT8_ARRAY, 2, True, False),
        (oids.SUPER, 2, True, False),
        (oids.GEOGRAPHY, 2, True, True),
        (oids.GEOGRAPHY, 1, True, False),
        (oids.XID, 2, True, False),
        (oids.ACLITEM, 0, True, True),
        (oids.XID, 0, False, True),
        (oids.INT8_ARRAY, 0, False, True),
        (oids.ACLITEM, 0, False, False),
        (oids.ACLITEM_ARRAY, 0, False, False),
    ],
)
def test_binary_forms(oid: int, version: int, redshift: bool, expected: bool) -> None:
    assert has_binary(oid, version, redshift=redshift) is expected
