from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from face.avatar import Avatar, load_avatar
from face.rig import load_rig
from omote.clips.offline_runtime import OfflineRuntime
from protocol.channels import CHANNEL_INDEX, CHANNELS
from protocol.messages import ControlMessage, LayerName
from runtime.engines.null import read_bars

AVATAR = Avatar(path=Path("nowhere"), name="test", engine="null", background="keep", files={})


def test_messages_move_the_picture_through_control_layers_and_engine() -> None:
    yaw = CHANNEL_INDEX["pose"]["yaw"]
    smile = CHANNEL_INDEX["expression"]["mouthSmileLeft"]
    messages = (
        ControlMessage(layer="pose", source="test", values={"yaw": 0.6}),
        ControlMessage(layer="expression", source="test", values={"mouthSmileLeft": 0.75}),
    )
    with OfflineRuntime(AVATAR, size=512) as runtime:
        for frame in range(40):
            runtime.step(messages, frame / 40, 1 / 40, draw=False)
        pixels = runtime.step(messages, 1.0, 1 / 40, draw=True)
        assert pixels is not None
        assert pixels.shape == (512, 512, 4)
        shown = read_bars(pixels)
        width = (CHANNELS[yaw].high - CHANNELS[yaw].low) / 512
        assert shown[yaw] == pytest.approx(0.6, abs=2 * width)
        assert shown[smile] == pytest.approx(0.75, abs=2 / 512)

        # Without messages the time to live runs out in the time passed to `step`, not the clock's.
        for frame in range(100):
            runtime.step((), 1.0 + frame / 40, 1 / 40, draw=False)
        pixels = runtime.step((), 3.6, 1 / 40, draw=True)
        assert pixels is not None
        assert abs(read_bars(pixels)[yaw]) < 0.1


def test_a_tracker_at_rest_shows_the_portrait_and_a_script_at_zero_looks_into_the_camera(
    drawn_avatar: Path, drawn_portrait: Any
) -> None:
    from authoring.make import canvas_picture
    from authoring.preview import face_psnr_db

    def likeness(source: str) -> float:
        names: tuple[LayerName, ...] = ("pose", "expression", "gaze")
        messages = [
            ControlMessage(
                layer=layer, source=source, values={n: float(n == "scale") for n in CHANNEL_INDEX[layer]}
            )
            for layer in names
        ]
        with OfflineRuntime(load_avatar(drawn_avatar), size=512) as runtime:
            for frame in range(40):
                runtime.step(messages, frame / 40, 1 / 40, draw=False)
            pixels = runtime.step(messages, 1.0, 1 / 40, draw=True)
        assert pixels is not None
        return face_psnr_db(pixels, canvas_picture(drawn_portrait.canvas), drawn_portrait.landmarks)

    assert np.abs(load_rig(load_avatar(drawn_avatar)).portrait[:3]).max() > 0.1  # its head is turned
    assert likeness("webcam") > 32
    assert likeness("script") < 25


def test_close_may_be_called_twice() -> None:
    runtime = OfflineRuntime(AVATAR, size=128)
    runtime.close()
    runtime.close()
