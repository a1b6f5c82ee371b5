"""Parts of a face from several files, rendered together: each is as when its own file drives alone."""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bridge.takes.face_parts import FaceParts
from face.emotion_shapes import WEIGHT
from omote.clips.part_source import PartSource
from omote.clips.take_source import TakeSource
from omote.commands.render import add_parser, run
from protocol.blendshapes import BLENDSHAPES
from protocol.channels import CHANNEL_INDEX, CHANNELS, EMOTIONS
from protocol.messages import ControlMessage
from protocol.take import TakeWriter
from runtime.engines.null import read_bars
from tests.bridge.takes.livelink_csv_files import COLUMNS, row, table

BEGIN_NS = 1_700_000_000_000_000_000
UPPER = [name for name in BLENDSHAPES if name.startswith(("brow", "eye"))]
LOWER = [name for name in BLENDSHAPES if name not in UPPER]

#: Pictures in which the face of a file is not lost, nor faded away or back.
DRIVEN: dict[str, list[int]] = {"pose": [*range(9), *range(22, 30)], "drive": [*range(8)]}


def places(layer: str, names: Iterable[str] | None = None) -> list[int]:
    return [CHANNEL_INDEX[layer][name] for name in (names or CHANNEL_INDEX[layer])]


def write_take(path: Path, *, rate: float, seconds: float, seed: int, lost: tuple[float, float]) -> Path:
    """A face that moves every channel by curves of its own, and is lost for a while."""
    chance = random.Random(seed)
    curves = [
        (c, chance.uniform(0.2, 2.0), chance.uniform(0.0, 6.0)) for c in CHANNELS if c.layer != "emotion"
    ]
    with TakeWriter(path) as writer:
        for number in range(round(seconds * rate)):
            time_s = number / rate
            if lost[0] <= time_s < lost[1]:
                continue
            values: dict[str, dict[str, float]] = {}
            for channel, speed, phase in curves:
                share = 0.5 + 0.3 * np.sin(speed * time_s + phase)
                value = channel.low + float(share) * (channel.high - channel.low)
                values.setdefault(channel.layer, {})[channel.name] = value
            for layer, moved in values.items():
                message = ControlMessage(layer=layer, source="phone", values=moved, ttl_s=0.4)  # type: ignore[arg-type]
                writer.write(message, BEGIN_NS + round(time_s * 1e9))
    return path


def write_csv(path: Path, *, seconds: float) -> Path:
    """A face at 60 frames a second, as the app Live Link Face writes it."""
    chance = random.Random(9)
    shapes = [name for name in COLUMNS[2:] if name[0].lower() + name[1:] in BLENDSHAPES]
    rows = []
    for number in range(round(seconds * 60)):
        code = f"10:00:{number // 60:02d}:{number % 60:02d}"
        rows.append(row(code, **{name: round(chance.random(), 3) for name in shapes}, HeadYaw=0.2))
    path.write_text(table(*rows), encoding="utf-8")
    return path


def write_mood(path: Path, emotion: str) -> Path:
    """A second of an acted emotion at 25 frames a second."""
    face = dict(zip(BLENDSHAPES, WEIGHT[EMOTIONS.index(emotion)].tolist(), strict=True))
    with TakeWriter(path) as writer:
        for number in range(26):
            message = ControlMessage(layer="expression", source="phone", values=face)
            writer.write(message, BEGIN_NS + number * 40_000_000)
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Files of four people with different rates and lengths, and holes in two of them."""
    return {
        "pose": write_take(tmp_path / "a.mcap", rate=30.0, seconds=3.0, seed=1, lost=(0.5, 1.2)),
        "eyes": write_take(tmp_path / "b.mcap", rate=61.3, seconds=1.4, seed=2, lost=(9, 9)),
        "mouth": write_csv(tmp_path / "c.csv", seconds=1.7),
        "drive": write_take(tmp_path / "e.mcap", rate=24.0, seconds=1.5, seed=3, lost=(0.8, 1.5)),
        "emotion": write_mood(tmp_path / "d.mcap", "angry"),
    }


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    folder = tmp_path / "avatar"
    folder.mkdir()
    (folder / "avatar.toml").write_text('format = 1\nname = "test"\nengine = "null"\n')
    return Shown(tmp_path)


class Shown:
    """Renders with the null engine, and reads every channel back from its pictures."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def __call__(self, *arguments: str | Path) -> NDArray[np.float32]:
        """(pictures, CHANNELS) float32."""
        parser = argparse.ArgumentParser("omote")
        add_parser(parser.add_subparsers())
        self._count += 1
        out = self._folder / f"out{self._count}"
        common = ("--avatar", self._folder / "avatar", "-o", out, "--size", "256", "--fps", "10")
        assert run(parser.parse_args(["render", *map(str, (*common, *arguments))])) == 0
        return np.array([read_bars(np.asarray(Image.open(file))) for file in sorted(out.glob("*.png"))])


