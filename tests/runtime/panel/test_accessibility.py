"""An audit of the panel by axe-core (Deque), in a real browser: every tab and every step of the dialog, in both looks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from protocol.messages import Status, TakeStatus
from runtime.publishers.browser import BrowserPublisher
from tests.runtime.panel.conftest import OPEN_GROUPS
from tests.waiting import until

TABS = ("avatars", "takes", "drivers", "outputs", "health")
AUDIT = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ['violations']}).then(
  (result) => done({checked: result.passes.length, found: result.violations.map(
    ({id, nodes}) => [id, nodes.map((node) => node.html.slice(0, 160))])}),
  (error) => done({checked: 0, found: [['axe failed', String(error)]]}));
"""
Audit = Callable[[], list[Any]]


@pytest.fixture
def audit(page: Chrome, sender_modules: Path) -> Audit:
    """audit() -> what axe-core finds on the page as it is now."""
    script = sender_modules / "axe-core" / "axe.min.js"
    if not script.is_file():
        pytest.skip(f"{script} is missing; install it with: python scripts/test_senders.py")
    page.execute_script(script.read_text("utf-8"))
    page.set_script_timeout(120)

    def audited() -> list[Any]:
        result = page.execute_async_script(AUDIT)
        assert result["checked"] > 15 or result["found"]
        return list(result["found"])

    return audited


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 400])
def test_no_part_of_the_panel_has_a_finding(
    page: Chrome, publisher: BrowserPublisher, status: Status, audit: Audit, look: str, width: int
) -> None:
    takes = TakeStatus(recording="a take", recorded_s=61.0, recorded=9)
    publisher.publish_status(msgspec.structs.replace(status, takes=takes, worn="ines"))
    until(lambda: "Aoi" in page.find_element(By.ID, "facts").text)
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page.execute_script("document.documentElement.dataset.look = arguments[0]", look)
        page.execute_script(OPEN_GROUPS)
        page.find_element(By.XPATH, "//button[text()='angry']").click()
        for tab in TABS:
            page.execute_script("document.getElementById(arguments[0]).click()", f"tab-{tab}")
            for box in page.find_elements(By.CSS_SELECTOR, f"#{tab} details"):
                page.execute_script("arguments[0].open = true", box)
            assert audit() == [], tab
        page.execute_script("document.getElementById('tab-avatars').click()")
        until(lambda: page.find_elements(By.CSS_SELECTOR, "[data-key='more ines']"))
        page.execute_script("document.querySelector(\"[data-key='more ines']\").click()")
        assert audit() == [], "menu"
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("look", ["light", "dark"])
def test_no_step_of_the_dialog_has_a_finding(page: Chrome, audit: Audit, look: str) -> None:
    """Each step is shown as it is, with the words that the runtime would say."""
    page.execute_script("document.documentElement.dataset.look = arguments[0]", look)
    until(lambda: page.find_elements(By.CSS_SELECTOR, ".avatar.new"))
    page.execute_script("document.querySelector('.avatar.new').click()")
    for step in ("choose", "camera", "busy", "crop", "preview"):
        page.execute_script(
            "for (const section of document.querySelectorAll('#maker [data-step]'))"
            "  section.hidden = section.dataset.step !== arguments[0];"
            "const error = document.getElementById('maker-error');"
            "error.hidden = false; error.textContent = 'No face was found.';"
            "document.getElementById('busy-step').textContent = 'Painting the face';"
            "document.getElementById('leave').hidden = arguments[0] !== 'preview';",
            step,
        )
        assert audit() == [], step
    page.execute_script("document.getElementById('maker').close()")
