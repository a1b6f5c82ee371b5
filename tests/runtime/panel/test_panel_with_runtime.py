"""The panel on a whole runtime: a take is recorded and replayed, and an avatar is put on, by clicks alone."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from bridge.takes.bvh_export import export_bvh
from bridge.takes.csv_export import export_csv
from protocol.messages import ControlMessage
from protocol.take import TakeWriter
from runtime.avatars.builtin import FOLDER, builtin_avatars
from runtime.config import load_config
from runtime.publishers.memory import MemoryPublisher
from runtime.runtime import Runtime
from tests.bridge.takes.test_bvh_export import read_bvh
from tests.runtime.panel.clicking import click, press_message
from tests.runtime.panel.conftest import OPEN_GROUPS
from tests.waiting import until

MOVE = """const input = document.getElementById(arguments[0]);
input.value = arguments[1];
input.dispatchEvent(new Event('input', {bubbles: true}));"""


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Two avatars, one of them with a picture and one that is broken; no takes yet."""
    for name, files in (("ann", ""), ("torn", '\n[files]\nface = "gone.png"\n')):
        folder = tmp_path / "avatars" / name
        folder.mkdir(parents=True)
        (folder / "avatar.toml").write_text(f'format = 1\nname = "{name.title()}"\nengine = "null"\n{files}')
    shutil.copy(FOLDER / "ines" / "thumbnail.png", tmp_path / "avatars" / "ann" / "thumbnail.png")
    return tmp_path


@pytest.fixture
def memory() -> MemoryPublisher:
    return MemoryPublisher()


@pytest.fixture
def panel(chromium: Chrome, folders: Path, memory: MemoryPublisher) -> Iterator[Chrome]:
    """The page of a runtime that draws numbers; nothing may go wrong in it, or in the browser's console."""
    ports = {"control": None, "request": None, "publish": None, "osc": None, "vmc": None, "panel": 0}
    table = {"engine": "null", "size": 96, "performance": "none", "ports": ports, "publish": ["browser"]}
    table |= {"avatars": str(folders / "avatars"), "takes": str(folders / "takes")}
    opened: list[Runtime] = []
    is_open = threading.Event()

    def live() -> None:
        with Runtime(
            load_config(None, table),
            {"memory": lambda: memory},
            exporters={".csv": export_csv, ".bvh": export_bvh},
        ) as runtime:
            opened.append(runtime)
            is_open.set()
            runtime.run()

    thread = threading.Thread(target=live)
    thread.start()
    assert is_open.wait(60)
    browser = opened[0].publishers.get("browser")
    chromium.get(getattr(browser, "url", ""))
    until(lambda: chromium.find_element(By.ID, "facts").text)
    yield chromium
    lines = chromium.get_log("browser")  # type: ignore[no-untyped-call]
    chromium.execute_script("localStorage.clear(); sessionStorage.clear()")
    chromium.get("about:blank")
    opened[0].loop.stop()
    thread.join(60)
    assert not thread.is_alive()
    told = [line["message"] for line in lines if line["source"] != "rendering"]
    # a take without a head is no BVH, and Chromium tells of every answer that is no success
    assert [words for words in told if "Wave%202.bvh" not in words] == []


def drivers(memory: MemoryPublisher) -> set[str]:
    status = memory.latest_status()
    return {driver.source for driver in status.drivers} if status else set()


def test_a_take_is_recorded_and_replayed(panel: Chrome, folders: Path, memory: MemoryPublisher) -> None:
    panel.find_element(By.ID, "tab-takes").click()
    panel.find_element(By.ID, "take-name").send_keys("../../my take: 1")
    panel.find_element(By.ID, "record").click()
    until(lambda: "Stop" in panel.find_element(By.ID, "record").text)
    until(lambda: panel.find_element(By.ID, "rec-badge").is_displayed())
    panel.execute_script(MOVE, "expression.jawOpen", 0.8)
    until(lambda: drivers(memory) == {"panel"})
    panel.find_element(By.ID, "record").click()
    until(lambda: panel.find_elements(By.CLASS_NAME, "play"))
    assert [file.name for file in (folders / "takes").iterdir()] == ["my take 1.mcap"]  # and nothing outside
    until(lambda: not panel.find_element(By.ID, "rec-badge").is_displayed())

    panel.execute_script(OPEN_GROUPS)
    panel.find_element(By.CSS_SELECTOR, "#expression\\.jawOpen").send_keys("\ue00c")  # Escape
    until(lambda: drivers(memory) == set())
    panel.find_element(By.XPATH, "//fieldset[@id='rounds']/label[@data-value='loop']").click()
    click(panel, ".play")
    until(lambda: drivers(memory) == {"panel (take)"})
    until(lambda: "my take 1" in panel.find_element(By.ID, "replay-badge").text)
    until(lambda: panel.find_element(By.ID, "expression.jawOpen").get_property("value") == "0.8")
    click(panel, ".play")
    until(lambda: drivers(memory) == set())
    until(lambda: not panel.find_element(By.ID, "replay-badge").is_displayed())
    change_the_take(panel, folders / "takes")


