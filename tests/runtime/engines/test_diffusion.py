"""The diffusion engine with a small random network: its conditions against training's, its frames, and its manners."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
pytest.importorskip("cv2")

from face.avatar import Avatar, load_avatar
from face.conditions import CODE, frame_code
from face.motion import Motion
from face.rig import load_rig
from inference.errors import ModelError, ProviderError
from runtime.avatars.builtin import builtin_avatars
from runtime.engines.condition_pass import ConditionPass
from runtime.engines.diffusion import PAUSE_S, DiffusionEngine, prepare_diffusion
from runtime.engines.head import HeadEngine
from runtime.engines.prepared import PreparedAvatar
from runtime.errors import RenderError
from runtime.inference.diffusion_network import DiffusionNetwork
from runtime.inference.settings import NeuralSettings
from tests.made_pairs import made_pairs
from tests.motions import motion
from tests.networks.diffusion_models import DESIGN, write_random_diffusion
from tests.waiting import PATIENCE_S, until
from training.diffusion.examples import examples_of
from training.pairs.drafter import small
from training.retouch.batches import batch_of

SIZE = 512
MOTIONS = (
    motion(),
    motion(pose_yaw=0.35, pose_pitch=-0.1, expression_jawOpen=0.8),
    motion(view_azimuth=0.3, gaze_yaw=0.3, emotion_happy=0.7),
)
Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> NeuralSettings:
    return NeuralSettings(("cpu",), str(write_random_diffusion(tmp_path_factory.mktemp("model"))))


@pytest.fixture(scope="module")
def engine(settings: NeuralSettings) -> Iterator[DiffusionEngine]:
    made = DiffusionEngine(SIZE, settings)
    yield made
    made.close()


@pytest.fixture(scope="module")
def worn() -> Avatar:
    return replace(load_avatar(builtin_avatars()["ines"]), wrinkles=0.0)


def of_head(worn: Avatar, shown: Motion, size: int = SIZE) -> Pixels:
    head = HeadEngine(size)
    head.set_avatar(worn)
    made = head.render(shown, 0.0).copy()
    head.close()
    return made


def test_live_conditions_are_training_s_of_the_same_moment(engine: DiffusionEngine, worn: Avatar) -> None:
    """Pairs drawn as `training.pairs.pair_maker` draws them, through `examples_of`, beside the inputs of the graph."""
    engine.set_avatar(worn)
    own = Motion.neutral()
    own.values[:] = load_rig(worn).portrait
    head, conditions = HeadEngine(SIZE), None
    head.set_avatar(worn)
    drafts, pictures, codes = [], [], []
    for shown in (own, *MOTIONS):
        loaded = head.draw(shown)
        if conditions is None:
            conditions = ConditionPass(head.gl)
            conditions.set_head(loaded)
            head.draw(shown)
        pictures.append(conditions.draw(loaded, head.drawn, shown)[1:].copy())
        drafts.append(small(np.frombuffer(head.drawn.read(), np.uint8).reshape(SIZE, SIZE, 4)))
        codes.append(frame_code(shown, loaded.camera, out=np.zeros(CODE, np.float32)))
    head.close()
    count = len(codes)
    pairs = replace(
        made_pairs(1, count),
        draft=np.stack(drafts), conditions=np.stack(pictures), code=np.stack(codes),
        portrait_draft=drafts[0], portrait_conditions=pictures[0],
    )  # fmt: skip
    wanted = examples_of(batch_of([(pairs, number) for number in range(count)], None), DESIGN)
    maker = engine._maker
    assert maker is not None
    for number, shown in enumerate(MOTIONS, 1):
        engine.render(shown, 0.1 * number)
        seen = maker.network._seen
        for name in ("maps", "expression", "emotion", "pose"):
            np.testing.assert_allclose(seen[name][0], getattr(wanted, name)[number], atol=1e-6)
        off = np.abs(seen["planes"][0] - wanted.planes[number].numpy())
        assert off.max() <= 1.6 / 255  # a pair's draft is rounded at 256 pixels, a live one at 128
        assert off.mean() < 0.2 / 255
        assert off[:, 4:].max() <= 1e-6
    portrait = maker.network._portrait
    assert portrait is not None
    np.testing.assert_allclose(portrait.inputs["maps"][0], wanted.portrait_maps[1], atol=1e-6)
    assert np.abs(portrait.inputs["planes"][0] - wanted.portrait_planes[1].numpy()).max() <= 1.6 / 255


def test_offline_every_frame_is_the_networks_under_the_drafts_detail(
    engine: DiffusionEngine, worn: Avatar
) -> None:
    bare = replace(worn, background="transparent")
    engine.set_avatar(bare)
    for number, shown in enumerate(MOTIONS):
        frame = engine.render(shown, 0.1 * number).astype(float) / 255
        assert engine.name == "diffusion"
        maker = engine._maker
        assert maker is not None
        premultiplied = frame * np.concatenate(
            [frame[..., 3:].repeat(3, -1), np.ones_like(frame[..., :1])], -1
        )
        low = premultiplied.reshape(64, 8, 64, 8, 4).mean((1, 3))
        clean, draft = (one.transpose(1, 2, 0) for one in (maker.network._made, maker.network.seen_draft))
        assert np.abs(low[..., 3] - draft[..., 3]).max() < 0.02  # the outline is the draft's
        # within it, where nothing is clamped, what differs from the draft is what the network changed
        free = (clean[..., 3] > 0.95) & (draft[..., 3] > 0.95)
        clean, draft, low = clean[..., :3], draft[..., :3], low[..., :3]
        free &= ((clean > 0.05) & (clean < 0.95)).all(-1) & ((draft > 0.05) & (draft < 0.95)).all(-1)
        wanted, got = (clean - draft)[free].ravel(), (low - draft)[free].ravel()
        assert len(wanted) > 100
        assert np.corrcoef(wanted, got)[0, 1] > 0.75


def test_the_same_sequence_gives_the_same_pictures_and_frames_know_those_before(
    engine: DiffusionEngine, worn: Avatar
) -> None:
    engine.set_avatar(worn)
    once = [engine.render(shown, 0.1 * k).copy() for k, shown in enumerate(MOTIONS)]
    again = [engine.render(shown, 0.1 * k).copy() for k, shown in enumerate(MOTIONS)]
    np.testing.assert_array_equal(once, again)
    np.testing.assert_array_equal(engine.render(MOTIONS[2], 0.2), again[2])  # the same frame once more
    alone = engine.render(MOTIONS[2], 0.0)  # time goes back: nothing was before
    assert not np.array_equal(alone, again[2])


@pytest.mark.parametrize("size", [SIZE, 200])
def test_until_there_is_a_picture_frames_are_the_head_engines(
    settings: NeuralSettings, worn: Avatar, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Live, with a network that is held up: frames do not wait; then its picture comes softly, and moves with the head."""
    may_draw, real = threading.Event(), DiffusionNetwork.draw

    def draw(self: DiffusionNetwork, planes: NDArray[np.float32], code: NDArray[np.float32]) -> object:
        assert may_draw.wait(PATIENCE_S)
        return real(self, planes, code)

    monkeypatch.setattr(DiffusionNetwork, "draw", draw)
    live = DiffusionEngine(size, settings, start="wait")
    try:
        live.set_avatar(worn)
        wanted = of_head(worn, MOTIONS[1], size)
        until(lambda: live._maker is not None or live.render(MOTIONS[0], 0.0) is None)
        for k in range(3):
            frame = live.render(MOTIONS[1], 0.1 + 0.01 * k)
            assert live.name == "head"
            if size == SIZE:
                assert np.array_equal(frame, wanted)
            else:  # drawn larger, and averaged
                assert np.abs(frame.astype(int) - wanted).mean() < 6
        before = live.render(MOTIONS[1], 0.15).copy()
        may_draw.set()
        until(lambda: live._has_picture or live.render(MOTIONS[1], 0.15) is None)
        may_draw.clear()
        frames = [live.render(MOTIONS[1], 0.15 + k / 30).copy() for k in range(20)]
        assert live.name == "diffusion"
        steps = [np.abs(b.astype(int) - a).mean() for a, b in zip([before, *frames], frames, strict=False)]
        whole = np.abs(frames[-1].astype(int) - before).mean()
        assert whole > 1.0
        assert max(steps) < 0.35 * whole
        assert steps[-1] == 0.0
    finally:
        may_draw.set()
        live.close()
        live.close()


