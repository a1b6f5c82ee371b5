"""BVH files, read back by a small reader of our own and turned into matrices as importers do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.errors import RecordingError
from bridge.takes.bvh_export import UNITS, export_bvh
from face.camera import rotation
from protocol.messages import ControlMessage
from protocol.take import TakeWriter

BEGIN_NS = 1_700_000_000_000_000_000


def write_take(path: Path, *moments: tuple[float, str, dict[str, float]], source: str = "a") -> Path:
    writer = TakeWriter(path)
    for at_s, layer, values in moments:
        message = ControlMessage(layer=layer, source=source, values=values)  # type: ignore[arg-type]
        writer.write(message, BEGIN_NS + round(at_s * 1e9))
    writer.close()
    return path


def read_bvh(path: Path) -> tuple[list[tuple[str, list[str]]], float, np.ndarray]:
    """(joint, channels) in order, the frame time, and (frames, channels) values."""
    words = path.read_text("ascii").split("MOTION")
    joints: list[tuple[str, list[str]]] = []
    for line in words[0].splitlines():
        parts = line.split()
        if parts and parts[0] in ("ROOT", "JOINT"):
            joints.append((parts[1], []))
        elif parts and parts[0] == "CHANNELS":
            assert int(parts[1]) == len(parts) - 2
            joints[-1][1].extend(parts[2:])
    assert words[0].count("{") == words[0].count("}")
    rows = words[1].strip().splitlines()
    assert rows[0].startswith("Frames: ")
    values = np.array([[float(value) for value in row.split()] for row in rows[2:]])
    assert len(values) == int(rows[0].split()[1])
    assert values.shape[1] == sum(len(channels) for _, channels in joints)
    return joints, float(rows[1].removeprefix("Frame Time: ")), values


def turned(channels: list[str], values: np.ndarray) -> np.ndarray:
    """The matrix of a joint: its rotations multiplied in the order in which they are listed."""
    made = np.eye(3)
    for channel, degrees in zip(channels, values, strict=True):
        if channel.endswith("rotation"):
            c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
            first, second = {"X": (1, 2), "Y": (2, 0), "Z": (0, 1)}[channel[0]]
            step = np.eye(3)
            step[first, first] = step[second, second] = c
            step[first, second], step[second, first] = -s, s
            made = made @ step
    return made


def test_the_head_turns_as_the_avatar_s_does(tmp_path: Path) -> None:
    pose = {"yaw": 0.4, "pitch": -0.2, "roll": 0.3, "x": 0.05, "y": -0.1, "z": 0.2}
    take = write_take(tmp_path / "t.mcap", (0.0, "pose", pose), (0.5, "pose", pose))
    assert export_bvh(take, tmp_path / "t.bvh") == 31
    joints, step_s, values = read_bvh(tmp_path / "t.bvh")
    assert [name for name, _ in joints] == ["Head", "LeftEye", "RightEye"]
    assert step_s == pytest.approx(1 / 60, abs=1e-6)
    for row in (values[0], values[-1]):
        np.testing.assert_allclose(row[:3], UNITS * np.array([0.05, -0.1, 0.2]), atol=1e-3)
        np.testing.assert_allclose(turned(joints[0][1], row[:6]), rotation(0.4, -0.2, 0.3), atol=1e-5)


@pytest.mark.parametrize("decimals", [9, 3], ids=["nanoseconds", "milliseconds"])
@pytest.mark.parametrize("fps", [60, 30, 24])
def test_a_take_at_the_rate_of_the_file_is_copied_frame_by_frame(
    tmp_path: Path, fps: int, decimals: int
) -> None:
    """Message n is frame n, also where its time was rounded to just after the frame's."""
    moments = [(round(n / fps, decimals), "pose", {"x": 0.005 * n}) for n in range(2 * fps)]
    take = write_take(tmp_path / "t.mcap", *moments)
    assert export_bvh(take, tmp_path / "t.bvh", fps=fps) == 2 * fps
    _, _, values = read_bvh(tmp_path / "t.bvh")
    np.testing.assert_allclose(values[:, 0], 0.5 * np.arange(2 * fps), atol=1e-3)


def test_both_eyes_look_where_the_gaze_does(tmp_path: Path) -> None:
    take = write_take(
        tmp_path / "t.mcap", (0.0, "pose", {"yaw": 0.0}), (0.0, "gaze", {"yaw": 0.3, "pitch": 0.2})
    )
    export_bvh(take, tmp_path / "t.bvh")
    joints, _, values = read_bvh(tmp_path / "t.bvh")
    ahead = turned(joints[1][1], values[-1][6:9]) @ [0, 0, 1]
    assert ahead[0] > 0.2  # to the subject's left
    assert ahead[1] > 0.15  # up
    assert np.array_equal(values[-1][6:9], values[-1][9:12])


def test_each_frame_holds_the_newest_value_at_its_time(tmp_path: Path) -> None:
    times = np.cumsum(np.r_[0.0, np.random.default_rng(2).uniform(0.004, 0.09, 60)])
    yaws = np.random.default_rng(3).uniform(-1, 1, len(times))
    moments = [(float(t), "pose", {"yaw": float(y)}) for t, y in zip(times, yaws, strict=True)]
    export_bvh(write_take(tmp_path / "t.mcap", *moments), tmp_path / "t.bvh", fps=30.0)
    _, _, values = read_bvh(tmp_path / "t.bvh")
    at = np.arange(len(values)) / 30
    newest = np.searchsorted(times, at[:-1] + 5e-4, side="right") - 1  # rounded times
    np.testing.assert_allclose(values[:-1, 3], np.degrees(yaws[newest]), atol=1e-3)
    assert values[-1, 3] == pytest.approx(np.degrees(yaws[-1]), abs=1e-3)
    assert len(values) == pytest.approx(times[-1] * 30 + 1, abs=1)


def test_a_take_without_a_head_and_a_file_that_exists_are_refused(tmp_path: Path) -> None:
    take = write_take(tmp_path / "t.mcap", (0.0, "expression", {"jawOpen": 1.0}))
    with pytest.raises(RecordingError, match="no movement of the head"):
        export_bvh(take, tmp_path / "t.bvh")
    nod = write_take(tmp_path / "n.mcap", (0.0, "pose", {"yaw": 0.1}))
    export_bvh(nod, tmp_path / "n.bvh")
    with pytest.raises(RecordingError, match="exists already"):
        export_bvh(nod, tmp_path / "n.bvh")
