"""Looks of the panel in a real browser: saved, worn by click and key, replaced, deleted and brought back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By

from protocol.messages import ControlMessage
from runtime.avatars.catalog import AvatarCatalog
from runtime.avatars.shelf import Shelf
from runtime.intake.inbox import Inbox
from runtime.panel.catalogs import PanelCatalogs
from runtime.publishers.browser import BrowserPublisher
from runtime.takes.folder import TakeFolder
from runtime.triggers.look_shelf import LookShelf
from tests.runtime.panel.clicking import click, press_message
from tests.waiting import until

Sent = Callable[..., ControlMessage]
MOVE = """const input = document.getElementById(arguments[0]);
input.value = arguments[1];
input.dispatchEvent(new Event('input', {bubbles: true}));"""


def save(page: Chrome, name: str) -> None:
    page.find_element(By.ID, "look-save").send_keys(Keys.ENTER)  # a message may lie over it
    field = page.find_element(By.ID, "look-name")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(Keys.NULL, name, Keys.ENTER)
    assert not field.is_displayed()


def chips(page: Chrome) -> dict[str, bool]:
    """Name -> whether it is shown as worn."""
    script = (
        "return [...document.querySelectorAll('.chip')]"
        ".map((chip) => [chip.firstChild.textContent, chip.getAttribute('aria-pressed') === 'true'])"
    )
    return dict(page.execute_script(script))


def shift(page: Chrome, digit: str) -> None:
    """Shift and a digit's key, as a keyboard of the United States sends them."""
    key = {"1": "!", "2": "@"}[digit]
    for kind in ("keyDown", "keyUp"):
        event = {"type": kind, "modifiers": 8, "key": key, "code": f"Digit{digit}"}
        page.execute_cdp_cmd("Input.dispatchKeyEvent", event)


def test_a_whole_look_is_saved_and_worn_by_its_key(page: Chrome, inbox: Inbox, sent: Sent) -> None:
    page.execute_script(MOVE, "pose.yaw", 0.3)
    page.execute_script(MOVE, "view.azimuth", 0.2)
    page.find_element(By.XPATH, "//button[text()='angry']").click()
    save(page, "Grim")
    assert chips(page) == {"Grim": True}
    page.find_element(By.XPATH, "//button[text()='happy']").click()
    page.execute_script(MOVE, "pose.yaw", -0.3)
    save(page, "Glad")
    assert chips(page) == {"Grim": False, "Glad": True}
    page.find_element(By.TAG_NAME, "h1").click()
    shift(page, "1")
    until(lambda: chips(page) == {"Grim": True, "Glad": False})
    inbox.take()
    assert sent("pose").values == {"yaw": 0.3}
    assert sent("view").values == {"azimuth": 0.2}
    assert sent("emotion").values["angry"] == 1.0
    shift(page, "1")  # again takes it off
    until(lambda: chips(page) == {"Grim": False, "Glad": False})
    assert page.execute_script("return document.querySelectorAll('.row.held').length") == 0
    page.refresh()
    until(lambda: len(chips(page)) == 2)
    click(page, "[data-key='look Glad']")
    until(lambda: chips(page) == {"Grim": False, "Glad": True})


def test_a_look_is_replaced_deleted_and_brought_back(page: Chrome) -> None:
    page.execute_script(MOVE, "pose.yaw", 0.3)
    save(page, "One")
    page.execute_script(MOVE, "pose.yaw", 0.5)
    assert chips(page) == {"One": False}
    click(page, ".more-look")
    page.find_element(By.XPATH, "//*[@id='look-menu']/button[text()='Save again']").click()
    assert chips(page) == {"One": True}
    click(page, ".more-look")
    page.switch_to.active_element.send_keys(Keys.END, Keys.ENTER)  # the last entry, by the keyboard
    until(lambda: chips(page) == {})
    assert page.find_element(By.ID, "looks-empty").is_displayed()
    press_message(page, "Undo")
    assert chips(page) == {"One": True}


def test_nothing_held_is_no_look_and_typing_wears_none(page: Chrome) -> None:
    page.find_element(By.ID, "look-save").click()
    until(lambda: "nothing to save yet" in page.find_element(By.ID, "toast").text)
    page.execute_script(MOVE, "pose.yaw", 0.3)
    save(page, "One")
    page.find_element(By.ID, "find").click()
    shift(page, "1")
    ActionChains(page).send_keys("x").perform()
    assert chips(page) == {"One": True}


@pytest.mark.parametrize(
    "kept",
    ["{", "7", '[{"name":1},{"name":"x","state":{"values":null}},{"name":"ok","state":{"values":{}}}]'],
)
def test_damaged_looks_are_left_out(page: Chrome, kept: str) -> None:
    page.execute_script("localStorage.setItem('looks', arguments[0])", kept)
    page.refresh()
    until(lambda: page.find_elements(By.XPATH, "//button[text()='happy']"))
    until(lambda: page.execute_script("return document.getElementById('look-save').onclick !== null"))
    assert set(chips(page)) <= {"ok"}
    page.find_element(By.XPATH, "//button[text()='happy']").click()
    save(page, "New")
    assert "New" in chips(page)


@pytest.fixture
def looks() -> LookShelf:
    return LookShelf(None)


@pytest.fixture
def shared(chromium: Chrome, inbox: Inbox, tmp_path: Path, looks: LookShelf) -> Iterator[Chrome]:
    """The panel of a runtime that keeps looks; this browser has one from before."""
    catalogs = PanelCatalogs(AvatarCatalog(Shelf(tmp_path)), TakeFolder(tmp_path), looks=looks)
    publisher = BrowserPublisher(inbox, catalogs, port=0)
    chromium.get(publisher.url)
    until(lambda: chromium.execute_script("return localStorage.getItem('looks')") == "[]")
    before = [{"name": "Old", "state": {"values": {"gaze": {"yaw": 0.1}}, "weights": {"gaze": 1}}}]
    chromium.execute_script("localStorage.setItem('looks', arguments[0])", json.dumps(before))
    chromium.refresh()
    yield chromium
    chromium.execute_script("localStorage.clear(); sessionStorage.clear()")
    chromium.get("about:blank")
    publisher.close()


def test_the_runtime_keeps_looks_so_that_they_can_be_called_by_name(shared: Chrome, looks: LookShelf) -> None:
    until(lambda: looks.names() == ["Old"])
    until(lambda: chips(shared) == {"Old": False})
    shared.execute_script(MOVE, "pose.yaw", 0.3)
    save(shared, "A/B  new")
    until(lambda: looks.names() == ["Old", "A-B new"])
    found = looks.find("A-B new")
    assert found is not None
    assert found.values == {"pose": {"yaw": 0.3}}
    click(shared, ".more-look")
    shared.find_element(By.XPATH, "//*[@id='look-menu']/button[text()='Delete']").click()
    until(lambda: looks.names() == ["A-B new"])
    press_message(shared, "Undo")
    until(lambda: looks.names() == ["Old", "A-B new"])
    looks.delete("Old")  # in another browser
    shared.refresh()
    until(lambda: list(chips(shared)) == ["A-B new"])
    assert looks.names() == ["A-B new"]
