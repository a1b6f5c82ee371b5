"""Pictures of a take: what each shows, by the null engine's bars, which are exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from face.avatar import load_avatar
from omote.clips.offline_runtime import OfflineRuntime
from omote.clips.render_take import pictures_in, render_take
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
        count = render_take(messages, runtime, pictures, fps=fps, duration_s=duration_s, **others)  # type: ignore[arg-type]
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

    render_take(messages, Watched(), Pictures(), fps=10.0, duration_s=2.1)  # type: ignore[arg-type]
    live = [time_s for time_s in times_s if time_s >= 1.0]
    assert max(np.diff(live)) <= 1 / 60 + 1e-6
    assert min(np.diff(live)) > 0


def test_the_order_of_arrival_counts_and_not_the_sender_s_numbers(runtime: OfflineRuntime) -> None:
    messages = [jaw(0.0, 0.2, sequence=900), jaw(0.5, 0.9, sequence=3)]
    assert rendered(runtime, messages, 10.0, 1.0)[-1, JAW] == pytest.approx(0.9, abs=0.01)


def test_a_held_emotion_stays_during_the_whole_take(runtime: OfflineRuntime) -> None:
    held = ControlMessage(layer="emotion", source="render", values={"happy": 0.7}, ttl_s=60.0)
    shown = rendered(runtime, [jaw(0.0, 0.2), jaw(0.9, 0.2)], 30.0, 1.0, held=(held,))
    np.testing.assert_allclose(shown[:, HAPPY], 0.7, atol=0.01)


@pytest.mark.parametrize(
    ("duration_s", "fps", "count"), [(0.0, 30.0, 1), (1.0, 30.0, 30), (1.001, 30.0, 31), (2.0, 29.97, 60)]
)
def test_the_length_is_the_take_s(duration_s: float, fps: float, count: int) -> None:
    assert pictures_in(duration_s, fps) == count
