"""The learned composite as it ships: its promises to the face, whatever its weights have learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from face.emotion_composite import EmotionComposite
from face.emotion_shapes import expression_of
from inference.errors import ModelError
from inference.model_folder import ModelFolder
from protocol.blendshapes import INDEX
from protocol.channels import EMOTIONS
from runtime.inference.emotion_model import COMPOSITE_FILE, FELT_FILE, load_emotion_model
from runtime.inference.retouch_model import installed_model
from runtime.layers.emotion_composites import make_emotion_composite
from runtime.layers.learned_emotion_composite import LearnedEmotionComposite
from studio.motion.acted import ActedMotion

Floats = np.ndarray
DT_S = 1.0 / 60.0


def spoken(count: int) -> Floats:
    """A studio person who speaks and blinks: (count, 52)."""
    acted = ActedMotion(4)
    return np.array([acted.at(2.0 + number * DT_S).articulation for number in range(count)], np.float32)


def one(emotion: str, intensity: float = 1.0) -> Floats:
    return np.float32(intensity) * np.eye(len(EMOTIONS), dtype=np.float32)[EMOTIONS.index(emotion)]


def composed(frames: Floats, intensities: Floats) -> Floats:
    composite, out = make_emotion_composite("learned"), frames.copy()
    for frame, felt in zip(out, np.broadcast_to(intensities, (len(out), len(EMOTIONS))), strict=True):
        composite(frame, felt, frames[0], DT_S)
    return out


def test_no_emotion_changes_no_bit() -> None:
    frames = spoken(30)
    assert composed(frames, np.zeros(len(EMOTIONS), np.float32)).tobytes() == frames.tobytes()


def test_the_same_frames_give_the_same_bytes() -> None:
    frames = spoken(30)
    assert composed(frames, one("angry")).tobytes() == composed(frames, one("angry")).tobytes()


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_a_growing_emotion_never_jumps(emotion: str) -> None:
    frames = np.repeat(spoken(1), 241, 0)  # a held face: only the intensity moves
    out = composed(frames, np.linspace(0.0, 1.0, 241, dtype=np.float32)[:, None] * one(emotion))
    # the shapes' own curves rise as steeply: a first step of 1/240 to the power of 0.8
    assert np.abs(np.diff(out, axis=0)).max() < 0.03


@pytest.mark.parametrize("emotion", ["happy", "sad", "angry", "surprised", "afraid", "disgusted"])
def test_an_emotion_is_nearer_to_its_own_shapes_than_to_those_of_the_others(emotion: str) -> None:
    shapes = np.zeros((len(EMOTIONS), 52), np.float32)
    for number, name in enumerate(EMOTIONS):
        expression_of(one(name), shapes[number])
    added = composed(spoken(120), one(emotion)).mean(0) - spoken(120).mean(0)
    away = np.linalg.norm(shapes - added, axis=1)
    assert EMOTIONS[int(away.argmin())] == emotion


def test_closed_lips_stay_closed() -> None:
    """A [p] on an open jaw, under every emotion."""
    frames = np.zeros((len(EMOTIONS), 52), np.float32)
    frames[:, INDEX["jawOpen"]], frames[:, INDEX["mouthClose"]] = 0.3, 0.3
    out = composed(frames, np.eye(len(EMOTIONS), dtype=np.float32))
    gap = out[:, INDEX["jawOpen"]] - out[:, INDEX["mouthClose"]]
    assert gap.max() < 0.09


def test_wild_input_stays_in_range() -> None:
    random = np.random.default_rng(2)
    out = composed(random.random((200, 52)).astype(np.float32), random.random((200, 8)).astype(np.float32))
    assert 0.0 <= out.min() <= out.max() <= 1.0


def test_an_emotion_that_comes_back_is_composed_as_before() -> None:
    """What is remembered of an emotion never outlives it."""
    frames = spoken(60)
    felt = np.repeat([one("happy"), one("angry"), one("happy")], 20, 0)
    out = composed(np.repeat(frames[:20], 3, 0).reshape(20, 3, 52).swapaxes(0, 1).reshape(60, 52), felt)
    assert out[:20].tobytes() == out[40:].tobytes()
    assert np.abs(out[:20] - out[20:40]).max() > 0.1


def test_lips_that_met_in_an_emotion_long_ago_do_not_hold_those_of_the_next_one() -> None:
    def shown(composite: EmotionComposite, jaw: float, shut: float, felt: Floats) -> Floats:
        frame = np.zeros(52, np.float32)
        frame[INDEX["jawOpen"]], frame[INDEX["mouthClose"]] = jaw, shut
        composite(frame, felt, frame.copy(), DT_S)
        return frame

    composite = make_emotion_composite("learned")
    shown(composite, 0.4, 0.4, one("happy"))
    for _ in range(600):  # ten seconds without an emotion
        shown(composite, 0.02, 0.0, one("happy", 0.0))
    wanted = shown(make_emotion_composite("learned"), 0.02, 0.0, one("surprised"))
    assert wanted[INDEX["jawOpen"]] > 0.1
    assert shown(composite, 0.02, 0.0, one("surprised")).tobytes() == wanted.tobytes()


def test_a_composite_of_another_version_is_refused_with_advice() -> None:
    model = load_emotion_model(installed_model("emotion"))
    swapped = {FELT_FILE: model.graphs[FELT_FILE], COMPOSITE_FILE: model.graphs["filter.onnx"]}
    with pytest.raises(ModelError, match="export the network again"):
        LearnedEmotionComposite(ModelFolder(model.path, "emotion", "", 0.0, False, swapped))


def test_a_folder_without_a_composite_is_refused_with_advice() -> None:
    with pytest.raises(ModelError, match="analytic"):
        LearnedEmotionComposite(ModelFolder(Path("emotion"), "emotion", "", 0.0, False, {}))
