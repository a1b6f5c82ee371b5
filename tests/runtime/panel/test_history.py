"""Undo, redo, and what survives a reload, in a real browser; the values are those that the runtime gets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By

from protocol.messages import ControlMessage
from runtime.intake.inbox import Inbox
from runtime.publishers.browser import BrowserPublisher
from tests.waiting import until

Sent = Callable[..., ControlMessage]


def press(page: Chrome, *keys: str) -> None:
    chain = ActionChains(page)
    for key in keys[:-1]:
        chain.key_down(key)
    chain.send_keys(keys[-1])
    for key in keys[:-1]:
        chain.key_up(key)
    chain.perform()


def hold(page: Chrome, channel: str, value: float) -> None:
    """Move a slider, and wait until the change is a step of its own, which is written down."""
    page.execute_script(
        "const input = document.getElementById(arguments[0]); input.value = arguments[1];"
        "input.dispatchEvent(new Event('input', {bubbles: true}))",
        channel,
        value,
    )
    kept = f'"{channel.partition(".")[2]}":{value}'
    until(lambda: kept in (page.execute_script("return sessionStorage.getItem('held')") or ""))


def value(page: Chrome, channel: str) -> float | None:
    """The held value of a slider; None = it is not held."""
    row = page.find_element(By.ID, channel)
    is_held = page.execute_script("return arguments[0].closest('.row').classList.contains('held')", row)
    return float(row.get_property("value")) if is_held else None  # type: ignore[arg-type]


def test_changes_are_taken_back_and_done_again_in_order(page: Chrome, sent: Sent) -> None:
    assert not page.find_element(By.ID, "undo").is_enabled()
    hold(page, "pose.yaw", 0.3)
    hold(page, "pose.yaw", 0.5)
    hold(page, "gaze.pitch", 0.2)
    page.find_element(By.TAG_NAME, "h1").click()
    press(page, Keys.CONTROL, "z")
    assert (value(page, "gaze.pitch"), value(page, "pose.yaw")) == (None, 0.5)
    press(page, Keys.CONTROL, "z")
    assert value(page, "pose.yaw") == 0.3
    until(lambda: sent("pose").values == {"yaw": 0.3})
    page.find_element(By.ID, "undo").click()
    assert value(page, "pose.yaw") is None
    assert not page.find_element(By.ID, "undo").is_enabled()
    press(page, Keys.CONTROL, "y")
    press(page, Keys.CONTROL, Keys.SHIFT, "z")
    page.find_element(By.ID, "redo").click()
    assert (value(page, "gaze.pitch"), value(page, "pose.yaw")) == (0.2, 0.5)
    assert not page.find_element(By.ID, "redo").is_enabled()


def test_a_new_change_ends_what_could_be_done_again(page: Chrome) -> None:
    hold(page, "pose.yaw", 0.3)
    page.find_element(By.ID, "undo").click()
    assert page.find_element(By.ID, "redo").is_enabled()
    hold(page, "pose.pitch", 0.1)
    assert not page.find_element(By.ID, "redo").is_enabled()
    page.find_element(By.ID, "undo").click()
    assert value(page, "pose.pitch") is None


def test_a_drag_is_one_change(page: Chrome) -> None:
    picture = page.find_element(By.ID, "face")
    chain = ActionChains(page, duration=200).move_to_element(picture).click_and_hold()
    for _ in range(5):
        chain.move_by_offset(15, 5).pause(0.2)
    chain.release().perform()
    until(lambda: page.find_element(By.ID, "undo").is_enabled())
    assert value(page, "pose.yaw") is not None
    page.find_element(By.ID, "undo").click()
    assert value(page, "pose.yaw") is None
    assert not page.find_element(By.ID, "undo").is_enabled()


def test_typing_takes_nothing_back(page: Chrome) -> None:
    hold(page, "pose.yaw", 0.3)
    page.find_element(By.ID, "find").send_keys("x", Keys.CONTROL, "z")
    assert value(page, "pose.yaw") == 0.3


def test_what_is_held_survives_a_reload_and_is_not_held_by_another_page(
    page: Chrome, publisher: BrowserPublisher, inbox: Inbox, sent: Sent
) -> None:
    hold(page, "pose.yaw", 0.4)
    page.find_element(By.XPATH, "//button[text()='angry']").click()
    page.execute_script(
        "const claim = document.getElementById('claim'); claim.value = 0.6; claim.dispatchEvent(new Event('input'))"
    )
    until(lambda: '"emotion":0.6' in page.execute_script("return sessionStorage.getItem('held')"))
    page.refresh()
    until(lambda: page.find_elements(By.ID, "pose.yaw"))
    until(lambda: value(page, "pose.yaw") == 0.4)
    inbox.take()
    assert sent("pose").values == {"yaw": 0.4}
    message = until(lambda: sent("emotion"))
    assert (message.values["angry"], message.weight) == (1.0, 0.6)
    assert page.find_element(By.XPATH, "//button[text()='angry']").get_attribute("aria-pressed") == "true"
    assert page.find_element(By.ID, "claim-out").text == "60 %"
    first = page.current_window_handle
    page.switch_to.new_window("tab")
    try:
        page.get(publisher.url)
        until(lambda: page.find_elements(By.ID, "pose.yaw"))
        assert value(page, "pose.yaw") is None
    finally:
        page.close()
        page.switch_to.window(first)


@pytest.mark.parametrize(
    "kept", ["{", "null", '{"values":{"pose":{"yaw":"x","no":1,"pitch":99}},"weights":{"pose":7}}']
)
def test_a_memory_that_is_damaged_holds_nothing(page: Chrome, kept: str) -> None:
    page.execute_script(
        "addEventListener('pagehide', () => sessionStorage.setItem('held', arguments[0]))".replace(
            "arguments[0]", repr(kept)
        )
    )
    page.refresh()
    until(lambda: page.find_elements(By.ID, "pose.yaw"))
    assert [value(page, f"pose.{name}") for name in ("yaw", "pitch")] == [None, None]


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("feeling", ["happy", "relaxed", "disgusted"])
def test_a_mood_comes_back_to_its_place(page: Chrome, feeling: str, across: bool) -> None:
    """Also between two feelings, and between the last and the first of the circle."""
    page.find_element(By.XPATH, f"//button[text()='{feeling}']").click()
    if across:
        page.find_element(By.ID, "pad").send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    place = "const p = document.getElementById('puck').style; return [p.getPropertyValue('--x'), p.getPropertyValue('--y')]"
    before = [float(each) for each in page.execute_script(place)]
    until(lambda: page.find_element(By.ID, "undo").is_enabled())
    for button in ("undo", "redo"):  # on a slow machine the keys are a change of their own
        while page.find_element(By.ID, button).is_enabled():
            page.find_element(By.ID, button).click()
        assert page.find_element(By.ID, "puck").is_displayed() == (button == "redo")
    assert [float(each) for each in page.execute_script(place)] == pytest.approx(before, abs=0.01)
