"""The tha engine: a random character imported, worn, drawn; and in a real runtime, read from the ring by another reader."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import zmq

pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from authoring.tha.character import load_character
from authoring.tha.importing import import_character
from face.avatar import Avatar, load_avatar
from face.errors import AvatarError
from face.motion import Motion
from inference.errors import ProviderError
from omote.readers.shared_memory import SharedMemoryReader
from protocol.codec import encode
from protocol.messages import ControlMessage
from runtime.avatars.builtin import builtin_avatars
from runtime.config import load_config
from runtime.engines import make_engine
from runtime.engines.prepared import PreparedAvatar
from runtime.engines.tha import ThaEngine
from runtime.errors import RenderError
from runtime.inference.settings import NeuralSettings
from runtime.runtime import Runtime
from runtime.tha.prepare import prepare_tha
from tests.motions import motion
from tests.tha_characters import random_drawing, write_character
from tests.waiting import PATIENCE_S, until

SIZE = 64
CPU = NeuralSettings(("cpu",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tha")
    import_character(load_character(write_character(place / "c")), place / "mia", name="Mia", replace=False)
    return place / "mia"


@pytest.fixture(scope="module")
def avatar(folder: Path) -> Avatar:
    return load_avatar(folder)


@pytest.fixture(scope="module")
def engine(avatar: Avatar) -> Iterator[ThaEngine]:
    made = ThaEngine(SIZE, CPU)
    made.set_avatar(avatar)
    yield made
    made.close()


def test_without_an_avatar_it_says_so() -> None:
    engine = make_engine("tha", SIZE, CPU)
    assert isinstance(engine, ThaEngine)
    with pytest.raises(RenderError, match="no avatar yet"):
        engine.render(Motion.neutral(), 0.0)
    engine.close()
    engine.close()


def test_settings_are_checked_before_there_is_a_character() -> None:
    with pytest.raises(ProviderError, match="there is no 'gpu'"):
        make_engine("tha", SIZE, NeuralSettings(("gpu",)))


def test_transparency_is_the_drawings(engine: ThaEngine) -> None:
    """Random weights of a last layer are small: the drawing stays recognisable, and so does its opacity."""
    shown = engine.render(Motion.neutral(), 0.0)
    assert shown.shape == (SIZE, SIZE, 4)
    alpha = random_drawing()[..., 3].reshape(SIZE, 8, SIZE, 8).mean((1, 3))
    face = np.s_[10:26, 24:40]  # drawn by its network alone
    difference = np.abs(shown[..., 3] - alpha)
    difference[face] = 0
    assert np.median(difference) <= 12
    assert shown[1, 1, 3] <= 20 < 200 < shown[50, 32, 3]
    assert engine.provider.startswith("ONNX Runtime, CPU")
    assert engine.notes() == []


def test_a_background_lies_behind_the_character_and_goes_again(engine: ThaEngine, avatar: Avatar) -> None:
    clear = engine.render(Motion.neutral(), 0.0).copy()
    red = np.full((SIZE, SIZE, 4), (200, 0, 0, 255), np.uint8)
    for _ in engine.upload_plate(red):
        pass
    shown = engine.render(Motion.neutral(), 0.0).copy()
    share = clear[..., 3:] / 255.0
    assert np.abs(shown[..., :3] - (clear[..., :3] * share + red[..., :3] * (1 - share))).max() <= 0.51
    assert (shown[..., 3] == 255).all()
    for _ in engine.upload_plate(None):
        pass
    assert np.array_equal(engine.render(Motion.neutral(), 0.0), clear)
    # chosen before the avatar, it comes with it
    prepared = PreparedAvatar(avatar, "tha", {**prepare_tha(avatar, SIZE), "plate": red})
    for _ in engine.upload(prepared):
        pass
    assert (engine.render(Motion.neutral(), 0.0)[..., 3] == 255).all()
    engine.set_avatar(avatar)
    assert np.array_equal(engine.render(Motion.neutral(), 0.0), clear)


def test_the_same_sequence_gives_the_same_pictures(engine: ThaEngine) -> None:
    """The breath begins with a sequence: times mean nothing by themselves, a smaller one begins anew."""
    at_first = engine.render(Motion.neutral(), 100.0).copy()
    later = engine.render(motion(pose_yaw=0.4), 101.0).copy()
    assert (at_first != later).any()
    assert np.array_equal(engine.render(Motion.neutral(), 7.0), at_first)


def test_live_frames_that_are_too_slow_spread_the_body_and_say_so(avatar: Avatar) -> None:
    live = ThaEngine(SIZE, CPU, start="wait", fps=30.0)
    live.set_avatar(avatar)
    live.render(Motion.neutral(), 0.0)
    assert live.notes() == []
    for frame in range(20):
        live.frame_took(500.0, frame / 30)
    (note,) = live.notes()
    found = re.match(r"tha: a whole body is drawn every (\d+) frames", note)
    assert found is not None
    assert int(found[1]) >= 16  # how many, depends on what a body takes here
    moved = live.render(motion(pose_yaw=0.3, pose_x=0.2), 0.1)  # a face and a band
    assert moved[:, : SIZE // 8, 3].max() == 0  # moved to the right at once
    live.close()


def test_an_avatar_is_uploaded_between_frames_and_shown_when_it_is_complete(
    engine: ThaEngine, avatar: Avatar, tmp_path: Path
) -> None:
    """Each frame shows the old avatar exactly until the new one is there; what is given up changes nothing."""
    character = load_character(write_character(tmp_path / "c", seed=7))
    import_character(character, tmp_path / "other", name="Other", replace=False)
    other = load_avatar(tmp_path / "other")
    still = motion()
    values = still.values.copy()
    engine.set_avatar(avatar)
    before = engine.render(still, 0.0).copy()
    given_up = iter(engine.upload(PreparedAvatar(other, "tha", prepare_tha(other, SIZE))))
    next(given_up)
    given_up.close()  # type: ignore[attr-defined]
    with pytest.raises(AvatarError, match="made for the head engine"):
        engine.set_avatar(load_avatar(builtin_avatars()["omote"]))
    for _ in engine.upload(PreparedAvatar(other, "tha", prepare_tha(other, SIZE))):
        pixels = engine.render(still, 0.0)
        assert np.array_equal(pixels, before)
    changed = engine.render(still, 0.0)
    assert changed is pixels  # the engine's own
    assert not np.array_equal(changed, before)
    assert np.array_equal(still.values, values)
    engine.set_avatar(avatar)
    assert np.array_equal(engine.render(still, 0.0), before)


def test_a_real_runtime_shows_a_character_to_a_reader_of_its_ring(folder: Path, tmp_path: Path) -> None:
    """Loaded by the loading process, driven by a message, read from shared memory; CUDA is asked for and is not there."""
    config = load_config(
        None,
        {
            "avatar": str(folder),
            "size": SIZE,
            "performance": "none",
            "fps": 60.0,
            "ports": {"control": 0, "request": 0, "publish": None, "osc": None, "vmc": None, "panel": None},
            "publish": ["shm"],
            "idle": {"amount": 0.0},
            "shared_memory": {"folder": str(tmp_path)},
            "neural": {"providers": ["cuda", "cpu"]},
        },
    )
    held: list[Runtime] = []
    failures: list[BaseException] = []
    is_open = threading.Event()

    def live() -> None:
        try:
            with Runtime(config) as runtime:
                held.append(runtime)
                is_open.set()
                runtime.run()
        except BaseException as error:
            failures.append(error)
            is_open.set()

    thread = threading.Thread(target=live)
    thread.start()
    try:
        assert is_open.wait(PATIENCE_S)
        assert failures == []
        lines = "\n".join(held[0].summary())
        assert "tha on ONNX Runtime, CPU" in lines
        assert "tha on cuda: expected CUDAExecutionProvider" in lines
        with closing(SharedMemoryReader(folder=tmp_path)) as reader:
            seen = until(lambda: reader.read(0.1)).pixels
            assert seen.shape == (SIZE, SIZE, 4)
            assert seen[32, 8, 3] > 200
            # half the picture's height to the subject's left, by a message on a real socket
            with zmq.Context() as context, context.socket(zmq.PUSH) as socket:
                socket.connect(f"tcp://127.0.0.1:{held[0].ports.control}")
                message = ControlMessage(layer="pose", source="script", values={"x": 0.5}, ttl_s=30.0)

                def has_moved() -> bool:
                    socket.send(encode(message))
                    frame = reader.read(0.1)
                    return frame is not None and frame.pixels[32, 8, 3] == 0

                until(has_moved)
    finally:
        for runtime in held:
            runtime.loop.stop()
        thread.join(PATIENCE_S)
    assert failures == []
