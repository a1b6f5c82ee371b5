"""Clicking what a page may draw anew, show late or move while it is clicked."""

from __future__ import annotations

from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.waiting import until

#: The button of the message at the bottom, once it is shown. By script: it is still moving in.
PRESS_MESSAGE = """
const button = document.querySelector('#toast.shown button');
if (button?.textContent !== arguments[0]) return false;
button.click();
return true;
"""


def click(page: Chrome, selector: str) -> None:
    """Click the first element of a CSS selector once there is one, found again when another took its place."""

    def is_clicked() -> bool:
        try:
            page.find_element(By.CSS_SELECTOR, selector).click()
        except (NoSuchElementException, StaleElementReferenceException):
            return False
        return True

    until(is_clicked)


def press_message(page: Chrome, words: str) -> None:
    """Press the button of the message at the bottom of the page."""
    until(lambda: page.execute_script(PRESS_MESSAGE, words))
