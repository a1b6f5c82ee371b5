"""The looks in a real browser: light and dark, at every width, readable, and without anything that jumps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from protocol.messages import StageTiming, Status, TakeStatus
from runtime.panel.catalogs import PanelCatalogs
from runtime.publishers.browser import BrowserPublisher
from tests.runtime.panel.page_states import show_states
from tests.waiting import until


@pytest.fixture
def catalogs(full_catalogs: PanelCatalogs) -> PanelCatalogs:
    return full_catalogs


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


#: What lies outside of the window, and labels of which a part is not seen: cut, or over the edge of what holds them.
CUT = """
const seen = (element) => element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
const all = (selector) => [...document.querySelectorAll(selector)].filter(seen)
  .filter((e) => !e.closest('.unseen, .swatches'));
const named = (elements) => elements.map((e) => e.id || e.textContent.trim().slice(0, 60));
const outside = all('button, input, select, summary, canvas, video, code, li, label, legend').filter((e) => {
  const box = e.getBoundingClientRect();
  return box.left < -1 || box.right > innerWidth + 1;
});
const cut = all('button, label, label > span, legend, h2, h3, th, summary b, .check span, dt')
  .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
  .filter((e) => !e.closest('#avatar-list, .chip, .behind .looks, .tabs')); // names that a user gave; tabs scroll
return [document.documentElement.scrollWidth - innerWidth, named(outside), named(cut)];
"""
SIZES = ((1400, 900), (1000, 700), (759, 900), (400, 800), (360, 640))


def test_nothing_is_cut_off_in_any_state_at_any_width(
    page: Chrome, publisher: BrowserPublisher, status: Status, resize: Callable[[int, int], None]
) -> None:
    wrong = {}
    for state in show_states(page, publisher, status):
        for width, height in SIZES:
            resize(width, height)
            wider, outside, cut = page.execute_script(CUT)
            if wider > 0 or outside or cut:
                wrong[state, width] = wider, outside, cut
            if width >= 760:  # the columns scroll, the page does not
                assert page.execute_script("return document.documentElement.scrollHeight") <= height
    assert wrong == {}


@pytest.mark.parametrize(("width", "height"), [(400, 800), (360, 640), (759, 900), (1000, 700), (1400, 900)])
def test_the_tools_stand_on_one_line(
    page: Chrome, resize: Callable[[int, int], None], width: int, height: int
) -> None:
    resize(width, height)
    tools = page.find_elements(By.CSS_SELECTOR, ".tools > *")
    assert len({tool.location["y"] for tool in tools if tool.is_displayed()}) == 1


@pytest.mark.parametrize(("width", "height"), [(400, 1500), (400, 800), (700, 1200), (1000, 1600)])
def test_the_box_of_the_picture_is_no_taller_than_the_picture(
    page: Chrome, resize: Callable[[int, int], None], width: int, height: int
) -> None:
    resize(width, height)
    box = page.find_element(By.ID, "picture").rect
    assert 0.3 * height <= box["height"] + 2 or box["height"] >= box["width"] - 2  # it is not small either
    assert box["height"] <= box["width"] + 1  # the picture is square


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


#: Of everything that can have the focus now: its name, its ring, and the first ground around it that is not transparent.
RINGS = """
const shown = (color) => {
  const canvas = shown.context ??= document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const before = document.activeElement, found = [];
const root = document.querySelector('dialog[open]') ?? document;
for (const element of root.querySelectorAll('button, input, select, summary, [tabindex]')) {
  if (element.disabled || !element.checkVisibility({checkVisibilityCSS: true})) continue;
  element.focus({preventScroll: true});
  if (document.activeElement !== element) continue;
  const ringed = element.closest('label:has(:focus-visible)') ?? element; // a hidden radio button: its label has the ring
  const style = getComputedStyle(getComputedStyle(ringed).outlineStyle === 'none' ? element : ringed);
  let around = ringed.parentElement;
  while (around && shown(getComputedStyle(around).backgroundColor)[3] < 255) around = around.parentElement;
  const name = element.id || element.dataset.key || element.value || element.textContent;
  const ground = getComputedStyle(around ?? document.documentElement).backgroundColor;
  found.push([name, style.outlineStyle, parseFloat(style.outlineWidth), shown(style.outlineColor), shown(ground)]);
}
before.focus({preventScroll: true});
return found;
"""


def luminance(rgb: list[int]) -> float:
    """Relative luminance of WCAG 2.2."""
    linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("look", ["light", "dark"])
def test_what_has_the_focus_is_seen(
    page: Chrome, publisher: BrowserPublisher, status: Status, look: str
) -> None:
    """WCAG 2.2, 1.4.11: the ring around what has the focus has a contrast of at least 3 to 1 with its ground."""
    page.execute_script("document.documentElement.dataset.look = arguments[0]", look)
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)  # from now on the focus is a keyboard's
    pale, seen = {}, set()
    for state in show_states(page, publisher, status):
        for name, style, width, ring, around in page.execute_script(RINGS):
            light, dark = sorted((luminance(ring), luminance(around)), reverse=True)
            contrast = (light + 0.05) / (dark + 0.05)
            seen.add(name)
            if style == "none" or width < 2 or contrast < 3:
                pale[state, name] = style, width, round(contrast, 2)
    assert pale == {}
    assert len(seen) > 60


def test_few_things_are_said_aloud_and_none_when_only_numbers_change(
    page: Chrome, publisher: BrowserPublisher, status: Status
) -> None:
    """Live regions: the connection, badges, messages, the mood, and one for each tracker and for an error."""
    live = "output, [role=status], [role=alert], [aria-live=polite], [aria-live=assertive]"
    assert page.execute_script("return document.querySelectorAll(arguments[0]).length", live) <= 10
    publisher.publish_status(status)
    until(lambda: page.find_element(By.ID, "fps").text == "60")
    page.execute_script(
        "window.said = []; for (const region of document.querySelectorAll(arguments[0])) new MutationObserver("
        "  () => window.said.push(region.id || region.className)"
        ").observe(region, {childList: true, characterData: true, subtree: true})",
        live,
    )
    for number in (31, 32, 33):
        timing = StageTiming(name="latency", p50_ms=number, p95_ms=number, p99_ms=number)
        changed = msgspec.structs.replace(
            status, fps=float(number), stages=[timing], dropped={"out of range": number}
        )
        publisher.publish_status(changed)
        until(lambda: page.find_element(By.ID, "fps").text == str(number))  # noqa: B023
    assert page.execute_script("return window.said") == []


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
