"""Arrays pass through a file: the same bytes, no name left behind, and no place outside the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from face.errors import AvatarError
from runtime.avatars.array_handover import ArrayPlace, map_arrays, write_arrays

ROOT = Path(__file__).resolve().parents[3]
WRITER = """
import sys, msgspec, numpy as np
from pathlib import Path
from runtime.avatars.array_handover import write_arrays
arrays = {"a": np.arange(70_000, dtype=np.float32).reshape(7, -1), "b": np.arange(5, dtype=np.int32),
          "c": np.full((3, 2, 4), 7, np.uint8), "scalar": np.array(2.5, np.float32), "empty": np.zeros((0, 3), np.int32)}
print(msgspec.json.encode(write_arrays(Path(sys.argv[1]), arrays)).decode())
"""


def test_another_processs_arrays_are_mapped_and_outlive_file_and_process(tmp_path: Path) -> None:
    file = tmp_path / "x.arrays"
    done = subprocess.run(
        [sys.executable, "-c", WRITER, file], cwd=ROOT, capture_output=True, text=True, check=True
    )
    arrays = map_arrays(file, msgspec.json.decode(done.stdout, type=list[ArrayPlace]))
    assert list(arrays) == ["a", "b", "c", "scalar", "empty"]
    assert (arrays["a"] == np.arange(70_000, dtype=np.float32).reshape(7, -1)).all()
    assert arrays["b"].tolist() == [0, 1, 2, 3, 4]
    assert (arrays["c"].shape, arrays["c"].dtype, arrays["c"].min()) == ((3, 2, 4), np.uint8, 7)
    assert (arrays["scalar"].shape, float(arrays["scalar"])) == ((), 2.5)
    assert arrays["empty"].shape == (0, 3)
    assert all(not values.flags.writeable for values in arrays.values() if values.size)
    if sys.platform != "win32":
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "place",
    [
        ArrayPlace("a", "float32", (2**40,), 0),
        ArrayPlace("a", "float32", (2,), 2**40),
        ArrayPlace("a", "float32", (2,), -65_536),
        ArrayPlace("a", "float32", (2,), 8),
        ArrayPlace("a", "float32", (-2, -1), 0),
        ArrayPlace("a", "object", (1,), 0),
        ArrayPlace("a", "float64", (1,), 0),
        ArrayPlace("a", "nonsense", (1,), 0),
    ],
)
def test_a_place_that_does_not_fit_is_refused(tmp_path: Path, place: ArrayPlace) -> None:
    write_arrays(tmp_path / "x", {"a": np.zeros(4, np.float32)})
    with pytest.raises(AvatarError, match=r"no array that an engine takes|lies outside its file"):
        map_arrays(tmp_path / "x", [place])


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        write_arrays(tmp_path / "x", {"a": np.zeros(4, np.float32)})
    assert (tmp_path / "x").read_bytes() == b"mine"
