"""What each picture of a clip shows, by the null engine's bars, which are exact, or by a recorder of the steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from face.avatar import load_avatar
from omote.clips.offline_runtime import OfflineRuntime
from omote.clips.render_moments import LONGEST_STEP_S, SETTLE_S, render_moments
from omote.clips.source import Moment
from omote.clips.take_source import coalesced
from protocol.channels import CHANNEL_INDEX
from protocol.messages import ControlMessage
from protocol.take_schedule import DueMessage
from runtime.engines.null import read_bars

JAW = CHANNEL_INDEX["expression"]["jawOpen"]
HAPPY = CHANNEL_INDEX["emotion"]["happy"]
SIZE = 512


class Pictures:
    """A writer that keeps the bars of every picture."""

    def __init__(self) -> None:
        self.bars: list[np.ndarray] = []

    def write(self, pixels: np.ndarray) -> None:
        self.bars.append(read_bars(pixels))


@pytest.fixture
def runtime(tmp_path: Path) -> OfflineRuntime:
    (tmp_path / "avatar.toml").write_text('format = 1\nname = "test"\nengine = "null"\n')
    return OfflineRuntime(load_avatar(tmp_path), size=SIZE)


def jaw(at_s: float, value: float, *, ttl_s: float = 1.0, sequence: int = 0) -> DueMessage:
    message = ControlMessage(
        layer="expression", source="script", values={"jawOpen": value}, ttl_s=ttl_s, sequence=sequence
    )
    return DueMessage(at_s, at_s, None, message)


def rendered(
    runtime: OfflineRuntime, messages: list[DueMessage], fps: float, duration_s: float, **others: object
) -> np.ndarray:
    """(pictures, channels) float32."""
    pictures = Pictures()
    with runtime:
        count = render_moments(
            coalesced(messages),
            runtime,
            pictures,  # type: ignore[arg-type]
            fps=fps,
            end_s=lambda: duration_s,
            **others,  # type: ignore[arg-type]
        )
    assert count == len(pictures.bars)
    return np.array(pictures.bars)


@pytest.mark.parametrize("fps", [24.0, 29.97, 30.0, 60.0])
def test_every_picture_shows_the_newest_value_at_its_time(runtime: OfflineRuntime, fps: float) -> None:
    times = np.cumsum(np.r_[0.0, np.random.default_rng(3).uniform(0.005, 0.1, 60)])
    values = np.round(np.random.default_rng(4).uniform(0.1, 0.9, len(times)), 3)
    messages = [jaw(float(at), float(value)) for at, value in zip(times, values, strict=True)]
    shown = rendered(runtime, messages, fps, float(times[-1]))[:, JAW]
    assert len(shown) == int(np.ceil(times[-1] * fps))
    newest = np.searchsorted(times, np.arange(len(shown)) / fps + 1e-9, side="right") - 1
    np.testing.assert_allclose(shown, values[newest], atol=0.01)


def test_the_first_picture_shows_the_first_face_and_no_fade(runtime: OfflineRuntime) -> None:
    assert rendered(runtime, [jaw(0.0, 0.8)], 30.0, 0.0)[:, JAW] == pytest.approx([0.8], abs=0.01)


def test_a_value_ends_with_its_time_to_live_also_between_pictures(runtime: OfflineRuntime) -> None:
    messages = [jaw(0.0, 0.8, ttl_s=0.22), jaw(2.0, 0.4)]
    shown = rendered(runtime, messages, 10.0, 2.1)[:, JAW]
    assert shown[2] == pytest.approx(0.8, abs=0.01)
    assert shown[3] < 0.75  # faded since 0.22 s, not since picture 3
    assert shown[10:20].max() < 0.05  # idle
    assert shown[20] < 0.45

    times_s: list[float] = []

    class Watched:
        def step(self, messages: object, now_s: float, dt_s: float, *, draw: bool) -> np.ndarray | None:
            times_s.append(now_s)
            return np.zeros((SIZE, SIZE, 4), np.uint8) if draw else None

    render_moments(
        coalesced(messages),
        Watched(),  # type: ignore[arg-type]
        Pictures(),  # type: ignore[arg-type]
        fps=10.0,
        end_s=lambda: 2.1,
    )
    live = [time_s for time_s in times_s if time_s >= SETTLE_S]
    assert max(np.diff(live)) <= LONGEST_STEP_S + 1e-6
    assert min(np.diff(live)) > 0


def test_the_order_of_arrival_counts_and_not_the_sender_s_numbers(runtime: OfflineRuntime) -> None:
    messages = [jaw(0.0, 0.2, sequence=900), jaw(0.5, 0.9, sequence=3)]
    assert rendered(runtime, messages, 10.0, 1.0)[-1, JAW] == pytest.approx(0.9, abs=0.01)


def test_a_held_emotion_stays_during_the_whole_take(runtime: OfflineRuntime) -> None:
    held = ControlMessage(layer="emotion", source="render", values={"happy": 0.7}, ttl_s=60.0)
    shown = rendered(runtime, [jaw(0.0, 0.2), jaw(0.9, 0.2)], 30.0, 1.0, held=(held,))
    np.testing.assert_allclose(shown[:, HAPPY], 0.7, atol=0.01)


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
        self.settled += not draw and now_s < SETTLE_S
        self.times_s.append(now_s)
        return np.full((4, 4, 4), round(self._yaw * 100), np.uint8) if draw else None

    def write(self, pixels: np.ndarray) -> None:
        self.pictures.append(int(pixels[0, 0, 0]))


def recorded(times_s: Sequence[float], end_s: float, fps: float, *, lost: tuple[int, ...] = ()) -> Recorder:
    """Frame k of a video turns the head by k / 100 rad; `lost` ones have no face."""
    moments = [
        Moment(
            time_s,
            ()
            if k in lost
            else (ControlMessage(layer="pose", source="video", values={"yaw": k / 100}, sequence=k + 1),),
        )
        for k, time_s in enumerate(times_s)
    ]
    recorder = Recorder()
    count = render_moments(
        moments,
        recorder,  # type: ignore[arg-type]
        recorder,  # type: ignore[arg-type]
        fps=fps,
        end_s=lambda: end_s,
    )
    assert count == len(recorder.pictures)
    return recorder


@pytest.mark.parametrize("fps", [23.976, 25.0, 29.97, 59.94])
def test_every_frame_of_a_video_becomes_its_own_picture(fps: float) -> None:
    times_s = [k / fps for k in range(240)]
    assert recorded(times_s, 240 / fps, fps).pictures == list(range(240))


def test_a_lower_rate_skips_frames_and_a_higher_one_repeats_them() -> None:
    assert recorded([k / 30 for k in range(30)], 1.0, 10.0).pictures == list(range(0, 30, 3))
    assert recorded([k / 10 for k in range(5)], 0.5, 20.0).pictures == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_pictures_show_the_frame_of_their_own_time_in_a_video_of_uneven_times() -> None:
    shown = recorded([0.0, 0.1, 0.9, 0.95, 1.0, 2.0], 2.3, 10.0).pictures
    # at 0.0, 0.1, .. 2.2 s; the frame of 0.95 s is over before a picture is due
    assert shown == [0, *[1] * 8, 2, *[4] * 10, *[5] * 3]


def test_the_runtime_settles_on_the_beginning_before_the_first_picture() -> None:
    recorder = recorded([0.0, 0.1, 0.2], 0.3, 10.0)
    assert recorder.settled >= round(SETTLE_S * 10)
    assert recorder.times_s == sorted(recorder.times_s)


def test_frames_without_a_face_are_drawn_as_well() -> None:
    assert recorded([k / 10 for k in range(6)], 0.6, 10.0, lost=(2, 3)).pictures == [0, 1, 1, 1, 4, 5]


@pytest.mark.parametrize(
    ("duration_s", "fps", "count"), [(0.0, 30.0, 1), (1.0, 30.0, 30), (1.001, 30.0, 31), (2.0, 29.97, 60)]
)
def test_the_length_is_the_sources(duration_s: float, fps: float, count: int) -> None:
    assert len(recorded([0.0], duration_s, fps).pictures) == count


def test_pictures_are_composed_with_their_time() -> None:
    seen: list[float] = []

    def composed(time_s: float, pixels: np.ndarray) -> np.ndarray:
        seen.append(time_s)
        return pixels + 1

    recorder = Recorder()
    render_moments(
        [],
        recorder,  # type: ignore[arg-type]
        recorder,  # type: ignore[arg-type]
        fps=4.0,
        end_s=lambda: 1.0,
        compose_picture=composed,
    )
    assert seen == [0.0, 0.25, 0.5, 0.75]
    assert recorder.pictures == [1, 1, 1, 1]