def change_the_take(panel: Chrome, takes: Path) -> None:
    """Rename the take, save it as other files, delete it and take the deletion back."""

    def choose(words: str) -> None:
        click(panel, "#take-list .more")
        items = until(
            lambda: panel.find_elements(By.XPATH, f"//div[@id='take-menu']/button[text()='{words}']")
        )
        items[0].click()

    choose("Rename")
    field = until(lambda: panel.find_elements(By.CSS_SELECTOR, "#take-list .rename"))[0]
    field.send_keys(Keys.CONTROL + "a")  # `clear` leaves the field, which ends the renaming
    field.send_keys("Wave/2", Keys.ENTER)
    until(lambda: [file.name for file in takes.iterdir()] == ["Wave 2.mcap"])
    shown = "return document.querySelector('#take-list b')?.textContent"
    until(lambda: panel.execute_script(shown) == "Wave 2")

    panel.execute_script(
        "let made; const make = URL.createObjectURL;"
        "URL.createObjectURL = (blob) => { made = blob; return make(blob); };"
        "HTMLAnchorElement.prototype.click = function () {"
        "  const name = this.download; made.text().then((words) => { window.saved = [name, words]; }); }"
    )
    choose("Save as CSV (ARKit)")
    name, words = until(lambda: panel.execute_script("return window.saved"))
    header, *rows = words.strip().split("\n")
    assert (name, header.split(",")[:2]) == ("Wave 2.csv", ["Timecode", "BlendshapeCount"])
    assert "0.8" in {f"{float(cell):.1f}" for cell in rows[-1].split(",")[2:]}
    choose("Save as BVH (head)")
    until(lambda: "holds no head" in panel.find_element(By.ID, "toast").text)

    choose("Delete")
    until(lambda: not panel.find_elements(By.CSS_SELECTOR, "#take-list .more"))
    assert not (takes / "Wave 2.mcap").exists()
    press_message(panel, "Undo")
    until(lambda: panel.find_elements(By.CSS_SELECTOR, "#take-list .more"))
    assert (takes / "Wave 2.mcap").is_file()


@pytest.fixture
def downloads(chromium: Chrome, tmp_path: Path) -> Iterator[Path]:
    """Where the browser saves files."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    behaviour = {"behavior": "allow", "downloadPath": str(folder)}
    chromium.execute_cdp_cmd("Browser.setDownloadBehavior", behaviour)
    yield folder
    chromium.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "default"})


def test_a_take_has_one_length_in_the_list_in_the_player_and_in_saved_files(
    panel: Chrome, folders: Path, memory: MemoryPublisher, downloads: Path
) -> None:
    length_s, turn = 67.4, 0.3  # of the whole take; of the head at its end, in radians
    (folders / "takes").mkdir(exist_ok=True)
    with TakeWriter(folders / "takes" / "nod.mcap") as take:
        for at_s in np.linspace(0.0, length_s, 675).tolist():
            for layer, channel in (("pose", "yaw"), ("expression", "jawOpen")):
                values = {channel: turn * at_s / length_s}
                message = ControlMessage(layer=layer, source="a", values=values)  # type: ignore[arg-type]
                take.write(message, round(at_s * 1e9))
    panel.find_element(By.ID, "tab-takes").click()
    length = "return document.querySelector('#take-list .number')?.textContent"
    assert until(lambda: panel.execute_script(length)) == "1:07"
    for kind in ("BVH (head)", "CSV (ARKit)"):
        click(panel, "#take-list .more")
        entry = f"//div[@id='take-menu']/button[text()='Save as {kind}']"
        until(lambda entry=entry: panel.find_elements(By.XPATH, entry))[0].click()  # type: ignore[misc]
    until(lambda: {file.name for file in downloads.iterdir()} >= {"nod.bvh", "nod.csv"})
    joints, step_s, frames = read_bvh(downloads / "nod.bvh")
    assert (len(frames) - 1) * step_s == pytest.approx(length_s, abs=step_s)
    yaw = [channel for _, channels in joints for channel in channels].index("Yrotation")
    np.testing.assert_allclose(frames[[0, -1], yaw], [0.0, np.degrees(turn)], atol=0.1)
    first, *_, last = (row.split(",")[0] for row in (downloads / "nod.csv").read_text().splitlines()[1:])
    assert seconds(last) - seconds(first) == pytest.approx(length_s, abs=step_s)

    click(panel, ".play")
    until(lambda: panel.find_element(By.ID, "replay-badge").text.endswith("of 1:07"))
    told = until(lambda: (status := memory.latest_status()) and status.takes.replay_s and status)
    assert told.takes.replay_s == pytest.approx(length_s, abs=1e-6)
    click(panel, ".play")
    until(lambda: not panel.find_element(By.ID, "replay-badge").is_displayed())


def seconds(timecode: str) -> float:
    """Live Link Face's HH:MM:SS:FF.FFF at 60 frames a second."""
    hours, minutes, whole, frames = timecode.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(whole) + float(frames) / 60


