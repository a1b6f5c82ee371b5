"""The plugin in a real OBS: what OBS draws is compared with the pixels in the ring."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from runtime.frames.frame import Frame
from runtime.publishers.shared_memory import SharedMemoryPublisher
from tests.obs.conftest import ROOT, Stage
from tests.obs.live_source import BACK
from tests.obs.obs_process import HEIGHT, SCENE, WIDTH
from tests.waiting import until

Publish = Callable[[NDArray[np.uint8]], None]


def linear(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """IEC 61966-2-1, from 0..1."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def encoded(light: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def over(pixels: NDArray[np.uint8], behind: NDArray[np.float64]) -> NDArray[np.float64]:
    """The exact composite in linear light, 0..255; pixels (H, W, 4) with straight alpha, behind (3,) or (H, W, 3)."""
    alpha = pixels[..., 3:] / 255
    return 255 * encoded(linear(pixels[..., :3] / 255) * alpha + linear(behind / 255) * (1 - alpha))


def pattern(width: int, height: int, *, seed: int = 1) -> NDArray[np.uint8]:
    """Any colour with any alpha."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)


def plain(colour: tuple[int, int, int], width: int = 32, height: int = 32) -> NDArray[np.uint8]:
    return np.full((height, width, 4), (*colour, 255), np.uint8)


@pytest.fixture
def scene(stage: Stage) -> Iterator[Stage]:
    """An empty scene with a plain background; afterwards nothing is left in OBS."""
    colour = 0xFF000000 | BACK[2] << 16 | BACK[1] << 8 | BACK[0]
    stage.obs.add("back", "color_source_v3", {"color": colour, "width": WIDTH, "height": HEIGHT})
    yield stage
    for one in stage.obs.ask("GetInputList")["inputs"]:
        stage.obs.remove(one["inputName"])
    assert until(lambda: not stage.obs.ask("GetInputList")["inputs"])
    assert stage.process.poll() is None


@pytest.fixture
def publisher(scene: Stage) -> Iterator[SharedMemoryPublisher]:
    with closing(SharedMemoryPublisher("omote", folder=scene.rings)) as publisher:
        yield publisher


def show(
    stage: Stage,
    publisher: SharedMemoryPublisher,
    pixels: NDArray[np.uint8],
    *,
    at: tuple[int, int] = (0, 0),
) -> None:
    """Publish a picture until OBS has it: a colour in the corner, of which each picture has its own.

    Args:
        at: y and x of that corner in OBS's scene.
    """
    frame_id = time.monotonic_ns()
    wanted = over(pixels[:1, :1], np.array(BACK, float))[0, 0]

    def is_shown() -> bool:
        nonlocal frame_id
        frame_id += 1
        publisher.publish(Frame(pixels, frame_id=frame_id))
        return bool(np.abs(stage.obs.picture()[(*at, slice(3))] - wanted).max() <= 2)

    assert until(is_shown)


def test_a_face_lies_over_the_background_as_exactly_as_eight_bits_allow(
    scene: Stage, publisher: SharedMemoryPublisher
) -> None:
    scene.obs.add("face", "omote_face", {})
    pixels = pattern(96, 64)
    pixels[0, 0] = (250, 10, 10, 255)
    show(scene, publisher, pixels)
    got = scene.obs.picture()
    assert got.shape == (HEIGHT, WIDTH, 4)
    difference = np.abs(got[:64, :96, :3] - over(pixels, np.array(BACK, float)))
    # premultiplied colours are rounded to 8 bits once more: one level, two in the darkest tenth
    assert difference.max() <= 2.6
    assert (difference <= 1.1).mean() > 0.99
    outside = got[64:, :, :3].reshape(-1, 3)
    assert np.array_equal(outside, np.broadcast_to(BACK, outside.shape))


def test_obs_s_own_image_source_shows_the_same_picture_alike(
    scene: Stage, publisher: SharedMemoryPublisher, tmp_path: Path
) -> None:
    pixels = pattern(64, 64, seed=2)
    pixels[0, 0] = (10, 10, 250, 255)
    path = tmp_path / "same.png"
    Image.fromarray(pixels).save(path)
    image = scene.obs.add("image", "image_source", {"file": str(path), "linear_alpha": True})
    scene.obs.place(image, positionX=128)
    scene.obs.add("face", "omote_face", {})
    show(scene, publisher, pixels)
    got = scene.obs.picture()
    assert np.abs(got[:64, :64] - got[:64, 128:192]).max() <= 1


def test_filters_and_scenes_in_scenes_change_nothing(scene: Stage, publisher: SharedMemoryPublisher) -> None:
    scene.obs.add("face", "omote_face", {})
    pixels = pattern(64, 64, seed=3)
    pixels[0, 0] = (10, 250, 250, 255)
    show(scene, publisher, pixels)
    alone = scene.obs.picture()
    for kind in ("crop_filter", "color_filter_v2"):  # with settings that leave the picture as it is
        scene.obs.ask(
            "CreateSourceFilter", sourceName="face", filterName=kind, filterKind=kind, filterSettings={}
        )
    # a filter knows its size from OBS's next frame on
    assert until(lambda: np.abs(scene.obs.picture() - alone).max() <= 1)
    filtered = scene.obs.picture()
    scene.obs.ask("CreateScene", sceneName="outer")
    scene.obs.ask("CreateSceneItem", sceneName="outer", sourceName=SCENE)
    try:
        assert np.array_equal(scene.obs.picture("outer"), filtered)
    finally:
        scene.obs.ask("RemoveScene", sceneName="outer")


def test_over_nothing_the_scene_itself_has_the_face_s_alpha(
    scene: Stage, publisher: SharedMemoryPublisher
) -> None:
    scene.obs.add("face", "omote_face", {})
    pixels = pattern(64, 64, seed=4)
    pixels[0, 0] = (10, 250, 250, 255)
    show(scene, publisher, pixels)
    scene.obs.ask("RemoveInput", inputName="back")
    assert until(lambda: scene.obs.picture()[-1, -1, 3] == 0)
    assert np.array_equal(scene.obs.picture()[:64, :64, 3], pixels[..., 3])


@pytest.mark.parametrize(("scale", "rotation"), [(0.4, 0.0), (2.7, 0.0), (1.5, 30.0)])
def test_no_scale_or_turn_gives_the_edge_a_fringe(
    scene: Stage, publisher: SharedMemoryPublisher, scale: float, rotation: float
) -> None:
    # over a background of its own colour a picture is invisible, whatever its alpha; the transparent pixels'
    # magenta would show where it is mixed in
    size = 48
    y, x = np.mgrid[:size, :size]
    pixels = plain(BACK, size, size)
    distance = np.hypot(x - size / 2, y - size / 2) - size / 3
    pixels[..., 3] = np.clip(128 - 100 * distance, 0, 255)
    pixels[pixels[..., 3] == 0] = (255, 0, 255, 0)
    marked = pixels.copy()
    marked[0, 0] = (250, 250, 10, 255)
    face = scene.obs.add("face", "omote_face", {})
    show(scene, publisher, marked)
    scene.obs.place(face, scaleX=scale, scaleY=scale, rotation=rotation, positionX=60, positionY=20)
    before = scene.obs.picture()
    assert np.abs(before[..., :3] - BACK).max() > 20  # the marked corner
    frame_id = time.monotonic_ns()
    publisher.publish(Frame(pixels, frame_id=frame_id))
    assert until(lambda: not np.array_equal(before, scene.obs.picture()))
    assert np.abs(scene.obs.picture()[..., :3] - BACK).max() <= 2


def test_the_size_follows_the_runtime_s(scene: Stage, publisher: SharedMemoryPublisher) -> None:
    item = scene.obs.add("face", "omote_face", {})
    for side in (40, 100, 24):
        show(scene, publisher, plain((200, side, 0), side + 8, side))
        transform = scene.obs.ask("GetSceneItemTransform", sceneName=SCENE, sceneItemId=item)
        found = transform["sceneItemTransform"]
        assert (found["sourceWidth"], found["sourceHeight"]) == (side + 8, side)
        got = scene.obs.picture()[..., :3]
        assert np.array_equal(got[side - 1, side + 7], (200, side, 0))
        assert np.array_equal(got[side, 0], BACK)


@pytest.mark.parametrize("when_gone", ["hide", "keep"])
def test_a_runtime_that_is_killed_leaves_what_was_chosen_and_comes_back(
    scene: Stage, tmp_path: Path, when_gone: str
) -> None:
    ports = [f"--{port}-port" for port in ("control", "request", "publish")]
    command = [sys.executable, "-m", "omote", "run", "--engine", "null", "--performance", "none", "--publish", "shm",
               "--size", "128", "--fps", "30", "--osc-port", "none", "--vmc-port", "none", "--no-panel"]  # fmt: skip
    for port in ports:
        command += [port, "0"]
    scene.obs.add("face", "omote_face", {"when_gone": when_gone})
    empty = scene.obs.picture()
    for _ in range(2):
        runtime = subprocess.Popen(
            command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert until(lambda: not np.array_equal(empty, scene.obs.picture()))
        finally:
            gone_before = scene.log.count("no publisher of stream")
            runtime.send_signal(signal.SIGKILL)
            runtime.wait()
        # OBS sees by the heartbeat that nothing comes any more
        assert until(lambda n=gone_before: scene.log.count("no publisher of stream") > n)
        is_empty = np.array_equal(empty, scene.obs.picture())
        assert is_empty == (when_gone == "hide")
        if when_gone == "keep":
            break  # the picture of the next one would be the same


def test_two_sources_show_two_streams_and_one_can_be_changed(
    scene: Stage, publisher: SharedMemoryPublisher
) -> None:
    with closing(SharedMemoryPublisher("second", folder=scene.rings)) as second:
        left = scene.obs.add("left", "omote_face", {})
        right = scene.obs.add("right", "omote_face", {"stream": "second"})
        scene.obs.place(left, positionX=0)
        scene.obs.place(right, positionX=100)
        show(scene, publisher, plain((250, 0, 0)))
        frame_id = 0

        def shown(wanted: list[tuple[int, int, int]]) -> bool:
            nonlocal frame_id
            frame_id += 1
            publisher.publish(Frame(plain((250, 0, 0)), frame_id=frame_id))
            second.publish(Frame(plain((0, 0, 250)), frame_id=frame_id))
            got = scene.obs.picture()
            return [tuple(got[5, x, :3]) for x in (5, 105)] == wanted

        assert until(lambda: shown([(250, 0, 0), (0, 0, 250)]))
        offered = scene.obs.ask(
            "GetInputPropertiesListPropertyItems", inputName="left", propertyName="stream"
        )
        # a runtime of this user that runs now may be there as well
        assert {one["itemValue"] for one in offered["propertyItems"]} >= {"omote", "second"}
        scene.obs.ask("SetInputSettings", inputName="left", inputSettings={"stream": "second"})
        assert until(lambda: shown([(0, 0, 250), (0, 0, 250)]))
        # a name that would lead out of the folder is not one of a stream
        scene.obs.ask("SetInputSettings", inputName="left", inputSettings={"stream": "../second"})
        assert until(lambda: shown([(250, 0, 0), (0, 0, 250)]))


def test_files_that_are_no_rings_harm_nothing(scene: Stage, publisher: SharedMemoryPublisher) -> None:
    scene.obs.add("face", "omote_face", {})
    junk = [scene.rings / f"omote.{10**17 + i}.ring" for i in range(3)]
    junk[0].write_bytes(b"")
    junk[1].write_bytes(b"OMOTERNG" + b"\xff" * 400)
    junk[2].write_bytes(os.urandom(5000))
    try:
        show(scene, publisher, plain((1, 2, 250)))
    finally:
        for path in junk:
            path.unlink()


def test_a_fixed_size_stays_and_the_picture_is_fitted_into_its_middle(
    scene: Stage, publisher: SharedMemoryPublisher
) -> None:
    item = scene.obs.add("face", "omote_face", {"size": "fixed", "width": 120, "height": 80})
    for side in (20, 160):
        show(scene, publisher, plain((200, side, 0), side, side), at=(40, 60))
        transform = scene.obs.ask("GetSceneItemTransform", sceneName=SCENE, sceneItemId=item)
        found = transform["sceneItemTransform"]
        assert (found["sourceWidth"], found["sourceHeight"]) == (120, 80)
        got = scene.obs.picture()[..., :3]
        assert np.array_equal(got[1, 21], (200, side, 0))  # 80 x 80, from 20 to 100
        assert np.array_equal(got[78, 98], (200, side, 0))
        for y, x in ((40, 18), (40, 101), (81, 60)):
            assert np.array_equal(got[y, x], BACK)
