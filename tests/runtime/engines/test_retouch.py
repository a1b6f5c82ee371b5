"""The retouch engine's pictures against the torch network and its `composite`, and against the head engine's."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")


from face.retouch_code import ROLE, RetouchCode, save_code
from inference.errors import ModelError, ProviderError
from runtime.engines.head import HeadEngine
from runtime.engines.prepared import PreparedAvatar
from runtime.engines.retouch import RetouchEngine, draft_scale, frame_limit_ms, prepare_retouch
from runtime.inference.retouch_network import RetouchFields
from runtime.inference.settings import NeuralSettings
from tests.motions import motion
from tests.networks.retouch_models import write_random_model
from tests.runtime.engines.fading import fading
from tests.runtime.engines.retouch_reference import MOTIONS, SIZE, Picture, avatar, reference
from tests.waiting import until


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_model(tmp_path_factory.mktemp("model") / "retouch")


@pytest.fixture(scope="module")
def engine(model: Path) -> Iterator[RetouchEngine]:
    made = RetouchEngine(SIZE, NeuralSettings(("cpu",), str(model)))
    yield made
    made.close()


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[RetouchEngine]:
    """An engine whose network answers visibly to an avatar's code."""
    model = write_random_model(tmp_path / "answering", is_answering=True)
    made = RetouchEngine(SIZE, NeuralSettings(("cpu",), str(model)))
    yield made
    made.close()


@pytest.fixture(scope="module")
def with_regions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RetouchEngine]:
    model = write_random_model(tmp_path_factory.mktemp("model") / "regions", has_regions=True)
    made = RetouchEngine(SIZE, NeuralSettings(("cpu",), str(model)))
    yield made
    made.close()


@pytest.fixture(scope="module")
def head() -> Iterator[HeadEngine]:
    made = HeadEngine(SIZE)
    yield made
    made.close()


def premultiplied(picture: Picture) -> NDArray[np.float32]:
    values = picture.astype(np.float32)
    values[..., :3] *= values[..., 3:] / 255
    return values


@pytest.mark.parametrize("background", ["keep", "transparent"])
@pytest.mark.parametrize("number", range(len(MOTIONS)))
def test_the_picture_agrees_with_the_torch_reference(
    engine: RetouchEngine, head: HeadEngine, background: str, number: int
) -> None:
    worn = avatar("ines", background)
    engine.set_avatar(worn)
    got = premultiplied(engine.render(MOTIONS[number], 0.0))
    wanted = reference(head, worn, MOTIONS[number]).astype(np.float32)
    off = np.abs(got - wanted)
    assert np.percentile(off, 99.9) <= 2.0
    assert (
        off.max() <= 12.0
    )  # bilinear weights of a driver have eight bits; a detail of one doubles what they cost
    draft = premultiplied(head.render(MOTIONS[number], 0.0))
    assert np.abs(draft - wanted).mean() > 3, "the fields do nothing, so the comparison says nothing"


@pytest.mark.parametrize("background", ["keep", "transparent"])
@pytest.mark.parametrize("number", range(len(MOTIONS)))
def test_mouth_and_eyes_agree_with_the_torch_reference(
    with_regions: RetouchEngine, head: HeadEngine, background: str, number: int
) -> None:
    worn = avatar("ines", background)
    with_regions.set_avatar(worn)
    got = premultiplied(with_regions.render(MOTIONS[number], 0.0))
    wanted = reference(head, worn, MOTIONS[number], has_regions=True).astype(np.float32)
    off = np.abs(got - wanted)
    assert np.percentile(off, 99.9) <= 2.5
    assert off.max() <= 12.0  # bilinear weights of a driver have eight bits, and the flow is steep here
    without = reference(head, worn, MOTIONS[number]).astype(np.float32)
    changed = np.abs(without - wanted).max(-1) > 8
    assert changed.mean() > 0.02, "the regions do nothing, so the comparison says nothing"