def test_an_avatar_is_chosen_by_its_picture(panel: Chrome, memory: MemoryPublisher) -> None:
    count = len(builtin_avatars()) + 2
    until(lambda: len(panel.find_elements(By.CSS_SELECTOR, ".avatar:not(.new)")) == count)
    # the list is drawn anew when it changes: each look finds its own elements
    width = "return document.querySelector('[data-key=ann] img')?.naturalWidth"
    until(lambda: panel.execute_script(width) == 192)
    click(panel, "[data-key=ann]")
    until(lambda: panel.find_elements(By.CSS_SELECTOR, "[data-key=ann][aria-pressed=true]"))
    until(lambda: (status := memory.latest_status()) and status.worn == "ann")
    until(lambda: "Ann" in panel.find_element(By.ID, "facts").text)
    keys = "return [...document.querySelectorAll('.avatar:not(.new)')].map((card) => card.dataset.key)"
    order = panel.execute_script(keys)
    places = {key: order.index(key) + 1 for key in ("ann", "mio")}
    for key in ("mio", "ann"):  # by its key, as a keyboard of the United States sends it
        event = {"type": "keyDown", "modifiers": 9, "key": "?", "code": f"Digit{places[key]}"}
        panel.execute_cdp_cmd("Input.dispatchKeyEvent", event)
        until(lambda: (status := memory.latest_status()) and status.worn == key)  # noqa: B023


def test_an_avatar_that_cannot_be_loaded_shows_the_reason(panel: Chrome) -> None:
    state = (
        "const torn = document.querySelector('[data-key=torn]'); return torn && [torn.disabled, torn.title];"
    )
    is_disabled, title = until(lambda: panel.execute_script(state))
    assert is_disabled
    assert "is missing gone.png" in title


def test_recentring_shows_the_result(panel: Chrome) -> None:
    panel.execute_script(MOVE, "pose.yaw", 0.4)
    panel.find_element(By.ID, "tab-drivers").click()
    until(lambda: "panel" in panel.find_element(By.ID, "driver-list").text)
    until(lambda: panel.find_element(By.ID, "trackers-problem").is_displayed())  # nothing moves any more
    panel.find_element(By.ID, "recenter").click()
    until(lambda: "recentred 1 layers" in panel.find_element(By.ID, "toast").text)
    until(
        lambda: (
            panel.execute_script(
                "return getComputedStyle(document.getElementById('pose.yaw').nextSibling).getPropertyValue('--at')"
            )
            == "0.5"
        )
    )


def test_every_publisher_is_named_with_its_state(panel: Chrome) -> None:
    panel.find_element(By.ID, "tab-outputs").click()
    until(lambda: "1 page open" in panel.find_element(By.ID, "publisher-list").text)
    # in one go: the list may be drawn anew between two looks
    texts = "return [...document.querySelectorAll('#publisher-list li')].map((row) => row.innerText);"
    rows = [text.split("\n")[:2] for text in panel.execute_script(texts)]
    assert rows == [["Browser and OBS", "open"], ["This process", "open"]]
    panel.find_element(By.XPATH, "//fieldset[@id='encoding']/label[@data-value='webp']").click()
    address = panel.find_element(By.ID, "obs-address").text
    assert address.endswith("/obs?encoding=webp")


def test_plots_fill_while_frames_come(panel: Chrome) -> None:
    panel.execute_script(MOVE, "pose.yaw", 0.1)  # a message, so that there is a latency
    ink = """const plot = document.getElementById(arguments[0]);
    const data = plot.getContext('2d').getImageData(0, 0, plot.width, plot.height - 2).data;
    return data.filter((value, place) => place % 4 === 3 && value > 0).length;"""
    empty = panel.execute_script(ink, "latency-plot")
    until(lambda: panel.execute_script(ink, "latency-plot") > empty)
    until(lambda: panel.execute_script(ink, "interval-plot") > 100)
