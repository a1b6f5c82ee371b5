from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import ReplayError
from bridge.takes.open_take import check_layers, is_take, open_take
from protocol.messages import ControlMessage
from protocol.take import TakeWriter


@pytest.fixture
def take(tmp_path: Path) -> Path:
    path = tmp_path / "take.mcap"
    writer = TakeWriter(path)
    writer.write(ControlMessage(layer="pose", source="a", values={"yaw": 0.1}), 10**18)
    writer.close()
    return path


def test_a_take_is_known_by_its_bytes_and_a_missing_one_by_its_name(take: Path, tmp_path: Path) -> None:
    renamed = take.rename(tmp_path / "clip.mp4")
    video = tmp_path / "video.mp4"
    video.write_bytes(b"\0\0\0\x18ftypmp42")
    found = [
        is_take(path) for path in (renamed, video, tmp_path / "gone.MCAP", tmp_path / "gone.mp4", tmp_path)
    ]
    assert found == [True, False, True, False, False]


def test_a_missing_or_foreign_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match=r"there is no file .*gone\.mcap"):
        open_take(tmp_path / "gone.mcap")
    foreign = tmp_path / "foreign.mcap"
    foreign.write_bytes(b"not MCAP")
    with pytest.raises(ReplayError, match="is no MCAP file"):
        open_take(foreign)


def test_a_take_without_the_wanted_layers_says_what_it_has(take: Path) -> None:
    with open_take(take) as reader:
        check_layers(reader, ())
        check_layers(reader, ("gaze", "pose"))
        with pytest.raises(ReplayError, match="has no gaze or view; it has pose"):
            check_layers(reader, ("gaze", "view"))
