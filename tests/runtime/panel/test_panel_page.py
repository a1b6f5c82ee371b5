"""The page itself, in a real browser: what it shows and what it sends."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import msgspec
import numpy as np
import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By

from protocol.channels import CHANNEL_INDEX, CHANNELS
from protocol.codec import MIN_TTL_S
from protocol.messages import ControlMessage, Status
from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from runtime.publishers.browser import BrowserPublisher
from tests.runtime.panel.conftest import OPEN_GROUPS
from tests.waiting import until

Show = Callable[[Frame], None]

READ_PIXEL = "return [...document.getElementById('face').getContext('2d').getImageData({x}, {y}, 1, 1).data]"
MOVE = """const input = document.getElementById(arguments[0]);
input.value = arguments[1];
input.dispatchEvent(new Event('input', {bubbles: true}));"""


def test_the_canvas_shows_the_published_pixels(page: Chrome, show: Show) -> None:
    pixels = np.zeros((40, 60, 4), np.uint8)
    pixels[3, 5] = (250, 120, 30, 255)
    pixels[7, 50] = (250, 120, 30, 200)
    pixels[30, 2] = (250, 120, 30, 0)
    show(Frame(pixels, frame_id=4))
    assert page.execute_script(READ_PIXEL.format(x=5, y=3)) == [250, 120, 30, 255]
    # a canvas keeps colours multiplied by alpha, so they come back rounded; the alpha is exact
    seen = page.execute_script(READ_PIXEL.format(x=50, y=7))
    assert seen[3] == 200
    np.testing.assert_allclose(seen[:3], [250, 120, 30], atol=1)
    assert page.execute_script(READ_PIXEL.format(x=2, y=30))[3] == 0


def test_a_slider_drives_until_it_is_released(
    page: Chrome, inbox: Inbox, sent: Callable[[str], ControlMessage]
) -> None:
    page.execute_script(OPEN_GROUPS)
    page.execute_script(MOVE, "expression.jawOpen", 0.6)
    message = sent("expression")
    assert (message.source, message.values, message.mode) == ("panel", {"jawOpen": 0.6}, "set")
    assert message.ttl_s <= 1.0
    assert sent("expression").values == {"jawOpen": 0.6}  # held: sent again and again
    row = page.find_element(By.XPATH, "//input[@id='expression.jawOpen']/ancestor::div[@class='row held']")
    row.find_element(By.CLASS_NAME, "free").click()
    last = wait_for_release(inbox)
    assert last.values == {"jawOpen": 0.6}


def test_releasing_one_slider_keeps_the_others(
    page: Chrome,
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # heard as it arrives: what waits for the inbox to be read is merged, however slow this machine is
    heard: list[ControlMessage] = []
    offer = inbox.offer
    monkeypatch.setattr(inbox, "offer", lambda message, *rest: (heard.append(message), offer(message, *rest)))
    page.execute_script(MOVE, "pose.yaw", 0.3)
    page.execute_script(MOVE, "pose.roll", 0.1)
    until(lambda: heard and heard[-1].values == {"yaw": 0.3, "roll": 0.1})
    page.find_element(By.ID, "pose.yaw").send_keys(Keys.ESCAPE)
    until(lambda: heard[-1].values == {"roll": 0.1})
    assert [message.values for message in heard if message.ttl_s == MIN_TTL_S] == [{"yaw": 0.3}]
    assert heard[-1].ttl_s == 1.0


def wait_for_release(inbox: Inbox) -> ControlMessage:
    """The message with the shortest time to live; none comes in more than twice the page's resending interval."""
    seen: list[ControlMessage] = []

    def is_released() -> bool:
        seen.extend(received.message for received in inbox.take())
        return bool(seen) and seen[-1].ttl_s == MIN_TTL_S

    until(is_released)
    time.sleep(0.7)
    assert inbox.take() == []
    return seen[-1]


