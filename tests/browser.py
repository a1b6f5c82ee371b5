"""A headless Chromium for tests of pages; a fixture for every folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.waiting import PATIENCE_S

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

CHROMIUM_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--window-size=1400,900",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",  # a camera, and a user who allows it
)  # fmt: skip


@contextmanager
def open_chromium(profile: Path, *flags: str) -> Iterator[Chrome]:
    """A headless Chromium; skips the test where there is none."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.skip("Chromium or its driver is missing: apt-get install -y chromium chromium-driver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*CHROMIUM_FLAGS, f"--user-data-dir={profile}", *flags):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=Service(driver))
    try:
        opened.set_script_timeout(PATIENCE_S)
        yield opened
    finally:  # a failed test leaves no browser behind
        opened.quit()


@pytest.fixture(scope="session")
def one_chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One headless Chromium for the whole run."""
    with open_chromium(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture
def chromium(one_chromium: Chrome) -> Chrome:
    """The Chromium of the run, in whose console nothing stands that was said in another test."""
    one_chromium.set_script_timeout(PATIENCE_S)
    one_chromium.get_log("browser")  # type: ignore[no-untyped-call]
    return one_chromium