def test_each_part_is_as_when_its_file_drives_alone(files: dict[str, Path], shown: Shown) -> None:
    together = shown(
        *(word for part in ("pose", "eyes", "mouth", "drive") for word in (f"--{part}", files[part]))
    )
    assert len(together) == 30  # as the longest, 3 s
    of = {
        "pose": places("pose"),
        "eyes": places("expression", UPPER) + places("gaze"),
        "mouth": places("expression", LOWER),
        "drive": places("view"),
    }
    for part, channels in of.items():
        alone = shown("--drive", files[part])[:, channels]
        driven = DRIVEN.get(part, list(range(len(alone))))
        np.testing.assert_array_equal(
            together[: len(alone)][driven][:, channels], alone[driven], err_msg=part
        )
        # while a face is lost its parts go to idle, by steps that are not those of one file alone
        np.testing.assert_allclose(together[: len(alone), channels], alone, atol=0.2, err_msg=part)
        assert np.ptp(alone[:10], axis=0).max() > 0.1, part
    head = np.abs(together[:, of["pose"]] - [0, 0, 0, 0, 0, 0, 1]).max(axis=1)
    assert head[11] < 0.5 * head[8]  # its file has lost the face, and it is on its way to idle
    # the files differ, so a part from another file would be seen
    other = shown("--drive", files["drive"])
    assert (
        np.abs(other - together[: len(other)]).max(axis=0)[of["pose"] + of["eyes"] + of["mouth"]].min() > 0.02
    )


def test_a_gaze_of_its_own_leaves_the_eyes_where_they_are(files: dict[str, Path], shown: Shown) -> None:
    both = shown("--eyes", files["eyes"], "--gaze", files["pose"])
    eyes, gaze = shown("--drive", files["eyes"]), shown("--drive", files["pose"])
    np.testing.assert_array_equal(
        both[: len(eyes), places("expression", UPPER)], eyes[:, places("expression", UPPER)]
    )
    driven = DRIVEN["pose"]
    np.testing.assert_array_equal(both[driven][:, places("gaze")], gaze[driven][:, places("gaze")])


def test_a_mood_by_example_takes_the_place_of_the_sources_own(files: dict[str, Path], shown: Shown) -> None:
    spatial = ("--pose", files["pose"], "--mouth", files["mouth"])
    felt = shown(*spatial, "--emotion", files["emotion"])
    alone = shown("--drive", files["emotion"], "--emotion", files["emotion"])
    named = shown(*spatial, "--emotion", "angry")
    emotions = places("emotion")
    angry = CHANNEL_INDEX["emotion"]["angry"]
    assert len(felt) == 30  # the example does not lengthen the clip, and lasts beyond its own end
    np.testing.assert_allclose(felt[: len(alone), emotions], alone[:, emotions], atol=0.02)
    assert felt[-1, angry] > 0.5
    assert felt[:, [place for place in emotions if place != angry]].max() == 0.0
    driven = DRIVEN["pose"]
    np.testing.assert_array_equal(felt[driven][:, places("pose")], named[driven][:, places("pose")])
    assert named[:, angry].min() > 0.95
    assert felt[-1, CHANNEL_INDEX["expression"]["browDownLeft"]] > 0.3
    calm = shown(*spatial, "--emotion", files["emotion"], "--emotion-weight", "0")
    assert calm[:, emotions].max() == 0.0


def test_a_source_gives_its_parts_with_its_own_times_and_length(files: dict[str, Path]) -> None:
    inner = TakeSource(files["pose"])
    source = PartSource(inner, FaceParts(("gaze",)))
    assert source.expected_s == pytest.approx(89 / 30, abs=1e-6)
    found = list(source.moments())
    source.close()
    assert {message.source for moment in found for message in moment.messages} == {"phone:gaze"}
    times = [number / 30 for number in range(90) if not 0.5 <= number / 30 < 1.2]
    assert [moment.due_s for moment in found] == pytest.approx(times)
    assert source.end_s == inner.end_s
    assert source.remarks() == []
