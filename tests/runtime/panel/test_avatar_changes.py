"""Avatars are renamed, copied, saved, deleted and brought back on the panel, in a real browser on a whole runtime."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from face.avatar import load_avatar
from runtime.avatars.shelf import Shelf
from runtime.avatars.shelf_changes import ShelfChanges
from tests.runtime.panel.clicking import click, press_message
from tests.runtime.panel.test_maker_page import drop
from tests.runtime.panel.test_panel_with_runtime import folders, memory, panel  # noqa: F401 - fixtures
from tests.waiting import until


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This user's folder of avatars; the runtime is started after it is named."""
    monkeypatch.setenv("OMOTE_AVATARS", str(tmp_path / "user"))
    return tmp_path / "user"


def choose(panel: Chrome, key: str, words: str) -> None:  # noqa: F811
    """Choose an entry of an avatar's menu, by the keyboard."""
    script = "document.querySelector(arguments[0]).focus(); document.activeElement.click()"
    until(lambda: panel.find_elements(By.CSS_SELECTOR, f"[data-key='more {key}']"))
    panel.execute_script(script, f"[data-key='more {key}']")
    items = [item.text for item in panel.find_elements(By.CSS_SELECTOR, "#avatar-menu button")]
    for _ in range(items.index(words)):
        panel.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    assert panel.switch_to.active_element.text == words
    panel.switch_to.active_element.send_keys(Keys.ENTER)


def keys(panel: Chrome) -> list[str]:  # noqa: F811
    script = "return [...document.querySelectorAll('.avatar:not(.new)')].map((card) => card.dataset.key)"
    return list(panel.execute_script(script))


def toast(panel: Chrome, words: str) -> None:  # noqa: F811
    until(lambda: words in panel.find_element(By.ID, "toast").text)


@pytest.mark.usefixtures("user")
def test_a_copy_is_renamed_deleted_and_brought_back(panel: Chrome, user: Path) -> None:  # noqa: F811
    choose(panel, "mio", "Duplicate")
    toast(panel, "Mio-copy")
    until(lambda: "Mio-copy" in keys(panel))
    choose(panel, "Mio-copy", "Rename")
    until(lambda: panel.switch_to.active_element.get_attribute("class") == "rename")
    field = panel.switch_to.active_element
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(Keys.NULL, "Zoë", Keys.ENTER)
    until(lambda: (user / "Mio-copy").is_dir() and load_avatar(user / "Mio-copy").name == "Zoë")
    until(lambda: "Zoë" in panel.find_element(By.ID, "avatar-list").text)
    choose(panel, "Mio-copy", "Delete")
    until(lambda: "Mio-copy" not in keys(panel))
    assert not (user / "Mio-copy").exists()
    press_message(panel, "Undo")
    until(lambda: "Mio-copy" in keys(panel))
    assert load_avatar(user / "Mio-copy").name == "Zoë"


@pytest.mark.usefixtures("user")
def test_what_is_worn_or_comes_with_omote_stays(panel: Chrome) -> None:  # noqa: F811
    choose(panel, "mio", "Duplicate")
    until(lambda: "Mio-copy" in keys(panel))
    click(panel, "[data-key=Mio-copy]")
    until(lambda: panel.find_elements(By.CSS_SELECTOR, "[data-key=Mio-copy][aria-pressed=true]"))
    panel.execute_script("document.querySelector(\"[data-key='more Mio-copy']\").click()")
    menu = {
        item.text: item.is_enabled() for item in panel.find_elements(By.CSS_SELECTOR, "#avatar-menu button")
    }
    assert menu == {"Rename": True, "Duplicate": True, "Save as a file": True, "Delete": False}
    panel.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert panel.switch_to.active_element.get_attribute("data-key") == "more Mio-copy"
    panel.execute_script("document.querySelector(\"[data-key='more mio']\").click()")
    items = [item.text for item in panel.find_elements(By.CSS_SELECTOR, "#avatar-menu button")]
    assert items == ["Duplicate", "Save as a file"]


@pytest.mark.usefixtures("user")
def test_an_avatar_is_saved_as_a_file_and_dropped_again(panel: Chrome, user: Path, tmp_path: Path) -> None:  # noqa: F811
    panel.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path / "saved")}
    )
    choose(panel, "kofi", "Save as a file")
    saved = tmp_path / "saved" / "kofi.omote"
    until(saved.is_file)
    expected = tmp_path / "expected.omote"
    ShelfChanges(Shelf(tmp_path / "none", tmp_path / "none")).export_file("kofi", expected)
    assert saved.read_bytes() == expected.read_bytes()
    drop(panel, saved)
    toast(panel, "Kofi is among your avatars.")
    assert load_avatar(user / "Kofi").name == "Kofi"
    until(lambda: "Kofi" in keys(panel))
    press_message(panel, "Wear it")
    until(lambda: panel.find_elements(By.CSS_SELECTOR, "[data-key=Kofi][aria-pressed=true]"))
    (tmp_path / "bad.omote").write_bytes(saved.read_bytes()[:5000])
    drop(panel, tmp_path / "bad.omote")
    until(lambda: "not an avatar file" in panel.find_element(By.ID, "maker-error").text)
    panel.find_element(By.ID, "maker-close").click()
