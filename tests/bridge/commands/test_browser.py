"""`browser` as a user runs it, with a Chromium whose camera shows a face, over HTTPS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import zmq
from PIL import Image

pytest.importorskip("mediapipe")
pytest.importorskip("cryptography", reason="pip install 'omote[browser]'")

from bridge.commands.browser import code_lines
from bridge.ports.own_addresses import own_addresses
from protocol.codec import decode_control
from tests.bridge.bridge_process import interrupt, run, start
from tests.browser import open_chromium
from tests.waiting import PATIENCE_S, until

if TYPE_CHECKING:
    from selenium.webdriver import Chrome


@pytest.fixture
def chromium(shared: Path, tmp_path: Path) -> Iterator[Chrome]:
    film = tmp_path / "camera.mjpeg"
    with Image.open(shared / "media" / "portraits" / "s4.jpg") as picture:
        picture.convert("RGB").resize((640, 640)).crop((0, 80, 640, 560)).save(film, "JPEG", quality=95)
    with open_chromium(
        tmp_path / "chromium", f"--use-file-for-fake-video-capture={film}", "--ignore-certificate-errors"
    ) as opened:
        yield opened


def test_the_face_before_the_browsers_camera_drives_the_runtime(
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    receiver: tuple[zmq.Socket[bytes], str],
    chromium: Chrome,
) -> None:
    if not own_addresses():
        pytest.skip("this computer is in no network")
    for name in ("XDG_CONFIG_HOME", "APPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    socket, address = receiver
    model = shared / "models" / "face_landmarker.task"
    process = start("browser", "--port", "0", "--face-landmarker", str(model), "--to", address)
    try:
        assert process.stderr is not None
        said = ""
        while not (found := re.search(r"https://\S+", said)):
            said = process.stderr.readline()
            assert said, "the program ended"
        chromium.get(found.group())
        chromium.execute_script("document.getElementById('start').click()")  # type: ignore[no-untyped-call]
        assert socket.poll(PATIENCE_S * 1000)
        message = decode_control(socket.recv())
        assert message.source == "browser"
        assert message.layer in ("pose", "expression", "gaze")
        until(
            lambda: (
                "moves the avatar"
                in chromium.execute_script("return document.getElementById('line').textContent")
            )  # type: ignore[no-untyped-call]
        )
        interrupt(process)
        out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, err
        assert "with a face" in out + err
    finally:
        process.kill()
        process.communicate()


def test_a_port_that_is_none_is_refused() -> None:
    code, text = run("browser", "--port", "70000")
    assert (code, text) == (1, "omote-bridge: --port 70000 is no port; expected 0 to 65535\n")


def test_the_code_holds_the_address(tmp_path: Path) -> None:
    """Read back by OpenCV from the terminal's blocks, drawn as pixels."""
    cv2 = pytest.importorskip("cv2")
    import numpy as np

    address = "https://192.168.178.20:8446/abcdefghijkl/"
    pytest.importorskip("segno", reason="pip install 'omote[browser]'")
    lines = code_lines(address)
    light = {"\u2588": (1, 1), "\u2580": (1, 0), "\u2584": (0, 1), " ": (0, 0)}
    halves = np.array([[light[mark] for mark in line] for line in lines], np.uint8)  # (rows, columns, 2)
    modules = halves.transpose(0, 2, 1).reshape(2 * len(lines), -1)
    picture = np.kron(np.pad(modules, 4, constant_values=1), np.full((8, 8), 255, np.uint8)).astype(np.uint8)
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == address
    assert max(map(len, lines)) <= 60  # fits a narrow terminal
