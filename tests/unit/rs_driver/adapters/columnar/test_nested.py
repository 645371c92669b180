from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver.adapters.columnar.nested import nested
from rs_driver.errors import DataError


def column(*texts: str | None, chunks: int = 1) -> pa.Table:
    """One of JSON texts behind one of numbers."""
    parts = [texts[at::chunks] for at in range(chunks)]
    found = pa.chunked_array([pa.array(part, pa.string()) for part in parts])
    return pa.table({"n": pa.array(range(len(texts)), pa.int32()), "doc": found})


def read(*texts: str | None) -> Any:
    return nested(column(*texts), [1]).column("doc")


def test_structs_have_the_fields_of_all() -> None:
    found = read('{"a": 1, "b": {"c": [1, 2]}}', None, '{"a": null, "d": "x"}', "null")
    assert found.to_pylist() == [
        {"a": 1, "b": {"c": [1, 2]}, "d": None},
        None,
        {"a": None, "b": None, "d": "x"},
        None,
    ]
    assert found.type.field("a").type == pa.int64()


@pytest.mark.parametrize(
    ("texts", "type", "values"),
    [
        (["1", "-2", None], pa.int64(), [1, -2, None]),
        (["1", "1.5"], pa.float64(), [1.0, 1.5]),
        (['"a"', '"\\u00e9\\n"'], pa.string(), ["a", "é\n"]),
        (["[1]", "[]"], pa.list_(pa.int64()), [[1], []]),
        (["true", "false"], pa.bool_(), [True, False]),
        ([None, None], pa.null(), [None, None]),
        (["null"], pa.null(), [None]),
        ([], pa.null(), []),
        (['{"a":\n 1}', "{\n}"], pa.struct({"a": pa.int64()}), [{"a": 1}, {"a": None}]),
    ],
)
def test_what_texts_become(texts: list[str | None], type: pa.DataType, values: list[Any]) -> None:
    found = read(*texts)
    assert (found.type, found.to_pylist()) == (type, values)


def test_other_columns_stay_as_they_are() -> None:
    given = column("[1]", "[2]", "[3]", chunks=3)
    found = nested(given, [1])
    found.validate(full=True)
    assert found.column_names == ["n", "doc"]
    assert found.column("n").equals(given.column("n"))
    assert nested(given, []) is given


@pytest.mark.parametrize("texts", [["1", '"a"'], ["[1]", "{}"], ['{"a": 1}', '{"a": [1]}']])
def test_values_without_a_type_in_common(texts: list[str]) -> None:
    with pytest.raises(DataError, match='column "doc": its values have no type in common'):
        read(*texts)


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.fixed_dictionaries(
                {"a": st.none() | st.integers(-(2**63), 2**63 - 1)},
                optional={"b": st.lists(st.none() | st.text(max_size=5), max_size=3)},
            ),
        ),
        max_size=20,
    )
)
def test_documents_come_back(documents: list[Any]) -> None:
    texts = [None if one is None else json.dumps(one, indent=1) for one in documents]
    found = read(*texts).to_pylist()
    for one, back in zip(documents, found, strict=True):
        kept = None if back is None else {key: back[key] for key in back if key in (one or ())}
        assert kept == one
