"""Clicking what a page may draw anew between finding and clicking it."""

from __future__ import annotations

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.waiting import until


def click(page: Chrome, selector: str) -> None:
    """Click the first element of a CSS selector, found again when a new list took its place."""

    def is_clicked() -> bool:
        try:
            page.find_element(By.CSS_SELECTOR, selector).click()
        except StaleElementReferenceException:
            return False
        return True

    until(is_clicked)
