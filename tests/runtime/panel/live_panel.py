"""The panel of a real runtime in a real browser, on its tab Trackers, and a film in the camera's place.

with live_panel(chromium, kit, memory, monkeypatch):
    chromium.find_element(By.ID, "webcam-start").click()
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from runtime.config import load_config
from runtime.publishers.memory import MemoryPublisher
from runtime.runtime import Runtime
from runtime.trackers.tracker_desk import TrackerKit
from tests.waiting import PATIENCE_S, until

#: The bridge with a film as its only camera, number 0: everything behind the camera is its own.
FILM = """
import sys, time
import cv2
import bridge.trackers.webcam as webcam
from bridge.__main__ import main
from bridge.errors import CameraError

class Film:
    def __init__(self):
        self.capture = cv2.VideoCapture({clip!r})
    def read(self):
        time.sleep(1 / 25)
        is_read, picture = self.capture.read()
        if not is_read:
            self.capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
        return is_read, picture
    def release(self):
        self.capture.release()

def open_film(number):
    if number != 0:
        raise CameraError(f"there is no camera {{number}}; give another number with --device")
    return webcam.Webcam(Film(), "film")

webcam.open_webcam = open_film
{more}
sys.exit(main(sys.argv[1:]))
"""


def write_film_tracker(module: Path, clip: Path, more: str = "") -> None:
    """Write a module that is the bridge with a film as its camera, and that executes `more` first."""
    module.write_text(FILM.format(clip=str(clip), more=more))


@contextmanager
def live_panel(
    chromium: Chrome, kit: TrackerKit, memory: MemoryPublisher, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Runtime]:
    """Open it; complaints in the browser's console and trackers that are left behind fail the test."""
    monkeypatch.setattr("runtime.panel.server.OPEN_S", PATIENCE_S)
    ports = {"control": 0, "request": None, "publish": None, "osc": None, "vmc": None, "panel": 0}
    table = {
        "engine": "null",
        "size": 96,
        "fps": 20,
        "performance": "none",
        "ports": ports,
        "publish": ["browser"],
    }
    opened: list[Runtime] = []
    is_open = threading.Event()

    def live() -> None:
        with Runtime(load_config(None, table), {"memory": lambda: memory}, trackers=kit) as runtime:
            opened.append(runtime)
            is_open.set()
            runtime.run()

    thread = threading.Thread(target=live)
    thread.start()
    assert is_open.wait(PATIENCE_S)
    chromium.get(getattr(opened[0].publishers.get("browser"), "url", ""))
    until(lambda: chromium.find_element(By.ID, "facts").text)
    chromium.find_element(By.ID, "tab-drivers").click()
    until(lambda: chromium.find_elements(By.CSS_SELECTOR, "#webcam-device option"))
    yield opened[0]
    lines = chromium.get_log("browser")  # type: ignore[no-untyped-call]
    chromium.execute_script("localStorage.clear(); sessionStorage.clear()")
    chromium.get("about:blank")
    opened[0].loop.stop()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    until(lambda: trackers() == [])
    assert [line["message"] for line in lines if line["source"] != "rendering"] == []


def trackers() -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children():
        try:
            if "runtime.trackers.leash" in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def sources(memory: MemoryPublisher) -> set[str]:
    status = memory.latest_status()
    return {driver.source for driver in status.drivers} if status else set()


def text(panel: Chrome, name: str) -> str:
    return str(panel.execute_script("return document.getElementById(arguments[0]).innerText", name))
