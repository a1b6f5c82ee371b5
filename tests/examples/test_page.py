"""The page of one's own, in Chromium, through its server, with a real panel."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from runtime.avatars.catalog import AvatarCatalog
from runtime.avatars.shelf import Shelf
from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from runtime.panel.catalogs import PanelCatalogs
from runtime.publishers.browser import BrowserPublisher
from runtime.takes.folder import TakeFolder
from tests.browser import open_chromium
from tests.waiting import until

SERVER = Path(__file__).parents[2] / "examples/page/serve.js"
PIXEL = "return [...document.getElementById('face').getContext('2d').getImageData(3, 2, 1, 1).data]"
MIDDLE = (
    "return get(Math.floor(width / 2) + 19, Math.floor(height / 2) - 9)"  # a corner of a picture of 40 x 20
)
MOVE = "dispatchEvent(new MouseEvent('mousemove', {clientX: innerWidth * 3 / 4, clientY: innerHeight / 2}))"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def panel(inbox: Inbox, tmp_path: Path) -> Iterator[BrowserPublisher]:
    catalogs = PanelCatalogs(AvatarCatalog(Shelf(tmp_path / "avatars")), TakeFolder(tmp_path / "takes"))
    publisher = BrowserPublisher(inbox, catalogs, port=0)
    yield publisher
    publisher.close()


@contextmanager
def served(panel: BrowserPublisher, modules: Path, *page: str) -> Iterator[str]:
    """Where the page's server listens."""
    assert shutil.which("node")
    process = subprocess.Popen(
        ["node", str(SERVER), "0", str(panel.port), *page],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"NODE_PATH": str(modules)},
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


@pytest.fixture
def url(panel: BrowserPublisher, sender_modules: Path) -> Iterator[str]:
    with served(panel, sender_modules) as url:
        yield url


def test_the_page_shows_the_frames_and_the_mouse_turns_the_head(
    url: str, panel: BrowserPublisher, inbox: Inbox, tmp_path: Path
) -> None:
    pixels = np.zeros((6, 8, 4), np.uint8)
    with open_chromium(tmp_path / "profile") as chrome:
        chrome.get(url)
        frame_id = 0

        def shows(colour: list[int]) -> bool:
            nonlocal frame_id
            frame_id += 1
            pixels[2, 3] = colour
            panel.publish(Frame(pixels, frame_id=frame_id))
            return bool(chrome.execute_script(PIXEL) == colour)

        assert until(lambda: shows([200, 100, 50, 255]))
        assert until(lambda: shows([10, 20, 250, 255]))
        size = chrome.execute_script("const f = document.getElementById('face'); return [f.width, f.height]")
        assert size == [8, 6]
        chrome.execute_script(MOVE)
        [received] = until(inbox.take)
    assert received.message.layer == "pose"
    assert received.message.values == pytest.approx({"yaw": 0.25, "pitch": 0.0}, abs=0.01)
    assert inbox.dropped() == {}


def test_a_p5_sketch_shows_the_frames_in_its_middle_and_the_mouse_turns_the_head(
    sender_modules: Path, panel: BrowserPublisher, inbox: Inbox, tmp_path: Path
) -> None:
    if not (sender_modules / "p5").is_dir():
        pytest.skip("npm's p5 is missing: python scripts/test_senders.py")
    pixels = np.zeros((20, 40, 4), np.uint8)
    with served(panel, sender_modules, "p5.html") as url, open_chromium(tmp_path / "profile") as chrome:
        chrome.get(url)
        frame_id = 0

        def middle_is(colour: list[int], shown: list[int]) -> bool:
            nonlocal frame_id
            frame_id += 1
            pixels[:] = colour
            panel.publish(Frame(pixels, frame_id=frame_id))
            return bool(chrome.execute_script(MIDDLE) == shown)

        assert until(lambda: middle_is([200, 100, 50, 255], [200, 100, 50, 255]))
        assert until(lambda: middle_is([200, 100, 50, 0], [60, 70, 110, 255]))  # the sketch's own background
        chrome.execute_script(MOVE)
        [received] = until(inbox.take)
    assert received.message.layer == "pose"
    assert received.message.values == pytest.approx({"yaw": 0.25, "pitch": 0.0}, abs=0.01)
    assert inbox.dropped() == {}


def test_another_site_s_page_gets_nothing(url: str) -> None:
    address = url.replace("http", "ws")
    with connect(address, origin=Origin(url.rstrip("/"))):
        pass
    for origin in (Origin("https://example.org"), Origin("null"), None):
        with pytest.raises(InvalidStatus), connect(address, origin=origin):
            pytest.fail("connected")
