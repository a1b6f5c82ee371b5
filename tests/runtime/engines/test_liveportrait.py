"""The LivePortrait engine with narrow networks and weights by seed: its pictures against the slow way, and its manners."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("cv2")

from face.avatar import Avatar, load_avatar
from face.deform import FaceDeformer
from face.errors import AvatarError
from face.liveportrait.control import KeypointControl
from face.liveportrait.portrait_face import ROLE, load_face, save_face
from face.motion import Motion
from face.rig import load_rig
from inference.errors import ModelError
from inference.providers import why_not
from protocol.blendshapes import INDEX
from runtime.avatars.slot import AvatarSlot
from runtime.engines.head import HeadEngine
from runtime.engines.liveportrait import LivePortraitEngine
from runtime.errors import RenderError
from runtime.inference.liveportrait_network import AskedPicture, LivePortraitNetwork, find_liveportrait
from runtime.inference.settings import NeuralSettings
from tests.waiting import PATIENCE_S, until

SIZE = 128


@pytest.fixture(scope="module")
def settings(liveportrait_weights: Path) -> NeuralSettings:
    return NeuralSettings(("cpu",), weights=str(liveportrait_weights))


@pytest.fixture(scope="module")
def engine(settings: NeuralSettings) -> Iterator[LivePortraitEngine]:
    made = LivePortraitEngine(SIZE, settings)
    yield made
    made.close()


@pytest.fixture(scope="module")
def worn(liveportrait_avatar: Path) -> Avatar:
    return load_avatar(liveportrait_avatar)


def moved(avatar: Avatar) -> Motion:
    motion = Motion.neutral()
    motion.values[:] = load_rig(avatar).portrait
    motion.pose[0] += 0.3
    motion.expression[INDEX["jawOpen"]] = 0.8
    return motion


def network_picture(avatar: Avatar, settings: NeuralSettings, motion: Motion) -> np.ndarray:
    """(S, S, 3) uint8 by hand."""
    face, rig = load_face(avatar), load_rig(avatar)
    control = KeypointControl(face, rig.camera, rig.portrait)
    network = LivePortraitNetwork(find_liveportrait(Path(settings.weights)), "cpu")
    network.wear(face.volume, control.source)
    return np.round(255 * network.draw(control.keypoints(motion)).transpose(1, 2, 0)).astype(np.uint8)


def test_offline_a_frame_shows_the_networks_picture_in_its_square(
    engine: LivePortraitEngine, worn: Avatar, settings: NeuralSettings
) -> None:
    engine.set_avatar(worn)
    motion = moved(worn)
    frame = engine.render(motion, 0.0).copy()
    assert engine.name == "liveportrait"
    assert "ONNX Runtime, CPU" in engine.provider
    picture = network_picture(worn, settings, motion)
    x, y, side = load_face(worn).crop
    inside = 0.35 * side  # well inside of the soft border
    for across, down in ((0, 0), (-inside, 0), (0.2 * side, inside), (inside, -inside)):
        column, row = int((x + across + 0.5) * SIZE), int((y + down + 0.5) * SIZE)
        at = [(place + 0.5) / SIZE - 0.5 for place in (column, row)]
        u, v = (
            ((at[0] - x) / side + 0.5) * len(picture) - 0.5,
            ((at[1] - y) / side + 0.5) * len(picture) - 0.5,
        )
        around = picture[int(v) : int(v) + 2, int(u) : int(u) + 2].reshape(-1, 3).astype(int)
        got = frame[row, column, :3].astype(int)
        assert (got >= around.min(0) - 2).all()
        assert (got <= around.max(0) + 2).all()
    assert (frame[..., 3] == 255).all()  # the background is kept


def test_outside_of_its_square_the_portrait_is_at_rest(engine: LivePortraitEngine, worn: Avatar) -> None:
    engine.set_avatar(worn)
    x, y, side = load_face(worn).crop
    at = (np.arange(SIZE) + 0.5) / SIZE - 0.5
    is_outside = (np.abs(at[None, :] - x) > side / 2) | (np.abs(at[:, None] - y) > side / 2)
    assert is_outside.sum() > 100
    rest = Motion.neutral()
    rest.values[:] = load_rig(worn).portrait
    frame = engine.render(moved(worn), 0.0).copy()
    head = HeadEngine(SIZE)
    head.set_avatar(worn)
    wanted = head.render(rest, 0.0).copy()
    head.close()
    np.testing.assert_allclose(frame[is_outside].astype(int), wanted[is_outside], atol=2)


def test_without_background_the_head_engines_alpha_cuts_the_person_out(
    engine: LivePortraitEngine, worn: Avatar
) -> None:
    bare = replace(worn, background="transparent")
    engine.set_avatar(bare)
    motion = moved(bare)
    alpha = engine.render(motion, 0.0)[..., 3].copy()
    head = HeadEngine(SIZE)
    head.set_avatar(bare)
    wanted = head.render(motion, 0.0)[..., 3].copy()
    head.close()
    x, y, side = load_face(worn).crop
    at = (np.arange(SIZE) + 0.5) / SIZE - 0.5
    is_inside = (np.abs(at[None, :] - x) < 0.4 * side) & (np.abs(at[:, None] - y) < 0.4 * side)
    assert 0 < wanted[is_inside].mean() < 255
    np.testing.assert_allclose(alpha[is_inside].astype(int), wanted[is_inside], atol=2)


def test_the_same_sequence_gives_the_same_pictures(engine: LivePortraitEngine, worn: Avatar) -> None:
    frames = []
    for _ in range(2):
        engine.set_avatar(worn)
        frames.append([engine.render(moved(worn), t).copy() for t in (0.0, 0.1)])
    np.testing.assert_array_equal(frames[0], frames[1])


def test_live_frames_never_wait_and_the_picture_comes(settings: NeuralSettings, worn: Avatar) -> None:
    live = LivePortraitEngine(SIZE, settings, start="wait")
    try:
        live.set_avatar(worn)
        motion = moved(worn)
        first = live.render(motion, 0.0).copy()
        head = HeadEngine(SIZE)
        head.set_avatar(worn)
        if live.name == "head":  # until there is a picture
            np.testing.assert_array_equal(first, head.render(motion, 0.0))
        head.close()
        until(lambda: live.render(motion, 1.0) is not None and live.name == "liveportrait")
        offline = LivePortraitEngine(SIZE, settings)
        offline.set_avatar(worn)
        np.testing.assert_allclose(live.render(motion, 2.0).astype(int), offline.render(motion, 0.0), atol=1)
        offline.close()
        (note,) = (note for note in live.notes() if "the CPU computes" in note)
        assert re.search(r"computes, \d+\.\d seconds a picture", note)
    finally:
        live.close()
        live.close()


def test_between_the_networks_pictures_the_newest_one_moves_with_the_head(
    settings: NeuralSettings, worn: Avatar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network is held up after a picture whose colours are places, so that frames say where each pixel comes from."""
    may_draw, side = threading.Event(), 64
    ramp = (np.arange(side, dtype=np.float32) + 0.5) / side
    across, down = np.broadcast_arrays(ramp[None], ramp[:, None])
    picture = np.stack([across, down, np.full_like(across, 0.5)])

    def draw(self: LivePortraitNetwork, asked: Sequence[AskedPicture]) -> None:
        assert may_draw.wait(PATIENCE_S)
        for one in asked:
            one.out[:] = picture

    monkeypatch.setattr(LivePortraitNetwork, "draw_together", draw)
    may_draw.set()
    live = LivePortraitEngine(SIZE, settings, start="wait")
    try:
        live.set_avatar(worn)
        rig, crop = load_rig(worn), load_face(worn).crop
        rest, aside = Motion.neutral(), Motion.neutral()
        rest.values[:] = aside.values[:] = rig.portrait
        aside.pose[3] += 0.04
        aside.pose[0] += 0.1
        until(lambda: live.render(rest, 1.0) is not None and live.name == "liveportrait")
        may_draw.clear()
        before, after = (live.render(motion, 2.0).astype(np.float32) / 255 for motion in (rest, aside))
        places = []
        for motion in (rest, aside):
            vertices = FaceDeformer(rig).deform(motion.expression, motion.gaze)
            seen = rig.camera.seen(vertices, motion)
            places.append(rig.camera.project(seen))
        nose = int(np.argmax(seen[:, 2]))
        for motion_place, frame, source in (
            (places[0][nose], before, places[0][nose]),
            (places[1][nose], after, places[0][nose]),  # what was at the nose is still there
        ):
            column, row = ((motion_place + 0.5) * SIZE).astype(int)
            wanted = (source - crop[:2]) / crop[2] + 0.5
            assert np.abs(frame[row, column, :2] - wanted).max() < 0.02
        assert np.abs(places[1][nose] - places[0][nose]).max() > 0.05
        may_draw.set()
        # once the network has drawn this Motion, its own picture is shown as it is
        until(lambda: np.abs(live.render(aside, 3.0).astype(np.float32) / 255 - before)[..., :2].max() < 0.01)
    finally:
        may_draw.set()
        live.close()