def test_between_the_networks_pictures_its_change_moves_with_the_head(
    settings: NeuralSettings, worn: Avatar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change of one spot of the face stays there while the network is busy."""
    side, may_draw = DESIGN.side, threading.Event()
    may_draw.set()
    rig = load_rig(worn)
    rest, aside = Motion.neutral(), Motion.neutral()
    rest.values[:] = aside.values[:] = rig.portrait
    aside.pose[3] += 0.15

    def draw(self: DiffusionNetwork, planes: NDArray[np.float32], code: NDArray[np.float32]) -> object:
        assert may_draw.wait(PATIENCE_S)
        self._see(planes, code)
        made = self.seen_draft.copy()
        made[2, 30:36, 30:36] -= 0.1
        return made.clip(0.0, 1.0)

    monkeypatch.setattr(DiffusionNetwork, "draw", draw)
    live = DiffusionEngine(SIZE, settings, start="wait")
    try:
        live.set_avatar(worn)
        until(lambda: live._has_picture or live.render(rest, 0.0) is None)
        may_draw.clear()
        for begin_s, shown, moved in ((0.0, rest, 0.0), (1.0, aside, 0.15)):
            for k in range(10):
                frame = live.render(shown, begin_s + k / 10).copy()
            head = of_head(worn, shown)
            change = (head.astype(int) - frame)[..., 2]
            rows, columns = np.nonzero(change > 12)
            assert len(rows) > 500
            # the face lies before the pivot, so that it moves a little more
            assert columns.mean() / SIZE - 0.5 == pytest.approx(33 / side - 0.5 + moved, abs=0.03)
            assert rows.mean() / SIZE == pytest.approx(33 / side, abs=0.01)
    finally:
        may_draw.set()
        live.close()


def test_a_stream_begins_anew_with_another_avatar_and_after_a_pause(
    settings: NeuralSettings, worn: Avatar
) -> None:
    live = DiffusionEngine(SIZE, settings, start="wait")
    try:
        live.set_avatar(worn)
        until(lambda: live._has_picture or live.render(MOTIONS[0], 0.0) is None)
        assert {one.name for one in live.timings()} == {"network", "picture"}
        assert all(one.p50_ms > 0.0 for one in live.timings())
        live.render(MOTIONS[0], PAUSE_S + 0.1)
        assert not live._has_picture
        until(lambda: live._has_picture or live.render(MOTIONS[0], PAUSE_S + 0.2) is None)
        live.set_avatar(replace(load_avatar(builtin_avatars()["mio"]), wrinkles=0.0))
        live.render(MOTIONS[0], PAUSE_S + 0.3)
        assert live.name == "head"
    finally:
        live.close()


def test_a_still_face_does_not_keep_the_network_busy(settings: NeuralSettings, worn: Avatar) -> None:
    live = DiffusionEngine(SIZE, settings, start="wait")
    try:
        live.set_avatar(worn)
        until(lambda: live._same_asked > DESIGN.past or live.render(MOTIONS[0], 0.0) is None)
        until(lambda: not live._is_computing or live.render(MOTIONS[0], 0.0) is None)
        frames = [live.render(MOTIONS[0], 0.1 * k).copy() for k in range(12)][8:]
        assert not live._is_computing
        assert all(np.array_equal(frames[0], one) for one in frames)
        live.render(MOTIONS[1], 1.2)
        assert live._is_computing
    finally:
        live.close()


def test_a_network_that_fails_leaves_the_head_engines_picture_live_and_is_an_error_offline(
    settings: NeuralSettings, worn: Avatar, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(self: DiffusionNetwork, planes: object, code: object) -> object:
        raise ProviderError("the graphics card was unplugged")

    monkeypatch.setattr(DiffusionNetwork, "draw", draw)
    live = DiffusionEngine(SIZE, settings, start="wait")
    live.set_avatar(worn)
    until(lambda: live._failure or live.render(MOTIONS[1], 0.0) is None)
    assert np.array_equal(live.render(MOTIONS[1], 0.1), of_head(worn, MOTIONS[1]))
    assert live.notes() == ["diffusion: the head engine draws; the graphics card was unplugged"]
    live.close()
    offline = DiffusionEngine(SIZE, settings)
    offline.set_avatar(worn)
    with pytest.raises(RenderError, match="unplugged"):
        offline.render(MOTIONS[1], 0.0)
    offline.close()


def test_without_a_network_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="omote-train diffusion"):
        DiffusionEngine(SIZE, NeuralSettings(model=str(tmp_path)))


def test_an_upload_in_steps_keeps_the_avatar_before_until_it_is_complete(
    engine: DiffusionEngine, worn: Avatar
) -> None:
    engine.set_avatar(worn)
    before = engine.render(MOTIONS[1], 0.0).copy()
    other = replace(load_avatar(builtin_avatars()["mio"]), wrinkles=0.0)
    prepared = PreparedAvatar(other, "diffusion", prepare_diffusion(other, SIZE))
    upload = engine.upload(prepared)
    for _ in range(8):
        next(upload)
        assert np.array_equal(engine.render(MOTIONS[1], 0.0), before)
    for _ in upload:
        pass
    assert not np.array_equal(engine.render(MOTIONS[1], 0.0), before)
