"""A tracker is calibrated on the panel, in a real browser: the bridge's own program, a film and a phone before it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from bridge.calibration.profile import Profiles
from bridge.calibration.steps import STEPS
from omote.commands.run import CALIBRATE, TRACKERS
from protocol.blendshapes import INDEX
from protocol.channels import CHANNEL_INDEX
from runtime.publishers.memory import MemoryPublisher
from runtime.trackers.tracker_desk import TrackerKit
from tests.bridge.commands.test_calibrate import face
from tests.ports import free_udp_port
from tests.runtime.panel.live_panel import live_panel, sources, text, trackers, write_film_tracker
from tests.waiting import until

STEPS_S = 240.0  # a program that starts and 14 steps, on a machine that does other things as well
#: Steps without pauses; one picture is enough, however slow this machine is. The step is told to the sender by a file; a
#: step that a test has closed waits.
HASTY = """
import os, pathlib, time
from bridge.calibration import json_guide, session
session.READY_S, session.HOLD_S, session.MIN_SAMPLES, session.ATTEMPTS = {ready}, {hold}, 1, {attempts}
told, asked = pathlib.Path({told!r}), json_guide.JsonGuide.ask
def ask(self, number, of, step):
    told.with_suffix(".new").write_text(step.name)
    os.replace(told.with_suffix(".new"), told)
    told.with_name(f"at {{number}}").touch()
    while told.with_name(f"closed {{number}}").exists():
        time.sleep(0.01)
    asked(self, number, of, step)