def test_a_named_provider_that_is_not_here_is_said_and_the_next_one_draws(
    liveportrait_weights: Path, worn: Avatar
) -> None:
    if not why_not("cuda"):
        pytest.skip("this machine has CUDA")
    settings = NeuralSettings(("tensorrt", "cuda", "cpu"), weights=str(liveportrait_weights))
    made = LivePortraitEngine(SIZE, settings)
    try:
        assert "ONNX Runtime, CPU" in made.provider
        assert {note.split(":")[0] for note in made.notes()} >= {
            "liveportrait on tensorrt",
            "liveportrait on cuda",
        }
    finally:
        made.close()


def test_without_its_files_it_says_where_people_get_them(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="omote weights says where people get them"):
        LivePortraitEngine(SIZE, NeuralSettings(weights=str(tmp_path)))


def test_avatars_that_do_not_fit_are_refused_and_the_one_before_stays(
    engine: LivePortraitEngine, worn: Avatar, drawn_avatar: Path, tmp_path: Path
) -> None:
    engine.set_avatar(worn)
    before = engine.render(moved(worn), 0.0).copy()
    with pytest.raises(AvatarError, match="was not made for LivePortrait"):
        engine.set_avatar(load_avatar(drawn_avatar))
    np.testing.assert_array_equal(engine.render(moved(worn), 0.0), before)
    other = tmp_path / "avatar"
    shutil.copytree(worn.path, other)
    face = load_face(worn)
    save_face(replace(face, volume=np.zeros((1, 2, 2, 4, 4), np.float32)), other / worn.files[ROLE].name)
    engine.set_avatar(load_avatar(other))
    with pytest.raises(RenderError, match="make the avatar again with these networks"):
        engine.render(moved(worn), 0.0)
    engine.set_avatar(worn)
    np.testing.assert_array_equal(engine.render(moved(worn), 0.0), before)


def test_the_runtimes_slot_wears_it_by_the_avatars_own_engine(
    settings: NeuralSettings, liveportrait_avatar: Path
) -> None:
    """Through the process that reads avatars."""
    slot = AvatarSlot(size=SIZE, engine="auto", neural=settings)
    try:
        slot.load(liveportrait_avatar)
        assert isinstance(slot.engine, LivePortraitEngine)
        until(
            lambda: (
                slot.engine.render(Motion.neutral(), 0.0) is not None and slot.engine.name == "liveportrait"
            )
        )
    finally:
        slot.close()
