"""An audit of the panel by axe-core (Deque), in a real browser: every state of it, in both looks, wide and narrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from protocol.messages import Status
from runtime.panel.catalogs import PanelCatalogs
from runtime.publishers.browser import BrowserPublisher
from tests.runtime.panel.conftest import OPEN_GROUPS
from tests.runtime.panel.page_states import show_states
from tests.waiting import PATIENCE_S

AUDIT = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ['violations']}).then(
  (result) => done({checked: result.passes.length, found: result.violations.map(
    ({id, nodes}) => [id, nodes.map((node) => node.html.slice(0, 160))])}),
  (error) => done({checked: 0, found: [['axe failed', String(error)]]}));
"""


@pytest.fixture
def catalogs(full_catalogs: PanelCatalogs) -> PanelCatalogs:
    return full_catalogs


@pytest.mark.parametrize(("look", "width"), [("light", 400), ("dark", 1400)])
def test_no_state_of_the_panel_has_a_finding(
    page: Chrome, publisher: BrowserPublisher, status: Status, sender_modules: Path, look: str, width: int
) -> None:
    """Contrasts depend on the look, and what is reached on the width; each state is seen in both looks."""
    script = sender_modules / "axe-core" / "axe.min.js"
    if not script.is_file():
        pytest.skip(f"{script} is missing; install it with: python scripts/test_senders.py")
    page.execute_script(script.read_text("utf-8"))
    page.set_script_timeout(300)
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    found: dict[str, Any] = {}
    try:
        page.execute_script("document.documentElement.dataset.look = arguments[0]", look)
        page.execute_script(OPEN_GROUPS)
        for state in show_states(page, publisher, status):
            result = page.execute_async_script(AUDIT)
            assert result["checked"] > 15 or result["found"]
            if result["found"]:
                found[state] = result["found"]
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        page.set_script_timeout(PATIENCE_S)
    assert found == {}
