"""Trackers are started and stopped on the panel, in a real browser: the bridge's own programs, a video as the camera."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

pytest.importorskip("mediapipe")

from omote.commands.run import TRACKERS
from protocol.channels import CHANNEL_INDEX
from runtime.publishers.memory import MemoryPublisher
from runtime.trackers.tracker_desk import TrackerKit
from tests.runtime.panel.live_panel import live_panel, sources, text, trackers, write_film_tracker
from tests.waiting import until

#: The microphone tracker with a file in the microphone's place.
VOICE = """
import sys
from bridge.__main__ import main
sys.exit(main([*sys.argv[1:], "--lips", "vowels", "--file", {file!r}]))
"""
ADDRESS = "192.168.178.123"
PAGE = f"https://{ADDRESS}:8446/abcdefghijkl/"  # as long as they get


@pytest.fixture
def memory() -> MemoryPublisher:
    return MemoryPublisher()


@pytest.fixture
def panel(
    chromium: Chrome, shared: Path, tmp_path: Path, memory: MemoryPublisher, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Chrome]:
    """The page of a runtime, on its tab Trackers; no tracker is left behind."""
    write_film_tracker(tmp_path / "film_tracker.py", shared / "media" / "driving" / "d0.mp4")
    (tmp_path / "voice_tracker.py").write_text(VOICE.format(file=str(voice_file(tmp_path / "voice.wav"))))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("OMOTE_FACE_LANDMARKER", str(shared / "models" / "face_landmarker.task"))
    kit = TrackerKit(
        programs=TRACKERS
        | {
            "webcam": ("film_tracker", "webcam"),
            "microphone": ("voice_tracker", *TRACKERS["microphone"][1:]),
            "browser": (*TRACKERS["browser"], "--here", "--port", "0"),
        },
        camera_page=lambda: PAGE,
        addresses=lambda: [ADDRESS, "10.8.0.3"],
    )
    with live_panel(chromium, kit, memory, monkeypatch):
        yield chromium


def voice_file(file: Path) -> Path:
    """Two minutes of an open vowel: a saw tooth of 125 Hz through two resonances, 16 kHz."""
    rate = 16_000
    wave_ = np.tile(np.linspace(-1, 1, rate // 125), 125)
    spectrum, hertz = np.fft.rfft(wave_), np.fft.rfftfreq(rate, 1 / rate)
    spectrum *= 0.05 + sum(np.exp(-(((hertz - formant) / 120) ** 2)) for formant in (750, 1200))
    second = np.fft.irfft(spectrum)
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, rate, 0, "NONE", ""))
        out.writeframes(np.tile((second / np.abs(second).max() * 20_000).astype("<i2"), 120).tobytes())
    return file


def test_a_film_before_the_camera_moves_the_face_until_it_is_stopped(
    panel: Chrome, memory: MemoryPublisher
) -> None:
    start = panel.find_element(By.ID, "webcam-start")
    assert start.get_attribute("aria-label") == "Start the webcam"
    start.send_keys(Keys.ENTER)  # by the keyboard
    until(lambda: sources(memory) == {"webcam"}, patience_s=180)
    until(lambda: "It moves the face." in text(panel, "webcam-state"))
    until(lambda: "fps" in text(panel, "webcam-line"), patience_s=180)
    assert panel.find_element(By.ID, "webcam-start").text == "Stop"
    assert not panel.find_element(By.ID, "webcam-device").is_enabled()
    until(
        lambda: panel.find_elements(By.CSS_SELECTOR, "[data-key='Recenter webcam']")
    )  # beside it: its calibration
    panel.refresh()  # a page that comes later finds it running
    until(lambda: panel.find_element(By.ID, "webcam-start").text == "Stop")
    panel.find_element(By.ID, "webcam-start").click()
    until(lambda: trackers() == [])
    until(lambda: sources(memory) == set())
    until(lambda: text(panel, "webcam-state") == "")


def test_a_voice_before_the_microphone_moves_the_mouth(panel: Chrome, memory: MemoryPublisher) -> None:
    panel.find_element(By.ID, "microphone-start").click()
    until(lambda: sources(memory) == {"microphone"}, patience_s=180)
    until(lambda: "It moves the face." in text(panel, "microphone-state"))
    jaw = CHANNEL_INDEX["expression"]["jawOpen"]
    until(lambda: (status := memory.latest_status()) and status.values[jaw] > 0.1)
    panel.find_element(By.ID, "microphone-start").click()
    until(lambda: trackers() == [])


def test_the_chosen_camera_is_seen_before_it_is_started(panel: Chrome) -> None:
    """In the browser, with Chromium's own fake device: a green picture with a yellow clock."""
    seen = (
        "const video = document.getElementById('webcam-picture'), canvas = document.createElement('canvas');"
        "if (!video.videoWidth) return null;"
        "Object.assign(canvas, {width: 8, height: 8}); const context = canvas.getContext('2d');"
        "context.drawImage(video, 0, 0, 8, 8); return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)"
    )
    panel.find_element(By.ID, "webcam-look").click()
    red, green, blue = until(lambda: panel.execute_script(seen))
    assert green > max(red, blue) + 50
    panel.find_element(By.ID, "webcam-look").click()
    live = "return document.getElementById('webcam-picture').srcObject"
    until(lambda: panel.execute_script(live) is None)
    assert not panel.find_element(By.ID, "webcam-picture").is_displayed()
    panel.find_element(By.ID, "webcam-look").click()
    until(lambda: panel.execute_script(seen))
    panel.find_element(By.ID, "tab-avatars").click()  # what is not seen is off
    until(lambda: panel.execute_script(live) is None)


