from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from face.avatar import Avatar
from face.errors import AvatarError
from face.retouch_code import FILE, ROLE, RetouchCode, load_code, save_code

VALUES = np.linspace(-1.5, 2.0, 24, dtype=np.float32)
NETWORK = bytes(range(32))


def avatar_with(path: Path) -> Avatar:
    return Avatar(path.parent, "me", "head", "keep", {ROLE: path})


def test_a_code_is_read_as_it_was_written(tmp_path: Path) -> None:
    save_code(RetouchCode(VALUES, NETWORK), tmp_path / FILE)
    code = load_code(avatar_with(tmp_path / FILE))
    assert code is not None
    assert np.array_equal(code.values, VALUES)
    assert code.values.dtype == np.float32
    assert code.network == NETWORK


def test_an_avatar_without_one_has_none(tmp_path: Path) -> None:
    assert load_code(Avatar(tmp_path, "me", "head", "keep", {})) is None


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"network": np.zeros(32, np.uint8)}, "no values of a code"),
        (
            {"values": VALUES.astype(np.float64), "network": np.zeros(32, np.uint8)},
            "expected 1 to 4096 float32",
        ),
        ({"values": VALUES[None], "network": np.zeros(32, np.uint8)}, "no values of a code"),
        ({"values": np.full(24, np.nan, np.float32), "network": np.zeros(32, np.uint8)}, "out of range"),
        ({"values": np.full(24, 1e9, np.float32), "network": np.zeros(32, np.uint8)}, "out of range"),
        ({"values": VALUES}, "fingerprint is missing"),
        ({"values": VALUES, "network": np.zeros(31, np.uint8)}, "expected 32 bytes"),
    ],
)
def test_what_is_no_code_is_refused(tmp_path: Path, arrays: dict[str, np.ndarray], words: str) -> None:
    with (tmp_path / FILE).open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(AvatarError, match=words) as caught:
        load_code(avatar_with(tmp_path / FILE))
    assert "take retouch_code out of its avatar.toml" in str(caught.value)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(AvatarError, match="make the avatar again"):
        load_code(avatar_with(tmp_path / FILE))
