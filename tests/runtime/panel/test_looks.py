"""The looks in a real browser: light and dark, at every width, readable, and without anything that jumps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from protocol.messages import Status, TakeStatus
from runtime.publishers.browser import BrowserPublisher
from tests.waiting import until

TABS = ("avatars", "takes", "drivers", "outputs", "health")

#: Every element with words of its own that can be seen: [its words, contrast to what it stands on].
CONTRASTS = """
const parse = (color) => {
  const canvas = parse.context ??= document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
};
const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
const ground = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
  return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
};
const luminance = (rgb) => rgb.map((c) => c / 255)
  .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const found = [];
for (const element of document.querySelectorAll('body *')) {
  const words = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join(' ').trim();
  const style = getComputedStyle(element);
  if (!words || element.disabled || !element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) continue;
  if (element.closest('.unseen, .swatches, .toast, script, .picture, .beneath')) continue;
  const under = ground(element), [a, b] = [luminance(over(parse(style.color), under)), luminance(under)];
  found.push([words, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]);
}
return found;
"""
BOXES = """return ['picture', 'record', 'obs', 'sliders', 'pad', 'tab-avatars', 'take-list', 'fps', 'look']
  .map((id) => document.getElementById(id).getBoundingClientRect())
  .map((box) => [box.x, box.y, box.width].map(Math.round))"""


@pytest.fixture
def resize(page: Chrome) -> Iterator[Callable[[int, int], None]]:
    def to(width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    yield to
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.fixture
def full(status: Status) -> Status:
    """A status in which everything happens at once."""
    takes = TakeStatus(recording="a long name of a take that is recorded", recorded_s=61.0, recorded=9)
    return msgspec.structs.replace(status, takes=takes, worn="builtin")


def ground(page: Chrome) -> str:
    return str(page.execute_script("return getComputedStyle(document.documentElement).backgroundColor"))


def test_the_look_is_the_systems_until_one_is_chosen(page: Chrome) -> None:
    grounds = {}
    for scheme in ("light", "dark"):
        page.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        )
        grounds[scheme] = ground(page)
    assert grounds["light"] != grounds["dark"]
    button = page.find_element(By.ID, "look")  # the system is dark now
    button.click()
    assert ground(page) == grounds["light"]
    page.refresh()
    assert ground(page) == grounds["light"]  # remembered
    page.find_element(By.ID, "look").click()
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert ground(page) == grounds["dark"]
    page.find_element(By.ID, "look").click()
    assert page.find_element(By.TAG_NAME, "html").get_attribute("data-look") == "auto"


@pytest.mark.parametrize("look", ["light", "dark"])
def test_everything_can_be_read(page: Chrome, publisher: BrowserPublisher, full: Status, look: str) -> None:
    publisher.publish_status(full)
    until(lambda: "Aoi" in page.find_element(By.ID, "facts").text)
    page.execute_script("document.documentElement.dataset.look = arguments[0]", look)
    page.find_element(By.XPATH, "//button[text()='angry']").click()
    pale = {}
    for tab in TABS:
        page.find_element(By.ID, f"tab-{tab}").click()
        contrasts = page.execute_script(CONTRASTS)
        assert len(contrasts) > 60
        pale |= {words: round(contrast, 2) for words, contrast in contrasts if contrast < 4.5}
    assert pale == {}


@pytest.mark.parametrize(("width", "height"), [(400, 800), (360, 640), (759, 900), (1000, 700), (1400, 900)])
def test_nothing_is_cut_off_at_any_width(
    page: Chrome,
    publisher: BrowserPublisher,
    full: Status,
    resize: Callable[[int, int], None],
    width: int,
    height: int,
) -> None:
    publisher.publish_status(full)
    until(lambda: "Aoi" in page.find_element(By.ID, "facts").text)
    resize(width, height)
    for tab in TABS:
        page.execute_script("document.getElementById(arguments[0]).click()", f"tab-{tab}")
        assert page.execute_script("return document.documentElement.scrollWidth") <= width
        if width >= 760:  # the columns scroll, the page does not
            assert page.execute_script("return document.documentElement.scrollHeight") <= height
        outside = page.execute_script(
            """return [...document.querySelectorAll('button, input, summary, canvas, code')]
            .filter((e) => e.checkVisibility() && !e.closest('.segments'))
            .filter((e) => { const b = e.getBoundingClientRect(); return b.left < -1 || b.right > innerWidth + 1; })
            .map((e) => e.id || e.textContent)"""
        )
        assert outside == []
    tools = page.find_elements(By.CSS_SELECTOR, ".tools > *")
    assert len({tool.location["y"] for tool in tools if tool.is_displayed()}) == 1  # on one line


def test_nothing_jumps_when_things_happen(
    page: Chrome, publisher: BrowserPublisher, status: Status, full: Status
) -> None:
    page.find_element(By.ID, "tab-takes").click()
    publisher.publish_status(msgspec.structs.replace(status, notes=[], drivers=[]))
    until(lambda: "Aoi" in page.find_element(By.ID, "facts").text)
    before = page.execute_script(BOXES)
    publisher.publish_status(full)
    until(lambda: "Stop" in page.find_element(By.ID, "record").text)
    page.find_element(By.XPATH, "//button[text()='happy']").click()
    assert page.execute_script(BOXES) == before


def test_the_keyboard_reaches_everything_in_order(page: Chrome) -> None:
    """From the first element by Tab: header, picture, tools, tabs, emotion, sliders; arrows go from tab to tab."""
    page.execute_script(
        "for (const group of document.querySelectorAll('#sliders details')) group.open = false"
    )
    reached = []
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    for _ in range(120):
        focused = page.switch_to.active_element
        reached.append(focused.get_attribute("id") or focused.get_attribute("name") or focused.text)
        ActionChains(page).send_keys(Keys.TAB).perform()  # keys sent to a colour's field would be its value
    wanted = [
        "look",
        "face",
        "record",
        "ground",
        "mirror",
        "snapshot",
        "obs",
        "tab-avatars",
        "pad",
        "claim",
        "look-save",
        "both",
        "find",
        "release",
    ]
    assert [name for name in dict.fromkeys(reached) if name in wanted] == wanted
    page.find_element(By.ID, "tab-avatars").click()
    for tab in (*TABS[1:], TABS[0]):
        page.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
        assert page.switch_to.active_element.get_attribute("id") == f"tab-{tab}"
        assert page.find_element(By.ID, tab).is_displayed()


def test_controls_are_disabled_without_a_connection(chromium: Chrome, publisher: BrowserPublisher) -> None:
    chromium.get(publisher.url)
    until(lambda: chromium.find_element(By.ID, "link").text == "live")
    publisher.close()
    until(lambda: chromium.find_element(By.ID, "link").text == "no connection")
    assert chromium.find_element(By.ID, "lost").is_displayed()
    assert chromium.execute_script("return document.querySelector('.layers').inert")
    chromium.get("about:blank")
    chromium.get_log("browser")  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("width", [400, 760, 1180, 1400])
def test_every_label_of_a_slider_is_whole(
    page: Chrome, resize: Callable[[int, int], None], width: int
) -> None:
    resize(width, 900)
    page.execute_script(
        "for (const group of document.querySelectorAll('#sliders details')) group.open = true"
    )
    cut = page.execute_script(
        "return [...document.querySelectorAll('.row label')]"
        ".filter((label) => label.scrollWidth > label.clientWidth).map((label) => label.textContent)"
    )
    assert cut == []
    overlapping = page.execute_script(
        "const rows = [...document.querySelectorAll('.row')]"
        "  .map((row) => [...row.children].map((child) => child.getBoundingClientRect()));"
        "const low = (boxes) => Math.max(...boxes.map((box) => box.bottom));"
        "const high = (boxes) => Math.min(...boxes.map((box) => box.top));"
        "return rows.filter((boxes, i) => i > 0 && high(boxes) < low(rows[i - 1]) - 1).length"
    )
    assert overlapping == 0


#: The ring of the focused element, and what lies around it: the first ground of its ancestors that is not transparent.
RING = """
const shown = (color) => {
  const canvas = document.createElement('canvas').getContext('2d');
  canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const element = document.activeElement, style = getComputedStyle(element);
let around = element.parentElement;
while (around && shown(getComputedStyle(around).backgroundColor)[3] < 255) around = around.parentElement;
return [style.outlineStyle, parseFloat(style.outlineWidth), shown(style.outlineColor),
  shown(getComputedStyle(around ?? document.documentElement).backgroundColor)];
"""


def luminance(rgb: list[int]) -> float:
    """Relative luminance of WCAG 2.2."""
    linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("look", ["light", "dark"])
def test_what_has_the_focus_is_seen(page: Chrome, look: str) -> None:
    """WCAG 2.2, 1.4.11: the ring has a contrast of at least 3 to 1 with what is around it."""
    page.execute_script("document.documentElement.dataset.look = arguments[0]", look)
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    seen = 0
    for _ in range(40):
        style, width, ring, around = page.execute_script(RING)
        if style != "none":
            light, dark = sorted((luminance(ring), luminance(around)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 3, page.switch_to.active_element.get_attribute(
                "outerHTML"
            )
            assert width >= 2
            seen += 1
        page.switch_to.active_element.send_keys(Keys.TAB)
    assert seen > 20


def test_few_things_are_said_aloud_by_themselves(page: Chrome) -> None:
    """Live regions: the connection, badges, messages, the mood, and one for each tracker and for an error."""
    live = page.execute_script(
        "return document.querySelectorAll('output, [role=status], [role=alert], [aria-live=polite]').length"
    )
    assert live <= 10


def test_a_slider_is_found_by_its_name(page: Chrome) -> None:
    shown = (
        "return [...document.querySelectorAll('.row label')]"
        ".filter((label) => label.checkVisibility()).map((label) => label.textContent)"
    )
    folded = page.execute_script(shown)
    assert 5 < len(folded) < 12  # the head's pose; the others are folded away
    page.find_element(By.ID, "find").send_keys("MOUTH low")
    expected = ["Mouth roll lower", "Mouth shrug lower", "Mouth lower down left", "Mouth lower down right"]
    assert sorted(page.execute_script(shown)) == sorted(expected)
    page.find_element(By.ID, "find").send_keys("zzz")
    assert page.execute_script(shown) == []
    assert page.find_element(By.ID, "none-found").is_displayed()
    page.find_element(By.ID, "find").clear()
    page.find_element(By.ID, "find").send_keys(" ", Keys.BACKSPACE)
    assert page.execute_script(shown) == folded
    page.find_element(By.CSS_SELECTOR, "[data-group=gaze] summary").click()
    until(lambda: "gaze" in (page.execute_script("return localStorage.getItem('open')") or ""))
    page.refresh()
    until(lambda: page.find_elements(By.ID, "gaze.yaw"))
    assert page.find_element(By.ID, "gaze.yaw").is_displayed()  # remembered