def test_a_tracker_that_fails_says_why_beside_it(panel: Chrome) -> None:
    panel.execute_script(  # in one go: the list is drawn anew when the page asks for the cameras that there are
        "const list = document.getElementById('webcam-device'); list.add(new Option('Camera 10', 9)); list.value = 9;"
        "document.getElementById('webcam-start').click()"
    )
    until(lambda: text(panel, "webcam-state") == "It failed:")
    assert text(panel, "webcam-line") == "there is no camera 9; choose another camera"
    assert panel.find_element(By.ID, "webcam-start").text == "Start"


def test_a_phone_finds_this_computer_by_its_code(panel: Chrome) -> None:
    assert not panel.find_element(By.ID, "network-reach").is_displayed()
    panel.find_element(By.ID, "network-open").click()
    until(lambda: text(panel, "network-addresses") == f"{ADDRESS} · 10.8.0.3")
    assert code_in(panel, "network-code") == ADDRESS
    panel.refresh()  # what was chosen is still chosen
    until(lambda: text(panel, "network-addresses") == f"{ADDRESS} · 10.8.0.3")
    assert panel.find_element(By.ID, "network-reach").is_displayed()


def test_a_phone_becomes_the_camera_by_its_code(panel: Chrome) -> None:
    assert not panel.find_element(By.ID, "browser-reach").is_displayed()
    panel.find_element(By.ID, "browser-start").click()
    until(lambda: text(panel, "browser-page") == PAGE)
    assert code_in(panel, "browser-code") == PAGE
    until(lambda: text(panel, "browser-state") == "It waits for the phone's page.")
    panel.find_element(By.ID, "browser-start").click()
    until(lambda: not panel.find_element(By.ID, "browser-reach").is_displayed())
    until(lambda: trackers() == [])


def code_in(panel: Chrome, canvas: str) -> str:
    """What a QR code on the page says."""
    pixels = panel.execute_script(
        f"const c = document.getElementById('{canvas}');"
        "return [c.width, ...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
    )
    code = np.array(pixels[1:], np.uint8).reshape(pixels[0], pixels[0], 4)[..., 0]
    read, *_ = cv2.QRCodeDetector().detectAndDecode(np.kron(code, np.ones((8, 8), np.uint8)))
    return str(read)


def test_a_phones_address_that_is_none_is_refused_in_words(panel: Chrome) -> None:
    panel.find_element(By.ID, "network-phone").send_keys("--json")
    panel.find_element(By.ID, "network-start").click()
    until(lambda: "is no address" in text(panel, "toast"))
    assert trackers() == []


def test_listening_to_everything_opens_the_ports_and_gives_them_back(panel: Chrome) -> None:
    panel.find_element(By.ID, "network-start").click()
    until(lambda: text(panel, "network-state") == "It listens.")
    until(lambda: text(panel, "network-line") != "")
    [process] = trackers()
    assert process.cmdline()[-3:-1] == ["auto", "--to"]
    panel.find_element(By.ID, "network-start").click()
    until(lambda: trackers() == [])
