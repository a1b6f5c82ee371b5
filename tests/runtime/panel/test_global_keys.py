"""Keys that work in every program, on the page: marked where they belong, listed, and said where one is not heard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from runtime.avatars.catalog import AvatarCatalog
from runtime.avatars.shelf import Shelf
from runtime.hotkeys.chord import Chord
from runtime.hotkeys.hotkey_table import read_hotkeys
from runtime.hotkeys.hotkeys import Hotkeys
from runtime.hotkeys.key_listener import KeyListener
from runtime.intake.inbox import Inbox
from runtime.panel.catalogs import PanelCatalogs
from runtime.takes.folder import TakeFolder
from runtime.triggers.look_shelf import Look, LookShelf
from tests.waiting import until

SETTINGS = {
    "ctrl+alt+1": "emotion happy",
    "F13": "look Grim",
    "ctrl+alt+page_up": "load_avatar mio",
    "ctrl+alt+2": "emotion sad",
}


class Listener:
    """A keyboard on which another program has taken a key."""

    def notes(self) -> list[str]:
        return ["the key ctrl+alt+2 belongs to another program; close that, or choose another key"]

    def close(self) -> None:
        pass


def listen(chords: Iterable[Chord], press: Callable[[Chord], None]) -> KeyListener:
    return Listener()


@pytest.fixture
def catalogs(tmp_path: Path, inbox: Inbox) -> PanelCatalogs:
    looks = LookShelf(None)
    for name in ("Grim", "Glad"):
        looks.save(Look(name=name, values={"pose": {"yaw": 0.1}}))
    keys = Hotkeys(read_hotkeys(SETTINGS), inbox, listen)
    avatars = AvatarCatalog(Shelf(tmp_path / "avatars"))
    return PanelCatalogs(avatars, TakeFolder(tmp_path / "takes"), looks=looks, hotkeys=keys.listed)


def test_a_key_is_marked_as_global_where_it_belongs_and_in_a_list(page: Chrome) -> None:
    until(lambda: page.find_elements(By.CSS_SELECTOR, ".chip kbd.global"))
    marked = page.find_elements(By.CSS_SELECTOR, ".chip.global")
    assert [chip.find_element(By.TAG_NAME, "span").text for chip in marked] == ["Grim"]
    assert marked[0].find_element(By.CSS_SELECTOR, "kbd.global").text == "F13"
    assert "F13 in every program" in str(marked[0].get_attribute("title"))
    [happy] = page.find_elements(By.CSS_SELECTOR, ".feeling.global")  # not sad, whose key is not heard
    assert happy.text == "happy"
    assert "Ctrl+Alt+1 in every program" in str(happy.get_attribute("title"))
    page.find_element(By.CSS_SELECTOR, "#global-keys summary").click()
    rows = [row.text.split("\n") for row in page.find_elements(By.CSS_SELECTOR, "#global-key-list li")]
    works = "Global: works in every program"
    assert [row for row in rows if row[-1] == works] == [
        ["Ctrl+Alt+1", "happy", works],
        ["F13", "Look Grim", works],
        ["Ctrl+Alt+Page up", "Avatar mio", works],
    ]
    [refused] = [row for row in rows if row[-1] != works]
    assert refused[:2] == ["Ctrl+Alt+2", "sad"]
    assert "belongs to another program" in refused[2]