@pytest.mark.parametrize("background", ["keep", "transparent"])
def test_with_fields_that_change_nothing_the_picture_is_the_head_engines(
    engine: RetouchEngine, head: HeadEngine, background: str
) -> None:
    worn = avatar("mio", background)
    head.set_avatar(worn)
    engine.set_avatar(worn)
    engine._composite.write(RetouchFields.unchanged())
    for shown in MOTIONS:
        engine.draw(shown)
        engine._composite.draw(engine.drawn, engine.plates.at(0.0), 1.0)
        got = np.zeros((SIZE, SIZE, 4), np.uint8)
        engine._composite.target.read_into(got, components=4)
        wanted = head.render(shown, 0.0)
        if background == "transparent":
            assert np.abs(premultiplied(got) - premultiplied(wanted)).max() <= 1.01  # rounded weights
        else:  # there, every layer was rounded over the background
            assert np.abs(got.astype(int) - wanted).max() <= 2


def test_a_share_of_nothing_is_the_draft_whatever_the_fields(engine: RetouchEngine) -> None:
    engine.set_avatar(avatar("mio", "keep"))
    full = engine.render(MOTIONS[1], 0.0).copy()
    engine.draw(MOTIONS[1])
    pictures = []
    for share in (0.0, 0.5, 1.0):
        engine._composite.draw(engine.drawn, engine.plates.at(0.0), share)
        pictures.append(np.zeros((SIZE, SIZE, 4), np.uint8))
        engine._composite.target.read_into(pictures[-1], components=4)
    engine._composite.write(RetouchFields.unchanged())
    engine._composite.draw(engine.drawn, engine.plates.at(0.0), 1.0)
    unchanged = np.zeros((SIZE, SIZE, 4), np.uint8)
    engine._composite.target.read_into(unchanged, components=4)
    assert np.array_equal(pictures[0], unchanged)
    assert np.array_equal(pictures[2], full)
    half, whole = (np.abs(one.astype(int) - unchanged).mean() for one in pictures[1:])
    assert 0.2 * whole < half < 0.8 * whole


def test_transparent_avatars_stay_transparent_beside_the_paint(engine: RetouchEngine) -> None:
    engine.set_avatar(avatar("ines", "transparent"))
    engine.compute_fields(engine.draw(motion()), motion())
    fields = RetouchFields.unchanged()
    fields.paint[:] = 1.0
    fields.mask[0, 60:68, 2:8] = 1.0  # a patch beside the head, at the left edge
    engine._composite.write(fields)
    engine.draw(motion())
    engine._composite.draw(engine.drawn, engine.plates.at(0.0), 1.0)
    got = np.zeros((SIZE, SIZE, 4), np.uint8)
    engine._composite.target.read_into(got, components=4)
    assert (got[250:262, 16:24] == 255).all()
    assert (got[100:120, 10:30] == 0).all()


def test_each_avatar_is_drawn_with_its_own_code(engine: RetouchEngine) -> None:
    pictures = {}
    for name in ("ines", "kofi", "ines"):
        engine.set_avatar(avatar(name, "keep"))
        picture = engine.render(MOTIONS[1], 0.0).copy()
        assert np.array_equal(pictures.setdefault(name, picture), picture)
    network = engine.network
    assert network is not None
    code = network._form.inputs["avatar"].copy()
    engine.set_avatar(avatar("kofi", "keep"))
    assert not np.array_equal(network._form.inputs["avatar"], code)


def test_a_fitted_code_is_drawn_and_that_of_another_network_is_not(
    answering: RetouchEngine, tmp_path: Path
) -> None:
    engine = answering
    worn = avatar("ines", "keep")
    engine.set_avatar(worn)
    network = engine.network
    assert network is not None
    own = engine.render(MOTIONS[1], 0.0).copy()
    values = network.avatar_code + np.linspace(-1, 1, 24, dtype=np.float32)
    [wanted] = [one.copy() for one in engine.draw_with_codes(MOTIONS[1], [values])]
    assert np.abs(wanted.astype(int) - own).max() > 20, (
        "the code does nothing, so the comparison says nothing"
    )
    assert np.array_equal(engine.render(MOTIONS[1], 0.0), own)  # trying codes leaves none behind
    pictures, notes = [], []
    for number, fingerprint in enumerate((network.fingerprint, bytes(32))):
        save_code(RetouchCode(values, fingerprint), tmp_path / f"{number}.npz")
        engine.set_avatar(replace(worn, files=worn.files | {ROLE: tmp_path / f"{number}.npz"}))
        pictures.append(engine.render(MOTIONS[1], 0.0).copy())
        notes.append(engine.notes())
    assert np.array_equal(pictures[0], wanted)
    assert np.array_equal(pictures[1], own)
    assert notes[0] == []
    assert "fitted with another network and is not used; fit it again" in notes[1][0]
    engine.set_avatar(worn)
    assert np.array_equal(engine.render(MOTIONS[1], 0.0), own)
    assert engine.notes() == []