json_guide.JsonGuide.ask = ask
"""
PHONE = """
import sys
from bridge.__main__ import main
from bridge.commands import network_trackers
{more}
words = sys.argv[1:]
at = words.index("auto")
sys.exit(main([*words[:at], "livelink", "--port", "{port}", *words[at + 1 :]]))
"""


class Person:
    """Sends the faces of a phone whose yaw is turned round and half as far; does what the calibration asks for."""

    def __init__(self, port: int, told: Path) -> None:
        self.port = port
        self.told = told
        self.is_away = False
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def _send(self) -> None:
        faces = {step.name: face(step.name) for step in STEPS}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            while not self._is_over.wait(0.004):
                if not self.is_away:
                    phone.sendto(faces[self.told.read_text()], ("127.0.0.1", self.port))

    def do(self, step: str) -> None:
        """Do what a step asks for from now on."""
        new = self.told.with_suffix(".mine")
        new.write_text(step)
        new.replace(self.told)

    def leave(self) -> None:
        self._is_over.set()
        self._thread.join()


@pytest.fixture
def memory() -> MemoryPublisher:
    return MemoryPublisher()


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    (tmp_path / "told").write_text("rest")
    made = Person(free_udp_port(), tmp_path / "told")
    yield made
    made.leave()


@pytest.fixture
def panel(
    chromium: Chrome,
    person: Person,
    shared: Path,
    tmp_path: Path,
    memory: MemoryPublisher,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Chrome]:
    hasty = HASTY.format(ready=0.1, hold=0.2, attempts=3, told=str(person.told))
    (tmp_path / "phone_tracker.py").write_text(PHONE.format(port=person.port, more=hasty))
    patient = HASTY.format(ready=0.05, hold=0.3, attempts=1000, told=str(tmp_path / "asked"))
    write_film_tracker(tmp_path / "film_tracker.py", shared / "media" / "driving" / "d0.mp4", patient)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("OMOTE_FACE_LANDMARKER", str(shared / "models" / "face_landmarker.task"))
    kit = TrackerKit(
        programs=TRACKERS
        | {
            "webcam": ("film_tracker", *TRACKERS["webcam"][1:]),
            "network": ("phone_tracker", *TRACKERS["network"][1:]),
        },
        calibrate=CALIBRATE,
        calibrations=tmp_path / "calibrations",
    )
    with live_panel(chromium, kit, memory, monkeypatch):
        yield chromium


def unread(port: int) -> int:
    """Bytes that wait at a UDP port; 0 on systems that do not say."""
    table = Path("/proc/net/udp")
    if not table.is_file():
        return 0
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    return sum(int(row[4].partition(":")[2], 16) for row in rows if int(row[1].partition(":")[2], 16) == port)


def step(panel: Chrome) -> str:
    """The step of the dialog that is seen; "" = it is closed."""
    shown = "const d = document.getElementById('calibration');"
    shown += "return d.open ? d.querySelector('[data-step]:not([hidden])').dataset.step : ''"
    return str(panel.execute_script(shown))


def yaw(memory: MemoryPublisher) -> float:
    status = memory.latest_status()
    return status.values[CHANNEL_INDEX["pose"]["yaw"]] if status else 0.0


def test_a_phone_that_turns_the_wrong_way_is_put_right_at_once(
    panel: Chrome, person: Person, memory: MemoryPublisher, tmp_path: Path
) -> None:
    panel.find_element(By.ID, "network-start").click()
    until(lambda: "livelink:Anna" in sources(memory))
    person.do("turn")
    until(lambda: yaw(memory) < -0.2)  # the person turns to the left, and the avatar to the right
    until(lambda: text(panel, "network-calibrated") == "Not calibrated to your face yet")
    panel.find_element(By.ID, "network-calibrate").send_keys(Keys.ENTER)
    assert step(panel) == "intro"
    assert panel.switch_to.active_element.get_attribute("id") == "calibration-begin"
    panel.switch_to.active_element.send_keys(Keys.ENTER)  # by the keyboard alone
    asked = set[str]()

    def is_over() -> bool:
        asked.add(text(panel, "calibration-ask"))
        return step(panel) == "result"

    until(is_over, patience_s=STEPS_S)
    assert len(asked & {one.ask for one in STEPS}) > 3
    changes = text(panel, "calibration-changes")
    assert "Turned head: the other way round, 2.0 times as strong" in changes
    panel.switch_to.active_element.send_keys(Keys.ENTER)  # Close
    assert step(panel) == ""
    person.do("turn")
    until(lambda: yaw(memory) > 0.4)
    until(lambda: text(panel, "network-calibrated").startswith("Calibrated "))
    profile = Profiles(tmp_path / "calibrations" / "network.toml").of("livelink", "livelink:Anna")
    assert profile.pose_gain[0] == pytest.approx(-2.0, rel=0.05)
    assert profile.full[INDEX["jawOpen"]] == pytest.approx(0.8, abs=0.01)
    panel.find_element(By.ID, "network-forget").click()
    until(lambda: yaw(memory) < -0.2)  # as before
    until(lambda: text(panel, "network-calibrated") == "Not calibrated to your face yet")
    assert not list((tmp_path / "calibrations").iterdir())


def test_a_calibration_that_is_left_or_fails_changes_nothing(
    panel: Chrome, person: Person, memory: MemoryPublisher
) -> None:
    panel.find_element(By.ID, "network-start").click()
    until(lambda: "livelink:Anna" in sources(memory))
    until(lambda: panel.find_element(By.ID, "network-calibrate").is_displayed())
    person.is_away = True
    panel.find_element(By.ID, "network-calibrate").click()
    panel.find_element(By.ID, "calibration-begin").click()
    until(lambda: text(panel, "calibration-ask").startswith("It waits for a face"))
    until(lambda: text(panel, "network-state") == "It is being calibrated.")
    panel.find_element(By.ID, "calibration-cancel").send_keys(Keys.ESCAPE)
    until(lambda: step(panel) == "")
    person.is_away = False
    until(lambda: text(panel, "network-state") == "It listens.")
    until(lambda: "livelink:Anna" in sources(memory))
    # a face that goes away when the first step begins
    closed = person.told.with_name("closed 1")
    closed.touch()
    until(lambda: panel.find_element(By.ID, "network-calibrate").is_displayed())
    panel.find_element(By.ID, "network-calibrate").click()
    panel.find_element(By.ID, "calibration-begin").click()
    until(person.told.with_name("at 1").exists, patience_s=STEPS_S)
    person.is_away = True
    until(lambda: unread(person.port) == 0)
    time.sleep(1.0)  # what was read last is seen
    closed.unlink()
    until(lambda: "no face was seen" in text(panel, "calibration-error").lower(), patience_s=STEPS_S)
    assert step(panel) == "intro"
    person.is_away = False
    until(lambda: "livelink:Anna" in sources(memory))
    panel.find_element(By.ID, "calibration-leave").click()
    until(lambda: text(panel, "network-calibrated") == "Not calibrated to your face yet")


def test_a_film_before_the_camera_is_calibrated_also_over_a_reload(
    panel: Chrome, memory: MemoryPublisher, tmp_path: Path
) -> None:
    pytest.importorskip("mediapipe")
    panel.find_element(By.ID, "webcam-start").click()
    until(lambda: sources(memory) == {"webcam"}, patience_s=STEPS_S)
    until(lambda: panel.find_element(By.ID, "webcam-calibrate").is_displayed())
    (tmp_path / "closed 2").touch()
    panel.find_element(By.ID, "webcam-calibrate").click()
    panel.find_element(By.ID, "calibration-begin").click()
    until((tmp_path / "at 2").exists, patience_s=STEPS_S)
    panel.refresh()
    until(lambda: step(panel) == "guide")
    (tmp_path / "closed 2").unlink()
    until(lambda: step(panel) == "result", patience_s=STEPS_S)
    assert "Face at rest and straight ahead: measured" in text(panel, "calibration-changes")
    panel.find_element(By.ID, "calibration-done").click()
    until(lambda: sources(memory) == {"webcam"}, patience_s=STEPS_S)
    [process] = trackers()
    file = tmp_path / "calibrations" / "webcam.toml"
    assert process.cmdline()[-4:-2] == ["--profile", str(file)]
    assert "[source.mediapipe]" in file.read_text()
