"""Blender with a window, on a virtual screen: its own timer moves the face, while its own events, undo and jobs go on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from protocol.blendshapes import BLENDSHAPES
from protocol.messages import ControlMessage
from scripts.blender_screenshot import write_head
from tests.blender.blender_process import running_blender
from tests.blender.conftest import Omote, skip_without_packages
from tests.blender.test_live import write_take
from tests.waiting import until
from tests.x_server import virtual_screen

SIZE = (640, 480)


def test_blenders_own_timer_moves_the_face(omote: Omote, zip_file: Path, tmp_path: Path) -> None:
    program = shutil.which("blender")
    if program is None or shutil.which("Xvfb") is None:
        pytest.skip("a window needs both: apt-get install blender python3-numpy python3-zstandard xvfb")
    write_take(tmp_path / "moves.mcap", seconds=1.0)
    with (
        virtual_screen(*SIZE) as display,
        running_blender(program, tmp_path, display=display, size=SIZE) as blender,
    ):
        skip_without_packages(blender)
        assert blender.install(zip=str(zip_file))
        blender.character(names=["jawOpen"])
        blender.choose()
        blender.setting(publish_port=omote.ports["publish"])
        blender.press(operator="connect")  # no runtime yet
        with omote.running() as client:
            for jaw in (0.25, 0.75):
                client.send(
                    ControlMessage(layer="expression", source="script", values={"jawOpen": jaw}, ttl_s=60)
                )
                assert until(lambda jaw=jaw: abs(blender.keys_of()["JawOpen"] - jaw) < 1e-3)
                blender.undo(message=f"jaw at {jaw}")
            blender.undo_in_window()
            shown = blender.frame_shown()
            assert until(lambda: blender.frame_shown() > shown + 5)
            assert blender.keys_of()["JawOpen"] == pytest.approx(0.75, abs=1e-3)
            # a file is read beside: the operator returns at once, and Blender's events end it
            assert blender.press_in_window(operator="import_take", filepath=str(tmp_path / "moves.mcap")) == [
                "RUNNING_MODAL"
            ]
            assert until(lambda: "moves" in blender.actions())
            # the scene of the documentation's picture
            write_head(tmp_path / "head.npz")
            blender.show_head(file=str(tmp_path / "head.npz"))
            assert set(blender.keys_of(name="Face")) == set(BLENDSHAPES)
            assert until(lambda: abs(blender.keys_of(name="Face")["jawOpen"] - 0.75) < 1e-3)