def test_both_sides_move_together_unless_switched_off(
    page: Chrome, sent: Callable[[str], ControlMessage]
) -> None:
    page.execute_script(MOVE, "expression.mouthSmileLeft", 0.5)
    assert sent("expression").values == {"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5}
    page.find_element(By.ID, "both").click()
    page.execute_script(MOVE, "expression.mouthSmileLeft", 0.7)
    assert sent("expression").values == {"mouthSmileLeft": 0.7, "mouthSmileRight": 0.5}


def test_a_key_moves_a_slider_and_escape_releases_it(
    page: Chrome, inbox: Inbox, sent: Callable[[str], ControlMessage]
) -> None:
    page.execute_script(OPEN_GROUPS)
    slider = page.find_element(By.ID, "gaze.yaw")
    slider.send_keys(Keys.ARROW_RIGHT)
    assert sent("gaze").values["yaw"] == pytest.approx(0.01, abs=0.006)
    slider.send_keys(Keys.ESCAPE)
    wait_for_release(inbox)


def test_touching_drives_only_while_touched_when_asked(
    page: Chrome, inbox: Inbox, sent: Callable[[str], ControlMessage]
) -> None:
    page.find_element(By.XPATH, "//label[contains(., 'Let go')]").click()
    slider = page.find_element(By.ID, "pose.yaw")
    hand = ActionChains(page).move_to_element(slider).click_and_hold().move_by_offset(30, 0)
    hand.perform()
    assert sent("pose").values["yaw"] > 0.1
    ActionChains(page).release().perform()
    wait_for_release(inbox)


def test_the_pad_feels_only_while_touched_when_asked(page: Chrome, inbox: Inbox) -> None:
    page.find_element(By.XPATH, "//label[contains(., 'Let go')]").click()
    pad = page.find_element(By.ID, "pad")
    ActionChains(page).move_to_element_with_offset(pad, 30, 0).click().perform()
    assert wait_for_release(inbox).layer == "emotion"


def test_dragging_the_picture_turns_the_head_where_the_hand_goes(
    page: Chrome, sent: Callable[[str], ControlMessage]
) -> None:
    face = page.find_element(By.ID, "face")
    ActionChains(page).move_to_element(face).click_and_hold().move_by_offset(60, -40).release().perform()
    values = sent("pose").values
    assert values["yaw"] > 0.05  # the picture's right is the subject's left
    assert values["pitch"] > 0.05


def test_shift_drag_and_wheel_move_the_camera(page: Chrome, sent: Callable[..., ControlMessage]) -> None:
    face = page.find_element(By.ID, "face")
    drag = ActionChains(page).key_down(Keys.SHIFT).move_to_element(face).click_and_hold()
    drag.move_by_offset(60, 0).release().key_up(Keys.SHIFT).perform()
    assert sent("view").values["azimuth"] < -0.05
    page.execute_script("arguments[0].dispatchEvent(new WheelEvent('wheel', {deltaY: 200}))", face)
    assert sent("view", "distance").values["distance"] > 1.1


def test_a_feeling_claims_the_face_as_far_as_asked(
    page: Chrome, inbox: Inbox, sent: Callable[[str], ControlMessage]
) -> None:
    page.execute_script(MOVE, "claim", 0.4)
    page.find_element(By.XPATH, "//button[text()='angry']").click()
    message = sent("emotion")
    assert message.weight == 0.4
    assert message.values["angry"] == 1.0
    assert sum(message.values.values()) == pytest.approx(1.0)
    page.find_element(By.ID, "calm").click()
    wait_for_release(inbox)


def test_the_pad_mixes_neighbours(page: Chrome, sent: Callable[[str], ControlMessage]) -> None:
    pad = page.find_element(By.ID, "pad")
    half = pad.size["width"] // 4
    ActionChains(page).move_to_element_with_offset(pad, 0, -half).click().perform()
    values = {name: value for name, value in sent("emotion").values.items() if value}
    assert set(values) == {"surprised", "afraid"}  # straight up: excited, neither pleasant nor not
    assert sum(values.values()) == pytest.approx(0.5, abs=0.03)


def test_status_is_shown_as_words_and_never_as_markup(
    page: Chrome, publisher: BrowserPublisher, status: Status
) -> None:
    values = status.values.copy()
    values[CHANNEL_INDEX["expression"]["jawOpen"]] = 0.37
    publisher.publish_status(msgspec.structs.replace(status, values=values))
    until(lambda: "Aoi" in page.find_element(By.ID, "facts").text)
    assert page.find_element(By.ID, "fps").text == "60"
    page.find_element(By.ID, "notes-pill").click()  # leads to the tab where they stand
    assert page.find_element(By.ID, "notes").text == "<b>a note</b> in words"
    assert "out of range" in page.find_element(By.ID, "dropped").text
    page.find_element(By.ID, "tab-drivers").click()
    drivers = page.find_element(By.ID, "driver-list").text
    assert "a phone" in drivers
    assert "70 %" in drivers
    assert "yaw" in drivers
    assert page.find_element(By.ID, "expression.jawOpen").get_property("value") == "0.37"


def test_another_drivers_release_is_asked_for(
    page: Chrome, publisher: BrowserPublisher, inbox: Inbox, status: Status
) -> None:
    page.find_element(By.ID, "tab-drivers").click()
    publisher.publish_status(status)
    button = until(lambda: page.find_elements(By.XPATH, "//button[@aria-label='Release a phone']"))
    assert isinstance(button, list)
    button[0].click()
    [pending] = until(inbox.take_commands)  # type: ignore[misc]
    assert (pending.command.name, pending.command.argument) == ("release", "a phone")


def test_every_channel_has_a_slider_with_a_name(page: Chrome) -> None:
    labels = page.execute_script(
        "return [...document.querySelectorAll('.row input')].map(i => [i.id, i.labels[0].textContent])"
    )
    assert {name for name, _ in labels} == {f"{c.layer}.{c.name}" for c in CHANNELS}
    assert all(words for _, words in labels)


def test_two_pages_see_the_same_picture(
    page: Chrome,
    publisher: BrowserPublisher,
    make_frame: Callable[..., Frame],
    show: Show,
) -> None:
    first = page.current_window_handle
    page.switch_to.new_window("window")
    try:
        page.get(publisher.url)
        until(lambda: publisher._server.clients == 2)
        for window in (page.current_window_handle, first):
            page.switch_to.window(window)
            show(make_frame(9, (1, 2, 3, 255)))
            assert page.execute_script(READ_PIXEL.format(x=0, y=0)) == [1, 2, 3, 255]
    finally:
        for window in page.window_handles:
            if window != first:
                page.switch_to.window(window)
                page.close()
        page.switch_to.window(first)


def test_the_page_finds_the_runtime_again(chromium: Chrome, inbox: Inbox, status: Status) -> None:
    first = BrowserPublisher(inbox, port=0)
    chromium.get(first.url)
    until(lambda: chromium.find_element(By.ID, "link").text == "live")
    first.close()
    until(lambda: chromium.find_element(By.ID, "link").text == "no connection")
    second = BrowserPublisher(inbox, port=first.port)
    try:
        second.publish_status(status)
        until(lambda: "Aoi" in chromium.find_element(By.ID, "facts").text)
    finally:
        chromium.get("about:blank")
        second.close()
        with suppress(Exception):
            chromium.get_log("browser")  # type: ignore[no-untyped-call]


#: Every list's first request is dropped before it is read.
DROPPED_ONCE = """
const real = window.fetch;
window.dropped = [];
window.fetch = (path, ...more) => {
  if (!String(path).includes('.json') || window.dropped.includes(path)) return real(path, ...more);
  window.dropped.push(path);
  return Promise.reject(new TypeError('Failed to fetch'));
};
"""


def test_what_a_busy_computer_did_not_answer_is_asked_for_again(
    chromium: Chrome, publisher: BrowserPublisher
) -> None:
    added = chromium.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": DROPPED_ONCE})
    try:
        chromium.get(publisher.url)
        until(lambda: chromium.find_elements(By.CSS_SELECTOR, "[data-key=ines]"))
        assert {"channels.json", "avatars.json"} <= set(chromium.execute_script("return window.dropped"))
    finally:
        chromium.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
        chromium.get("about:blank")


def test_a_page_of_another_site_gets_nothing(
    chromium: Chrome, publisher: BrowserPublisher, inbox: Inbox
) -> None:
    other = BrowserPublisher(Inbox(), port=0)  # serves a page, and so another site than the first
    try:
        chromium.get(other.url)
        outcome = chromium.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            f"const socket = new WebSocket('ws://127.0.0.1:{publisher.port}/socket');"
            "socket.onopen = () => done('open'); socket.onerror = () => done('refused');"
        )
        assert outcome == "refused"
        assert inbox.dropped() == {"panel: foreign page": 1}
    finally:
        chromium.get("about:blank")
        other.close()
        chromium.get_log("browser")  # type: ignore[no-untyped-call]
