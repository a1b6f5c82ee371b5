"""The list of faces on the page, in a real browser: choosing one opens its panel."""

from __future__ import annotations

from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from runtime.runtime import Runtime
from tests.live_runtime import live_faces, live_runtime
from tests.waiting import until


def address(runtime: Runtime, number: int) -> str:
    return str(getattr(runtime.hosted[number].publishers.get("browser"), "url", ""))


def faces(page: Chrome) -> list[str]:
    select = page.find_element(By.ID, "faces")
    return [option.text for option in Select(select).options] if select.is_displayed() else []


def test_another_face_is_opened_by_its_name(chromium: Chrome, tmp_path: Path) -> None:
    with live_faces(tmp_path, "left=kofi", "right=mio", "lost=nobody", publish=("browser",)) as runtime:
        chromium.get(address(runtime, 0))
        assert until(lambda: faces(chromium)) == ["left", "right", "lost (not drawn)"]
        select = Select(chromium.find_element(By.ID, "faces"))
        assert select.first_selected_option.text == "left"
        assert not select.options[2].is_enabled()
        select.select_by_visible_text("right")
        until(lambda: chromium.current_url == address(runtime, 1))
        until(lambda: faces(chromium))
        assert Select(chromium.find_element(By.ID, "faces")).first_selected_option.text == "right"
        chromium.get("about:blank")


def test_a_runtime_with_one_face_shows_no_list(chromium: Chrome, tmp_path: Path) -> None:
    with live_runtime(tmp_path, publish=("browser",)) as live:
        chromium.get(address(live.runtime, 0))
        until(lambda: chromium.find_elements(By.CSS_SELECTOR, "#publisher-list .open"))
        assert faces(chromium) == []
        chromium.get("about:blank")