def test_a_frame_during_an_upload_is_that_of_the_avatar_before(engine: RetouchEngine) -> None:
    engine.set_avatar(avatar("kofi", "keep"))
    before = engine.render(MOTIONS[2], 0.0).copy()
    new = avatar("ines", "transparent")
    upload = engine.upload(PreparedAvatar(new, "retouch", prepare_retouch(new, SIZE)))
    for count, _ in enumerate(upload):
        if count % 5 == 0 and engine.plates.shown.is_opaque:
            assert np.array_equal(engine.render(MOTIONS[2], 0.0), before)
    assert engine.render(MOTIONS[2], 0.0)[..., 3].min() < 255  # a random network paints everywhere


def test_regions_fade_out_before_the_network_does(with_regions: RetouchEngine, head: HeadEngine) -> None:
    """A frame of each level, and between two levels no step larger than an eased half second allows."""
    engine = with_regions
    worn = avatar("ines", "keep")
    engine.set_avatar(worn)
    pictures = fading(engine, "regions")
    wanted = {
        2: reference(head, worn, MOTIONS[1], has_regions=True),
        1: reference(head, worn, MOTIONS[1]),
        0: head.render(MOTIONS[1], 0.0),
    }
    for level, shown in pictures.items():
        off = np.abs(shown[-1][..., :3].astype(int) - wanted[level][..., :3])
        assert np.percentile(off, 99.9) <= 3.0, level
    for level in (1, 0):
        whole = np.abs(pictures[level][-1].astype(int) - pictures[level][0]).mean()
        steps = [
            np.abs(after.astype(int) - before).mean() for before, after in itertools.pairwise(pictures[level])
        ]
        assert whole > 0.2
        assert max(steps) < 0.2 * whole


@pytest.mark.parametrize(
    ("least_fps", "fps", "share", "limit_ms"),
    [(25.0, 60.0, 1.0, 40.0), (25.0, 0.0, 1.0, 40.0), (25.0, 20.0, 1.0, 50.0), (25.0, 60.0, 0.6, 10.0),
     (25.0, 0.0, 0.5, 20.0), (30.0, 24.0, 0.96, 40.0)],
)  # fmt: skip
def test_a_share_is_of_the_time_between_wanted_frames(
    least_fps: float, fps: float, share: float, limit_ms: float
) -> None:
    assert frame_limit_ms(least_fps, fps, share) == pytest.approx(limit_ms)


def test_with_a_share_an_engine_that_was_asked_for_is_left_out_as_well(model: Path) -> None:
    engine = RetouchEngine(256, NeuralSettings(("cpu",), str(model), cpu_share=0.5), fps=30.0)
    try:
        engine.set_avatar(avatar("ines", "keep"))
        now_s = 0.0
        for frame_ms, level in ((5.0, 1), (30.0, 0)):
            for _ in range(80):
                engine.render(MOTIONS[0], now_s)
                engine.frame_took(frame_ms, now_s)
                now_s += 1 / 30
            assert engine._ladder is not None and engine._ladder.level == level  # noqa: PT018
        assert "a frame takes 30 ms here, and at most 17 ms" in engine.notes()[0]
    finally:
        engine.close()


@pytest.mark.parametrize(("size", "scale"), [(128, 4), (256, 2), (384, 1), (512, 1), (1024, 1)])
def test_small_frames_come_from_a_larger_draft(size: int, scale: int) -> None:
    assert draft_scale(size) == scale


