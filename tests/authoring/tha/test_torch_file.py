"""Files of torch.save are read without running what is in them, and what is no table of tensors is refused."""

from __future__ import annotations

import os
import pickle
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from authoring.errors import AuthoringError
from authoring.tha.torch_file import read_torch_file
from tests.tha_characters import write_torch_file

LIMIT = 1024 * 1024
ARRAYS = {
    "a.weight": np.arange(24, dtype=np.float32).reshape(2, 3, 4, 1),
    "a.bias": np.array([0.5, -1.0], np.float32),
    "transposed": np.arange(6, dtype=np.float32).reshape(2, 3).T,
    "scalar": np.array(3.0, np.float32),
}


def repacked(path: Path, source: Path, **replaced: bytes) -> Path:
    """A copy with other entries; the names' dots and slashes as "_"."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in archive.namelist():
            out.writestr(name, replaced.get(name.replace("/", "_").replace(".", "_"), archive.read(name)))
    return path


def test_tensors_are_read_with_their_shapes_and_strides(tmp_path: Path) -> None:
    found = read_torch_file(write_torch_file(tmp_path / "x.pt", ARRAYS), max_bytes=LIMIT)
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        # the writer stores a transposed array as its bytes in C order, with the strides of the view
        stored = np.lib.stride_tricks.as_strided(
            np.frombuffer(array.tobytes(), np.float32), array.shape, array.strides
        )
        assert np.array_equal(found[name], stored)
        assert found[name].flags.writeable


def test_what_torch_saves_is_read(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="pip install 'omote[torch]'")
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 1), torch.nn.Linear(5, 6))
    saved = net.state_dict() | {"view": torch.arange(12.0).reshape(3, 4).T[1:], "half": torch.ones(3).half()}
    torch.save(saved, tmp_path / "x.pt")
    found = read_torch_file(tmp_path / "x.pt", max_bytes=LIMIT)
    assert list(found) == list(saved)
    for name, tensor in saved.items():
        assert found[name].dtype == tensor.numpy().dtype
        assert np.array_equal(found[name], tensor.numpy())


class Poison:
    """What a pickle of it does when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_a_poisoned_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    good = write_torch_file(tmp_path / "good.pt", ARRAYS)
    for protocol in (0, 2, 4):
        poison = pickle.dumps({"a.weight": Poison(tmp_path / "poisoned")}, protocol=protocol)
        bad = repacked(tmp_path / "bad.pt", good, made_data_pkl=poison)
        with pytest.raises(AuthoringError, match=r"could run a program|copy it again"):
            read_torch_file(bad, max_bytes=LIMIT)
    assert not (tmp_path / "poisoned").exists()
    pickle.loads(poison)  # it would have
    assert (tmp_path / "poisoned").exists()


def test_a_function_after_the_tensors_is_named_and_refused(tmp_path: Path) -> None:
    bad = write_torch_file(tmp_path / "x.pt", ARRAYS, extra=b"cposix\nsystem\n(X\x02\0\0\0lstR")
    with pytest.raises(AuthoringError, match=r"posix.system beside tensors"):
        read_torch_file(bad, max_bytes=LIMIT)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    good = write_torch_file(tmp_path / "good.pt", ARRAYS)
    bomb = repacked(tmp_path / "bomb.pt", good, made_data_0=bytes(64 * LIMIT))
    assert bomb.stat().st_size < LIMIT
    with pytest.raises(AuthoringError, match="would unpack to more than"):
        read_torch_file(bomb, max_bytes=LIMIT)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuthoringError, match=r"1,000|1000"):
        read_torch_file(write_torch_file(tmp_path / "x.pt", ARRAYS), max_bytes=1000)


@pytest.mark.parametrize("cut", [0, 10, 200, -40])
def test_a_damaged_file_is_a_clear_error(tmp_path: Path, cut: int) -> None:
    data = write_torch_file(tmp_path / "x.pt", ARRAYS).read_bytes()
    (tmp_path / "cut.pt").write_bytes(data[:cut])
    with pytest.raises(AuthoringError, match=r"cut.pt"):
        read_torch_file(tmp_path / "cut.pt", max_bytes=LIMIT)


def test_every_changed_byte_of_the_pickle_is_an_error_or_harmless(tmp_path: Path) -> None:
    good = write_torch_file(tmp_path / "good.pt", {"a": np.ones(2, np.float32)})
    with zipfile.ZipFile(good) as archive:
        table = archive.read("made/data.pkl")
    for place in range(2, len(table)):
        changed = table[:place] + bytes([table[place] ^ 0x15]) + table[place + 1 :]
        bad = repacked(tmp_path / "bad.pt", good, made_data_pkl=changed)
        with suppress(AuthoringError):  # and nothing else
            read_torch_file(bad, max_bytes=LIMIT)


def test_a_tensor_longer_than_its_bytes_is_refused(tmp_path: Path) -> None:
    good = write_torch_file(tmp_path / "good.pt", ARRAYS)
    with pytest.raises(AuthoringError, match=r"a.weight needs 24 numbers, but the file holds 3"):
        read_torch_file(repacked(tmp_path / "x.pt", good, made_data_0=bytes(12)), max_bytes=LIMIT)
