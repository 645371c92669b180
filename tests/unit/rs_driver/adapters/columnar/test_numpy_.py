from __future__ import annotations

import datetime as dt

import numpy as np

from rs_driver.adapters.columnar.numpy_ import of_rows, structured


def test_of_tuples_numpy_guesses() -> None:
    assert of_rows([(1, 2), (3, 4)]).tolist() == [[1, 2], [3, 4]]
    assert of_rows([(1, "a")]).dtype.kind == "U"
    assert len(of_rows([])) == 0


def test_a_field_for_each_column() -> None:
    rows = [(1, 0.5, "a", dt.date(2024, 2, 29)), (2, None, None, None)]
    made = structured(["n", "f", "s", "d"], ["i", "g", "u", "tdD"], rows)
    assert made.dtype == [("n", "i4"), ("f", "f8"), ("s", "O"), ("d", "M8[D]")]
    assert made["n"].tolist() == [1, 2]
    assert np.isnan(made["f"][1])
    assert made["s"].tolist() == ["a", None]
    assert np.isnat(made["d"][1])


def test_an_integer_that_is_null_makes_objects() -> None:
    assert structured(["n"], ["l"], [(1,), (None,)])["n"].tolist() == [1, None]


def test_names_are_made_different() -> None:
    made = structured(["a", "a", "", "a_2"], ["i"] * 4, [(1, 2, 3, 4)])
    assert made.dtype.names == ("a", "a_2", "f2", "a_2_2")


def test_lists_stay_objects() -> None:
    made = structured(["l"], ["+l"], [([1, 2],), ([3, 4],)])
    assert made["l"].tolist() == [[1, 2], [3, 4]]


def test_no_rows() -> None:
    assert structured(["n"], ["i"], []).dtype == [("n", "i4")]
