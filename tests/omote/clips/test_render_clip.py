"""Which frame of a clip each picture shows, with a recorder in place of runtime and writer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from bridge.trackers.clip import ClipFrame
from omote.clips.render_clip import SETTLE_S, RenderedClip, beside, render_clip
from protocol.messages import ControlMessage


class Recorder:
    """A runtime and a writer in one: every picture is the last yaw, times 100."""

    def __init__(self) -> None:
        self.pictures: list[int] = []
        self.times_s: list[float] = []
        self.settled = 0
        self._yaw = 0.0

    def step(
        self, messages: Iterable[ControlMessage], now_s: float, dt_s: float, *, draw: bool
    ) -> np.ndarray | None:
        for message in messages:
            self._yaw = message.values.get("yaw", self._yaw)
        self.settled += not draw
        self.times_s.append(now_s)
        return np.full((4, 4, 4), round(self._yaw * 100), np.uint8) if draw else None

    def write(self, pixels: np.ndarray) -> None:
        self.pictures.append(int(pixels[0, -1, 0]))

    def close(self) -> None:
        pass

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def clip(count: int, fps: float, *, lost: tuple[int, ...] = ()) -> Iterator[ClipFrame]:
    """Frame k turns the head by k / 100 rad."""
    for k in range(count):
        message = ControlMessage(layer="pose", source="video", values={"yaw": k / 100}, sequence=k + 1)
        yield ClipFrame(
            time_s=k / fps,
            end_s=(k + 1) / fps,
            picture=np.zeros((2, 2, 3), np.uint8),
            messages=() if k in lost else (message,),
        )


def rendered(frames: Iterable[ClipFrame], fps: float) -> tuple[Recorder, RenderedClip]:
    recorder = Recorder()
    return recorder, render_clip(frames, recorder, recorder, fps=fps)


def test_every_frame_of_the_clip_becomes_its_own_picture() -> None:
    recorder, result = rendered(clip(30, 25.0), 25.0)
    assert recorder.pictures == list(range(30))
    assert result == RenderedClip(pictures=30, frames=30, faces=30, end_s=1.2)


@pytest.mark.parametrize("fps", [23.976, 29.97, 59.94])
def test_fractional_rates_neither_drop_nor_repeat_frames(fps: float) -> None:
    assert rendered(clip(240, fps), fps)[0].pictures == list(range(240))


def test_a_lower_rate_skips_frames() -> None:
    assert rendered(clip(30, 30.0), 10.0)[0].pictures == list(range(0, 30, 3))


def test_a_higher_rate_repeats_frames() -> None:
    assert rendered(clip(5, 10.0), 20.0)[0].pictures == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_length_of_the_clip_is_kept_at_any_rate() -> None:
    for fps in (12.0, 24.0, 50.0, 60.0):
        pictures = rendered(clip(90, 30.0), fps)[1].pictures
        assert pictures == pytest.approx(3.0 * fps, abs=1)


def test_runtime_settles_on_the_first_frame_before_the_first_picture() -> None:
    recorder, _ = rendered(clip(3, 10.0), 10.0)
    assert recorder.settled == round(SETTLE_S * 10)
    assert recorder.times_s == sorted(recorder.times_s)
    steps = np.diff(recorder.times_s)
    assert steps == pytest.approx(np.full(len(steps), 0.1))


def test_frames_without_a_face_are_counted_and_still_drawn() -> None:
    _, result = rendered(clip(10, 10.0, lost=(3, 4)), 10.0)
    assert result == RenderedClip(pictures=10, frames=10, faces=8, end_s=1.0)


def test_clip_without_frames_gives_no_picture() -> None:
    assert rendered((), 25.0)[1] == RenderedClip(pictures=0, frames=0, faces=0, end_s=0.0)


def test_beside_puts_the_clip_on_the_left_at_the_same_height() -> None:
    pytest.importorskip("cv2")
    picture = np.full((100, 50, 3), (10, 20, 30), np.uint8)
    pixels = np.full((40, 40, 4), (200, 100, 50, 7), np.uint8)
    joined = beside(picture, pixels)
    assert joined.shape == (40, 60, 4)
    assert joined[20, 10].tolist() == [10, 20, 30, 255]
    assert joined[20, 40].tolist() == [200, 100, 50, 7]


def test_pictures_show_the_frame_of_their_own_time_in_a_clip_of_uneven_times() -> None:
    times_s = [0.0, 0.1, 0.9, 0.95, 1.0, 2.0]
    frames = [
        ClipFrame(
            time_s=begin_s,
            end_s=end_s,
            picture=np.zeros((2, 2, 3), np.uint8),
            messages=(ControlMessage(layer="pose", source="video", values={"yaw": k / 100}, sequence=k + 1),),
        )
        for k, (begin_s, end_s) in enumerate(zip(times_s, [*times_s[1:], 2.3], strict=True))
    ]
    recorder, result = rendered(frames, 10.0)
    # at 0.0, 0.1, .. 2.2 s; the frame of 0.95 s is over before a picture is due
    assert recorder.pictures == [0, *[1] * 8, 2, *[4] * 10, *[5] * 3]
    assert result == RenderedClip(pictures=23, frames=6, faces=6, end_s=2.3)
