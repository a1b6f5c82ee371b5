"""Lists that are shown anew while somebody uses them: a press, the focus and typed words are kept, in a real browser."""

from __future__ import annotations

import msgspec
import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By

from protocol.messages import Status
from runtime.intake.inbox import Inbox
from runtime.publishers.browser import BrowserPublisher
from tests.waiting import until

#: Shows two lists of [key, words, class] one after the other. Gives [whether the second is as one made from nothing, keys
#: whose row stayed in the page, what the clicks of all buttons do, key of what has the focus, words typed into a field].
TWICE = """
const [first, second, done] = arguments;
import("./elements.js").then(({ button, refill }) => {
  const clicked = [];
  const rows = (given, round) => given.map(([key, words, look]) => {
    const row = document.createElement("li");
    const made = row.appendChild(button(words, look, () => clicked.push(`${round} ${key}`)));
    made.dataset.key = key;
    if (look === "named") row.append(Object.assign(document.createElement("input"), { type: "text" }));
    if (look === "shown") row.append(document.createElement("b"), words);
    return row;
  });
  const fill = (list, round) => refill(list, rows(round === 1 ? first : second, round));
  const list = document.body.appendChild(document.createElement("ul")), other = document.createElement("ul");
  fill(list, 1);
  const before = new Map([...list.children].map((row) => [row.firstChild.dataset.key, row]));
  for (const field of list.querySelectorAll("input")) field.value = "half a na";
  list.querySelector("[data-key=b]").focus();
  fill(list, 2);
  fill(other, 2);
  for (const each of list.querySelectorAll("button")) each.click();
  const stayed = [...list.children].filter((row) => before.get(row.firstChild.dataset.key) === row);
  done([list.isEqualNode(other), stayed.map((row) => row.firstChild.dataset.key), clicked,
    document.activeElement.dataset.key, list.querySelector("input")?.value]);
  list.remove();
});
"""


@pytest.mark.parametrize(
    ("second", "stayed"),
    [
        ([["a", "A", ""], ["b", "B", ""], ["c", "C", "named"]], "abc"),  # nothing has changed
        ([["a", "A", "shown"], ["b", "other words", ""], ["c", "C", "named"]], "abc"),
        ([["x", "X", ""], ["a", "A", ""], ["y", "Y", "shown"], ["b", "B", ""], ["c", "C", "named"]], "abc"),
        ([["b", "B", "shown"], ["c", "C", "named"]], "bc"),
        ([["c", "C", "named"], ["b", "B", ""]], "c"),  # in another order
    ],
)
def test_a_list_becomes_another_and_what_stays_is_not_replaced(
    page: Chrome, second: list[list[str]], stayed: str
) -> None:
    first = [["a", "A", ""], ["b", "B", ""], ["c", "C", "named"]]
    is_same, kept, clicked, focused, typed = page.execute_async_script(TWICE, first, second)
    assert is_same
    assert kept == list(stayed)
    assert clicked == [f"2 {key}" for key, *_ in second]  # the new list's
    assert (focused, typed) == ("b", "half a na")


def test_a_press_that_is_released_after_a_status_is_not_lost(
    page: Chrome, publisher: BrowserPublisher, inbox: Inbox, status: Status
) -> None:
    page.find_element(By.ID, "tab-drivers").click()
    publisher.publish_status(status)
    button = until(lambda: page.find_elements(By.XPATH, "//button[@aria-label='Release a phone']"))[0]
    ActionChains(page).click_and_hold(button).perform()
    drivers = [msgspec.structs.replace(driver, weight=0.4) for driver in status.drivers]
    publisher.publish_status(msgspec.structs.replace(status, drivers=drivers))
    until(lambda: "40 %" in page.find_element(By.ID, "driver-list").text)
    ActionChains(page).release().perform()
    [pending] = until(inbox.take_commands)
    assert (pending.command.name, pending.command.argument) == ("release", "a phone")
