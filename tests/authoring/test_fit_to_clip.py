"""A person who is drawn by the engine itself with another code than the portrait gives: a fit must come nearer to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from authoring.clip.true_frames import TrueFrame
from authoring.fit_to_clip import fit_to_clip, halves
from face.avatar import load_avatar
from face.avatar_file import write_avatar_file
from face.motion import Motion
from face.retouch_code import load_code
from runtime.avatars.builtin import builtin_avatars
from runtime.engines.retouch import RetouchEngine
from runtime.inference.settings import NeuralSettings
from tests.motions import motion
from tests.networks.retouch_models import write_random_model

SIZE = 128
UNSEEN = motion(pose_yaw=0.22, pose_pitch=0.1, expression_mouthSmileLeft=0.7)


def shown(number: int) -> Motion:
    return motion(
        pose_yaw=0.3 * float(np.sin(number)), expression_jawOpen=0.4 * float(np.cos(2 * number)) ** 2
    )


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_model(tmp_path_factory.mktemp("model") / "retouch", is_answering=True)


@pytest.fixture(scope="module")
def engine(model: Path) -> Iterator[RetouchEngine]:
    made = RetouchEngine(SIZE, NeuralSettings(("cpu",), str(model)))
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(builtin_avatars()["teo"], tmp_path / "me"))


def frame_of(engine: RetouchEngine, number: float, at: Motion, code: np.ndarray) -> TrueFrame:
    [picture] = [one[..., :3].copy() for one in engine.draw_with_codes(at, [code])]
    rows, columns = np.mgrid[:SIZE, :SIZE] / SIZE - 0.5
    face = (columns / 0.16) ** 2 + ((rows + 0.02) / 0.2) ** 2 < 1
    return TrueFrame(number, picture, at, face, np.ones((SIZE, SIZE), bool))


def codes(engine: RetouchEngine, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """The portrait's own, and that of the person."""
    engine.set_avatar(load_avatar(folder))
    assert engine.network is not None
    own = engine.network.avatar_code.copy()
    return own, own + np.random.default_rng(2).normal(scale=0.5, size=len(own)).astype(np.float32)


def fit(folder: Path, frames: list[TrueFrame], model: Path, clock: Callable[[], float] = lambda: 0.0) -> str:
    said: list[str] = []
    return fit_to_clip(
        folder, frames, minutes=1.0, clock=clock, progress=said.append, model=str(model), rounds=1
    )


def error(picture: np.ndarray, truth: TrueFrame) -> float:
    return float(np.square(picture[..., :3].astype(float) - truth.picture)[truth.face].mean())


def test_a_person_who_differs_is_met_better_in_a_frame_that_was_not_seen(
    engine: RetouchEngine, folder: Path, model: Path
) -> None:
    _, person = codes(engine, folder)
    frames = [frame_of(engine, number, shown(number), person) for number in range(8)]
    unseen = frame_of(engine, 9.0, UNSEEN, person)
    before = error(engine.render(UNSEEN, 0.0), unseen)
    said = fit(folder, frames, model)
    assert said.startswith("kept: face +"), said
    fitted = load_avatar(folder)
    engine.set_avatar(fitted)
    after = error(
        engine.render(UNSEEN, 0.0), unseen
    )  # the runtime's own frame of the avatar as it was written
    assert before > 5
    assert after < 0.7 * before
    write_avatar_file(fitted, folder.parent / "me.omote")  # and the code travels with the avatar
    assert load_code(fitted) is not None


def test_a_fit_that_other_frames_do_not_confirm_is_refused(
    engine: RetouchEngine, folder: Path, model: Path
) -> None:
    own, person = codes(engine, folder)
    places = [
        TrueFrame(k, np.zeros((1, 1, 3), np.uint8), shown(k), *[np.ones((1, 1), bool)] * 2) for k in range(8)
    ]
    learned = {frame.time_s for frame in halves(places)[0]}
    frames = [frame_of(engine, k, shown(k), person if k in learned else own) for k in range(8)]
    before = sorted(folder.rglob("*"))
    manifest = (folder / "avatar.toml").read_bytes()
    assert fit(folder, frames, model).startswith("not kept, because less than 0.1 dB are gained")
    assert sorted(folder.rglob("*")) == before
    assert (folder / "avatar.toml").read_bytes() == manifest


def test_without_time_or_frames_nothing_is_changed(engine: RetouchEngine, folder: Path, model: Path) -> None:
    own, _ = codes(engine, folder)
    frames = [frame_of(engine, k, shown(k), own) for k in range(8)]
    assert "not fitted: 7 frames of the clip can be used, at least 8" in fit(folder, frames[:7], model)
    times = iter([0.0, 61.0])
    said = fit(folder, frames, model, clock=lambda: next(times))
    assert said == "not fitted: --fit-minutes 1 was too short for one round; give it more"
    assert load_code(load_avatar(folder)) is None


def test_parts_of_a_clip_are_fitted_to_and_judge_in_turns() -> None:
    nothing = np.zeros((1, 1), bool)
    frames = [
        TrueFrame(float(k), np.zeros((1, 1, 3), np.uint8), Motion.neutral(), nothing, nothing)
        for k in range(20)
    ]
    learned, judged = halves(frames)
    assert {frame.time_s for frame in learned} | {frame.time_s for frame in judged} == set(
        map(float, range(20))
    )
    assert len(learned) == len(judged) == 10
    sides = "".join("f" if frame in learned else "j" for frame in frames)
    assert sides == "ffffjjjfffjjjjfffjjj"