def test_a_small_frame_is_the_mean_of_the_large_one(model: Path, head: HeadEngine) -> None:
    """With fields that change nothing; the head engine at 512 is the reference."""
    small = RetouchEngine(SIZE // 2, NeuralSettings(("cpu",), str(model)))
    try:
        worn = avatar("ines", "transparent")
        small.set_avatar(worn)
        small.draw(MOTIONS[1])
        small._composite.draw(small.drawn, small.plates.at(0.0), 0.0)
        got = np.zeros((SIZE // 2, SIZE // 2, 4), np.uint8)
        small._composite.target.read_into(got, components=4)
    finally:
        small.close()
    head.set_avatar(worn)
    large = premultiplied(head.render(MOTIONS[1], 0.0))
    wanted = large.reshape(SIZE // 2, 2, SIZE // 2, 2, 4).mean((1, 3))
    off = np.abs(premultiplied(got) - wanted)
    assert off.max() < 6
    assert off.mean() < 0.6


def test_without_a_network_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="--engine head"):
        RetouchEngine(SIZE, NeuralSettings(model=str(tmp_path)))


def test_a_provider_that_is_not_here_is_an_error(model: Path) -> None:
    with pytest.raises(ProviderError, match="directml"):
        RetouchEngine(SIZE, NeuralSettings(("directml",), str(model)))
    with pytest.raises(ProviderError, match="choose from"):
        RetouchEngine(SIZE, NeuralSettings(("gpu",), str(model)))


@pytest.fixture
def optional(model: Path) -> Iterator[Callable[..., RetouchEngine]]:
    made: list[RetouchEngine] = []

    def make(**values: float) -> RetouchEngine:
        settings = NeuralSettings(("cpu",), str(model), **values)
        made.append(RetouchEngine(256, settings, start="background", fps=60.0))
        made[-1].set_avatar(avatar("ines", "keep"))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_while_the_network_loads_the_head_engine_draws_and_then_it_fades_in(
    optional: Callable[..., RetouchEngine],
) -> None:
    engine = optional()
    plain = engine.render(MOTIONS[1], 0.0).copy()
    assert engine.name == "head"
    assert engine.network is not None or "is being loaded" in engine.notes()[0]
    until(lambda: engine.render(MOTIONS[1], 0.0) is not None and engine.network is not None)
    now_s = 0.0
    steps, last = [], plain
    assert engine._ladder is not None
    (budget,) = engine._ladder._budgets
    while engine.name == "head":  # frames that are fast enough, by the clock of this test
        engine.frame_took(5.0, now_s)
        now_s += 1 / 60
        budget._added_ms = 10.0
        picture = engine.render(MOTIONS[1], now_s).copy()
        assert now_s < 10
    while not np.array_equal(picture, last):
        steps.append(np.abs(picture.astype(int) - last).mean())
        last = picture
        now_s += 1 / 60
        picture = engine.render(MOTIONS[1], now_s).copy()
    total = np.abs(last.astype(int) - plain).mean()
    assert 25 <= len(steps) <= 32  # half a second at 60 frames
    assert max(steps) < 0.2 * total
    assert engine.notes() == []


def test_frames_that_are_too_slow_fade_it_out(optional: Callable[..., RetouchEngine]) -> None:
    engine = optional(least_fps=25.0)
    plain = engine.render(MOTIONS[1], 0.0).copy()
    until(lambda: engine.render(MOTIONS[1], 0.0) is not None and engine.network is not None)
    assert engine._ladder is not None
    engine._ladder._budgets[0]._added_ms = 10.0
    now_s, shares = 0.0, []
    for _ in range(400):
        engine.frame_took(5.0 if engine.name == "head" else 70.0, now_s)
        now_s += 1 / 10
        picture = engine.render(MOTIONS[1], now_s)
        shares.append(engine.name)
        if "retouch" in shares and engine.name == "head":
            break
    assert engine.name == "head"
    assert np.array_equal(picture, plain)
    (note,) = engine.notes()
    assert "a frame takes 70 ms here, and at most 40 ms keep the frame rate; next attempt in 10 s" in note


def test_a_network_that_fails_while_it_is_optional_leaves_the_head_engine(
    optional: Callable[..., RetouchEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = optional()
    until(lambda: engine.render(MOTIONS[1], 0.0) is not None and engine.network is not None)
    assert engine._ladder is not None
    engine._ladder.level = 1
    engine._ladder._budgets[0].is_on = True
    engine.render(MOTIONS[1], 0.1)
    assert engine.name == "retouch"

    def fail(*, with_regions: bool, further: float) -> None:
        raise ProviderError("the device was removed")

    monkeypatch.setattr(engine.network, "run", fail)
    for frame in range(60):
        engine.render(MOTIONS[1], 0.1 + frame / 60)
    assert engine.name == "head"
    assert engine.notes() == ["retouch: the device was removed"]
