"""The browser camera's page in a real Chromium, whose camera shows a green picture with a clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest

pytest.importorskip("cv2", reason="pip install 'omote[tracking]'")

from bridge.devices.browser_camera import BrowserCamera
from bridge.trackers.webcam import Picture
from tests.bridge.browser_cameras import SECRET, open_camera
from tests.waiting import until

if TYPE_CHECKING:
    from selenium.webdriver import Chrome


@pytest.fixture
def camera() -> Iterator[BrowserCamera]:
    with open_camera() as opened:
        yield opened


@pytest.fixture
def page(chromium: Chrome, camera: BrowserCamera) -> Iterator[Chrome]:
    chromium.get(f"http://127.0.0.1:{camera.port}{camera.path}")
    until(lambda: is_alive(chromium))
    yield chromium
    chromium.get("about:blank")  # the camera's light goes out


def is_alive(page: Chrome) -> bool:
    """Whether the page's script has run."""
    script = "return typeof document.getElementById('start')?.onclick === 'function'"
    return bool(page.execute_script(script))  # type: ignore[no-untyped-call]


def press(page: Chrome, name: str) -> None:
    until(lambda: is_alive(page))
    page.execute_script(f"document.getElementById('{name}').click()")  # type: ignore[no-untyped-call]


def line_of(page: Chrome) -> str:
    return str(page.execute_script("return document.getElementById('line').textContent"))  # type: ignore[no-untyped-call]


def next_picture(camera: BrowserCamera, after: int) -> Picture:
    return until(lambda: camera.next(after, 0.1))


def page_without_its_program(chromium: Chrome) -> int:
    """A page whose camera runs, and whose program has ended; returns the program's port."""
    with open_camera() as camera:
        chromium.get(f"http://127.0.0.1:{camera.port}{camera.path}")
        press(chromium, "start")
        next_picture(camera, 0)
    until(lambda: "does not answer" in line_of(chromium))
    return camera.port


def test_the_camera_is_asked_for_only_when_it_is_started_and_stops_again(
    page: Chrome, camera: BrowserCamera
) -> None:
    assert "nowhere else" in line_of(page)
    assert camera.next(0, 0.3) is None
    press(page, "start")
    first = next_picture(camera, 0)
    second = next_picture(camera, first.number)
    assert second.capture_time_ns > first.capture_time_ns
    height, width = first.pixels.shape[:2]
    assert max(height, width) == 640
    blue, green, red = np.median(first.pixels, (0, 1))
    assert green > 90 > max(blue, red)
    camera.tell("Your face moves the avatar")
    until(lambda: line_of(page) == "Your face moves the avatar")
    press(page, "start")
    until(lambda: line_of(page) == "Stopped.")
    assert page.execute_script("return document.getElementById('view').srcObject") is None  # type: ignore[no-untyped-call]
    newest = until(lambda: camera.next(second.number, 0.1)).number
    assert camera.next(newest + 2, 0.5) is None  # what was on its way may still arrive


def test_another_device_takes_over_and_this_one_says_so(page: Chrome, camera: BrowserCamera) -> None:
    press(page, "start")
    next_picture(camera, 0)
    camera._opened("another page")
    until(lambda: line_of(page).startswith("Another device has become the camera"))
    assert page.execute_script("return document.getElementById('start').textContent") == "Start the camera"  # type: ignore[no-untyped-call]
    press(page, "start")
    newest = next_picture(camera, 0).number
    next_picture(camera, newest)


def test_it_goes_on_by_itself_when_the_program_was_started_again(chromium: Chrome) -> None:
    port = page_without_its_program(chromium)
    again = BrowserCamera(("127.0.0.1", port), SECRET)
    try:
        next_picture(again, 0)
        until(lambda: line_of(chromium) in ("Connected again.", ""))
    finally:
        chromium.get("about:blank")
        again.close()


def test_a_page_that_finds_the_program_again_leaves_the_camera_to_another_device(chromium: Chrome) -> None:
    port = page_without_its_program(chromium)
    again = BrowserCamera(("127.0.0.1", port), SECRET)
    again._opened("another page")
    try:
        until(lambda: line_of(chromium).startswith("Another device has become the camera"))
        assert again.pages == 1
    finally:
        chromium.get("about:blank")
        again.close()


def test_a_browser_that_gives_no_camera_here_says_why(page: Chrome) -> None:
    """As on a page that is not encrypted, where it has no mediaDevices."""
    page.execute_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")  # type: ignore[no-untyped-call]
    press(page, "start")
    until(lambda: "encrypted pages only" in line_of(page))
    assert page.execute_script("return document.getElementById('start').disabled") is False  # type: ignore[no-untyped-call]


def test_a_camera_that_ends_is_named(page: Chrome, camera: BrowserCamera) -> None:
    press(page, "start")
    next_picture(camera, 0)
    page.execute_script(  # type: ignore[no-untyped-call]
        "document.getElementById('view').srcObject.getTracks()[0].dispatchEvent(new Event('ended'))"
    )
    until(lambda: "camera has ended" in line_of(page))
    assert page.execute_script("return document.getElementById('start').textContent") == "Start the camera"  # type: ignore[no-untyped-call]


def test_another_address_than_the_programs_is_named(page: Chrome, camera: BrowserCamera) -> None:
    camera.path = "/another-secret/"
    press(page, "start")
    until(lambda: "open its new address" in line_of(page))
    assert page.execute_script("return document.getElementById('view').srcObject") is None  # type: ignore[no-untyped-call]
