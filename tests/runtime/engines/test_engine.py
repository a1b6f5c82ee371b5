"""The contract of RendererEngine, checked on every engine that draws any avatar made of a portrait."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from face.avatar import load_avatar
from face.motion import Motion
from protocol.channels import CHANNELS
from runtime.avatars.builtin import builtin_avatars
from runtime.engines import ENGINES, make_engine, prepare_avatar
from runtime.engines.engine import RendererEngine
from runtime.inference.settings import NeuralSettings
from tests.networks.diffusion_models import write_random_diffusion
from tests.networks.retouch_models import write_random_model

SIZE = 128
#: Their avatars are not only made of a portrait; test_tha.py and test_liveportrait.py hold them to the same.
OTHERS = ("tha", "liveportrait")
#: Engine -> what writes a random network for it.
WRITERS = {"retouch": write_random_model, "diffusion": write_random_diffusion}


@pytest.fixture(scope="module", params=[name for name in ENGINES if name not in OTHERS])
def engine(
    request: pytest.FixtureRequest, drawn_avatar: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RendererEngine]:
    neural = None
    if request.param in WRITERS:
        for name in ("torch", "onnx", "onnxruntime"):
            pytest.importorskip(name, reason="pip install 'omote[torch,export,neural]'")
        model = WRITERS[request.param](tmp_path_factory.mktemp("model") / request.param)
        neural = NeuralSettings(("cpu",), str(model))
    made = make_engine(request.param, SIZE, neural)
    made.set_avatar(load_avatar(drawn_avatar))
    yield made
    made.close()
    made.close()  # closing twice is allowed


def motions(count: int) -> list[Motion]:
    """Random Motions well inside every channel's range."""
    rng = np.random.default_rng(1)
    made = []
    for _ in range(count):
        motion = Motion.neutral()
        low, high = (np.array([getattr(one, end) for one in CHANNELS], np.float32) for end in ("low", "high"))
        motion.values[:] += 0.2 * rng.random(len(CHANNELS), np.float32) * (high - low)
        motion.values[:] = np.clip(motion.values, low, high)
        made.append(motion)
    return made


def drawn(engine: RendererEngine, start_s: float) -> list[NDArray[np.uint8]]:
    return [engine.render(motion, start_s + k / 25).copy() for k, motion in enumerate(motions(4))]


def test_pixels_are_rgba_of_the_wanted_size_and_belong_to_the_engine(engine: RendererEngine) -> None:
    first, second = motions(2)
    pixels = engine.render(first, 0.0)
    assert (pixels.shape, pixels.dtype, pixels.flags.c_contiguous) == ((SIZE, SIZE, 4), np.uint8, True)
    kept = pixels.copy()
    assert engine.render(second, 0.04) is pixels
    assert not np.array_equal(pixels, kept)


def test_the_same_sequence_gives_the_same_pictures(engine: RendererEngine, drawn_avatar: Path) -> None:
    once = drawn(engine, 0.0)
    again = drawn(engine, 0.0)  # its time is smaller than the last: a new sequence
    engine.set_avatar(load_avatar(drawn_avatar))
    after_loading = drawn(engine, 0.0)
    assert np.array_equal(once, again)
    assert np.array_equal(once, after_loading)


def test_rendering_changes_no_motion(engine: RendererEngine) -> None:
    motion = motions(1)[0]
    before = motion.values.copy()
    engine.render(motion, 10.0)
    assert np.array_equal(motion.values, before)


def test_an_avatar_is_uploaded_between_frames_and_shown_when_it_is_complete(
    engine: RendererEngine, drawn_avatar: Path
) -> None:
    """Each frame shows the old avatar exactly, or the new one, and none the old one after the new one."""
    first = builtin_avatars()["mio"]
    engine.set_avatar(load_avatar(first))
    wanted = engine.render(motions(1)[0], 0.0).copy()
    engine.set_avatar(load_avatar(drawn_avatar))
    before = engine.render(motions(1)[0], 0.0).copy()
    shows_new = []
    for _ in engine.upload(prepare_avatar(engine.name, load_avatar(first), SIZE)):
        pixels = engine.render(motions(1)[0], 0.0)
        shows_new.append(np.array_equal(pixels, wanted))
        assert shows_new[-1] or np.array_equal(pixels, before)
    assert np.array_equal(engine.render(motions(1)[0], 0.0), wanted)
    assert shows_new == sorted(shows_new)
    assert shows_new.count(False) >= (0 if engine.name == "null" else 10)  # eight textures are not one step


def test_an_upload_that_is_given_up_leaves_the_old_avatar(engine: RendererEngine, drawn_avatar: Path) -> None:
    engine.set_avatar(load_avatar(drawn_avatar))
    before = engine.render(motions(1)[0], 0.0).copy()
    prepared = prepare_avatar(engine.name, load_avatar(builtin_avatars()["kofi"]), SIZE)
    for count in range(6):
        upload = engine.upload(prepared)
        for _ in range(count):
            next(upload, None)
        upload.close()  # type: ignore[attr-defined]
    assert np.array_equal(engine.render(motions(1)[0], 0.0), before)


def test_an_upload_that_is_closed_after_the_change_leaves_the_new_avatar(
    engine: RendererEngine, drawn_avatar: Path
) -> None:
    new = load_avatar(builtin_avatars()["kofi"])
    engine.set_avatar(new)
    wanted = engine.render(motions(1)[0], 0.0).copy()
    engine.set_avatar(load_avatar(drawn_avatar))
    upload = iter(engine.upload(prepare_avatar(engine.name, new, SIZE)))
    while next(upload, "ended") != "ended" and not np.array_equal(engine.render(motions(1)[0], 0.0), wanted):
        pass
    if hasattr(upload, "close"):
        upload.close()
    assert np.array_equal(engine.render(motions(1)[0], 0.0), wanted)
