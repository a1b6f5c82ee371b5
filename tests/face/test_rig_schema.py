"""Every array of a rig is checked: shape, kind, finite, range, indices that exist."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from face.array_file import read_arrays
from face.errors import RigSchemaError
from face.head_model import load_head_model
from face.rig_schema import MAX_POINTS, SCHEMA, check_rig

Arrays = dict[str, np.ndarray[Any, Any]]
FLOATS = [name for name, schema in SCHEMA.items() if not isinstance(schema.high, str)]
INDICES = [name for name in SCHEMA if name not in FLOATS]


@pytest.fixture
def arrays(drawn_avatar: Path) -> Arrays:
    return read_arrays(drawn_avatar / "rig.npz", max_bytes=2**26)


def check(arrays: Arrays) -> Arrays:
    return check_rig(arrays, load_head_model())


def test_a_whole_rig_passes_unchanged_and_may_hold_more(arrays: Arrays) -> None:
    checked = check(arrays | {"hat": np.zeros(3)})
    assert sorted(checked) == sorted(SCHEMA)
    for name, values in checked.items():
        assert values.dtype == (np.float32 if name in FLOATS else np.int32)
        assert (values == arrays[name]).all()


@pytest.mark.parametrize("name", SCHEMA)
def test_each_array_is_needed_and_needs_its_shape_and_kind(arrays: Arrays, name: str) -> None:
    whole = arrays[name]
    other_kind = np.float32 if name in INDICES else np.int32
    for wrong in (
        np.zeros((), whole.dtype) if whole.ndim else np.zeros(1, whole.dtype),
        np.zeros((*whole.shape, 2), whole.dtype),
        np.zeros((0, *whole.shape[1:]), whole.dtype) if whole.ndim else np.zeros(0, whole.dtype),
        whole.astype(other_kind),
        whole.astype(str),
        whole.astype(bool),
    ):
        with pytest.raises(RigSchemaError, match=r"expected"):
            check(arrays | {name: wrong})
    with pytest.raises(RigSchemaError, match=f"{name} is missing"):
        check({one: values for one, values in arrays.items() if one != name})


@pytest.mark.parametrize("name", FLOATS)
def test_each_number_is_finite_and_within_its_range(arrays: Arrays, name: str) -> None:
    for bad, words in (
        (np.nan, "non-finite"),
        (np.inf, "non-finite"),
        (3e30, "holds 3e"),
        (-3e30, "holds -3e"),
    ):
        values = np.array(arrays[name])
        values.reshape(-1)[-1] = bad
        with pytest.raises(RigSchemaError, match=f"{name} holds.*{words}|{name} {words}"):
            check(arrays | {name: values})


@pytest.mark.parametrize("name", INDICES)
def test_each_index_exists(arrays: Arrays, name: str) -> None:
    for bad in (-1, 2**31 - 1, -(2**31)):
        values = arrays[name].copy()
        values.reshape(-1)[-1] = bad
        with pytest.raises(RigSchemaError, match=f"{name} has vertex indices out of range"):
            check(arrays | {name: values})


@pytest.mark.parametrize(
    "convert", [lambda a: a.astype(a.dtype.newbyteorder(">")), lambda a: np.asarray(a, order="F")]
)
def test_other_byte_orders_and_layouts_are_converted(
    arrays: Arrays, convert: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]
) -> None:
    checked = check({name: convert(values) for name, values in arrays.items()})
    for name, values in checked.items():
        assert values.dtype.isnative
        assert values.flags.c_contiguous
        assert values.tobytes() == np.ascontiguousarray(arrays[name]).tobytes()


def test_no_mesh_is_larger_than_any_driver_can_take(arrays: Arrays) -> None:
    with pytest.raises(RigSchemaError, match=f"sheet_vertices has {MAX_POINTS + 1} rows"):
        check(arrays | {"sheet_vertices": np.zeros((MAX_POINTS + 1, 3), np.float32)})


def test_a_head_is_turned_by_a_rotation_and_stands_before_the_camera(arrays: Arrays) -> None:
    with pytest.raises(RigSchemaError, match="no rotation matrix"):
        check(arrays | {"rotation": np.eye(3, dtype=np.float32) * 0.5})
    with pytest.raises(RigSchemaError, match="translation has z = 0"):
        check(arrays | {"translation": np.zeros(3, np.float32)})
