"""NdiReader with a fake cyndilib; tests/omote/commands/test_watch.py reads a real NDI source."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from omote.readers import ndi
from omote.readers.ndi import NdiReader
from omote.readers.reader import ReaderError

STAMP_S = 1_700_000_000.25


class FakePicture:
    """A received picture of 3 x 2 pixels."""

    stamp = STAMP_S
    value = 7

    def get_resolution(self) -> tuple[int, int]:
        return 3, 2

    def get_timestamp_posix(self) -> float:
        return self.stamp

    def get_data_size(self) -> int:
        return 24

    def get_array(self) -> np.ndarray:
        return np.full(24, self.value, np.uint8)


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the fake network offers, and the picture that its receiver holds."""
    state: dict[str, Any] = {"names": ["PC (Omote)"], "picture": FakePicture(), "opened": []}
    finder = SimpleNamespace(
        open=lambda: None,
        close=lambda: None,
        wait_for_sources=lambda timeout: None,
        get_source_names=lambda: state["names"],
        get_source=lambda name: name,
    )
    receiver = SimpleNamespace(
        frame_sync=SimpleNamespace(set_video_frame=lambda picture: None, capture_video=lambda: None),
        set_source=state["opened"].append,
        disconnect=lambda: None,
    )
    cyndilib, video_frame = ModuleType("cyndilib"), ModuleType("cyndilib.video_frame")
    cyndilib.Finder = lambda: finder  # type: ignore[attr-defined]
    cyndilib.Receiver = lambda **options: receiver  # type: ignore[attr-defined]
    cyndilib.RecvColorFormat = SimpleNamespace(RGBX_RGBA=0)  # type: ignore[attr-defined]
    cyndilib.RecvBandwidth = SimpleNamespace(highest=0)  # type: ignore[attr-defined]
    video_frame.VideoFrameSync = lambda: state["picture"]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cyndilib", cyndilib)
    monkeypatch.setitem(sys.modules, "cyndilib.video_frame", video_frame)
    return state


def test_without_cyndilib_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cyndilib", None)
    with pytest.raises(ReaderError, match=r"pip install 'omote\[ndi\]'"):
        NdiReader()


def test_the_source_of_the_stream_is_opened_on_any_machine(sources: dict[str, Any]) -> None:
    sources["names"] = ["PC (Other)", "STUDIO (Omote)"]
    reader = NdiReader("Omote")
    received = reader.read()
    assert sources["opened"] == ["STUDIO (Omote)"]
    assert received is not None
    assert received.pixels.shape == (2, 3, 4)
    assert (received.pixels == 7).all()
    assert received.render_time_ns == round(STAMP_S * 1e9)
    assert received.frame_id is None
    assert reader.take_events() == ["reading STUDIO (Omote)"]
    assert reader.problem == ""
    reader.close()
    reader.close()


def test_a_frame_is_returned_once(sources: dict[str, Any]) -> None:
    reader = NdiReader()
    assert reader.read() is not None
    assert reader.read() is None
    sources["picture"].stamp += 1 / 60
    assert reader.read() is not None


def test_without_a_source_the_problem_names_the_command(sources: dict[str, Any]) -> None:
    sources["names"] = ["PC (Other)"]
    reader = NdiReader()
    assert reader.read() is None
    assert "omote run --publish ndi" in reader.problem


def test_a_silent_source_is_searched_for_again(
    sources: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = NdiReader()
    assert reader.read() is not None
    monkeypatch.setattr(ndi, "SILENT_S", -1.0)
    assert reader.read() is None
    assert reader.take_events()[-1] == "the source is silent; searching for it again"
    reader.read()
    assert sources["opened"] == ["PC (Omote)", "PC (Omote)"]
