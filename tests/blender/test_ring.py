"""Reading the picture's ring: the protocol's golden files, and a real publisher."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from omote_face.ring import RingReader

from runtime.frames.frame import Frame
from runtime.publishers.shared_memory import SharedMemoryPublisher
from tests.live_runtime import private_rings

GOLDEN = Path(__file__).parents[1] / "data" / "protocol"
NAMES = sorted(path.stem for path in GOLDEN.glob("ring_*.json"))


def picture(width: int, height: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)


@pytest.mark.parametrize("name", NAMES)
def test_golden_rings(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meaning = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    folder = private_rings(tmp_path, monkeypatch)
    folder.mkdir(mode=0o700)
    shutil.copy(GOLDEN / f"{name}.bin", folder / "omote.1.ring")
    data = (GOLDEN / f"{name}.bin").read_bytes()
    beat_ns = int.from_bytes(data[72:80], "little", signed=True) if len(data) >= 80 else 0
    reader = RingReader("omote", wall_clock_ns=lambda: beat_ns)
    found = reader.newest()
    reader.close()
    expected = meaning.get("frame")
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert found.frame_id == expected["frame_id"]
        assert (found.width, found.height) == (meaning["width"], meaning["height"])
        rows = np.frombuffer(found.rows, np.uint8).reshape(found.height, found.stride)[:, : 4 * found.width]
        assert [row.tobytes().hex() for row in rows] == expected["rows"]


def test_a_publisher_that_grows_and_starts_again_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    private_rings(tmp_path, monkeypatch)
    reader = RingReader("omote", clock=lambda: now[0])
    assert reader.newest() is None
    number = 0
    for width, height in ((16, 8), (33, 20), (16, 8)):
        with closing(SharedMemoryPublisher("omote")) as publisher:
            for _ in range(4):
                number += 1
                pixels = picture(width, height, number)
                publisher.publish(Frame(pixels, frame_id=number, render_time_ns=1))
                now[0] += 1.0
                found = reader.newest()
                assert found is not None
                assert (found.frame_id, found.width, found.height) == (number, width, height)
                rows = np.frombuffer(found.rows, np.uint8).reshape(height, found.stride)[:, : 4 * width]
                assert (rows.reshape(height, width, 4) == pixels).all()
                assert reader.newest() is None  # once
    now[0] += 10.0
    assert reader.newest() is None
    assert not reader.is_open


def test_a_folder_of_others_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = private_rings(tmp_path, monkeypatch)
    with closing(SharedMemoryPublisher("omote")) as publisher:
        publisher.publish(Frame(picture(8, 8, 1), frame_id=1, render_time_ns=1))
        folder.chmod(0o755)
        assert RingReader("omote").newest() is None
