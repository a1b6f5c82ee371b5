"""Keys 1 to 8 in a real browser: a feeling for as long as a key is held, or until it is tapped again."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By

from protocol.channels import EMOTIONS
from protocol.messages import ControlMessage
from runtime.intake.inbox import Inbox
from tests.waiting import until

Sent = Callable[[str], ControlMessage]

TAP = """for (const type of ['keydown', 'keyup'])
  document.body.dispatchEvent(new KeyboardEvent(type, {key: arguments[0], bubbles: true}));"""


def pressed(page: Chrome) -> list[str]:
    return [button.text for button in page.find_elements(By.CSS_SELECTOR, ".feeling[aria-pressed=true]")]


def test_every_emotion_has_its_key_on_the_pad(page: Chrome) -> None:
    buttons = page.find_elements(By.CLASS_NAME, "feeling")
    keys = {button.text: button.get_attribute("aria-keyshortcuts") for button in buttons}
    assert keys == {name: str(number + 1) for number, name in enumerate(EMOTIONS[:8])}
    assert sorted(cap.text for cap in page.find_elements(By.CSS_SELECTOR, "#pad kbd")) == list("12345678")


@pytest.mark.parametrize(("key", "name"), [("1", "happy"), ("3", "angry"), ("8", "relaxed")])
def test_a_held_key_sets_the_emotion_until_it_is_released(
    page: Chrome, sent: Sent, inbox: Inbox, key: str, name: str
) -> None:
    ActionChains(page).key_down(key).perform()
    assert sent("emotion").values[name] == pytest.approx(1.0)
    assert pressed(page) == [name]
    time.sleep(0.4)  # longer than a tap
    ActionChains(page).key_up(key).perform()
    until(lambda: pressed(page) == [])


def test_a_tap_stays_and_the_next_one_ends_it(page: Chrome, sent: Sent) -> None:
    page.execute_script(TAP, "2")
    assert sent("emotion").values[EMOTIONS[1]] == pytest.approx(1.0)
    assert pressed(page) == [EMOTIONS[1]]
    page.execute_script(TAP, "4")  # another one takes over
    assert pressed(page) == [EMOTIONS[3]]
    page.execute_script(TAP, "4")
    assert pressed(page) == []


def test_keys_typed_into_a_text_field_set_no_emotion(page: Chrome) -> None:
    page.find_element(By.ID, "tab-takes").click()
    name = page.find_element(By.ID, "take-name")
    name.send_keys("take 123")
    assert name.get_property("value") == "take 123"
    assert pressed(page) == []


def test_shortcuts_of_the_browser_stay_its_own(page: Chrome) -> None:
    page.execute_script(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '1', ctrlKey: true, bubbles: true}))"
    )
    assert pressed(page) == []


def test_a_window_that_loses_the_focus_releases_the_key(page: Chrome) -> None:
    page.execute_script(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '1', bubbles: true}))"
    )
    assert pressed(page) == ["happy"]
    page.execute_script("dispatchEvent(new Event('blur'))")
    assert pressed(page) == []


def test_escape_on_the_pad_releases_the_emotion(page: Chrome) -> None:
    page.execute_script(TAP, "1")
    page.find_element(By.ID, "pad").send_keys(Keys.ESCAPE)
    assert pressed(page) == []


def test_what_is_searched_is_no_emotion(page: Chrome) -> None:
    find = page.find_element(By.ID, "find")
    find.send_keys("2")
    assert find.get_property("value") == "2"
    assert pressed(page) == []
