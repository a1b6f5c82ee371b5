"""What is behind the face, chosen on the panel of a whole runtime: what its outputs show."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from runtime.avatars.shelf import user_avatars
from runtime.backgrounds.picture_folder import PictureFolder
from runtime.config import load_config
from runtime.publishers.memory import MemoryPublisher
from runtime.runtime import Runtime
from tests.runtime.panel.clicking import click, press_message
from tests.waiting import PATIENCE_S, until


@pytest.fixture
def memory() -> MemoryPublisher:
    return MemoryPublisher()


@pytest.fixture
def panel(
    chromium: Chrome, memory: MemoryPublisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Chrome]:
    """The page of a runtime that draws a built-in avatar in small frames."""
    monkeypatch.setenv("OMOTE_AVATARS", str(tmp_path / "user"))
    ports = {"control": None, "request": None, "publish": None, "osc": None, "vmc": None, "panel": 0}
    table = {"engine": "head", "avatar": "kofi", "size": 96, "fps": 20, "performance": "none", "ports": ports}
    opened: list[Runtime] = []
    is_open = threading.Event()

    def live() -> None:
        with Runtime(
            load_config(None, table | {"publish": ["browser"]}), {"memory": lambda: memory}
        ) as runtime:
            opened.append(runtime)
            is_open.set()
            runtime.run()

    thread = threading.Thread(target=live)
    thread.start()
    assert is_open.wait(PATIENCE_S)
    chromium.get(getattr(opened[0].publishers.get("browser"), "url", ""))
    until(lambda: chromium.find_elements(By.CSS_SELECTOR, "#background-list [aria-pressed=true]"))
    yield chromium
    lines = chromium.get_log("browser")  # type: ignore[no-untyped-call]
    chromium.execute_script("localStorage.clear(); sessionStorage.clear()")
    chromium.get("about:blank")
    opened[0].loop.stop()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert [line["message"] for line in lines if line["source"] != "rendering"] == []


def corner(memory: MemoryPublisher) -> list[int]:
    """RGBA behind the face, in the newest frame."""
    frame = memory.latest()
    assert frame is not None
    return [int(value) for value in frame.pixels[1, 1]]


def pressed(page: Chrome) -> list[str]:
    """In one go: the list may be drawn anew between two looks."""
    script = "return [...document.querySelectorAll('#background-list [aria-pressed=true]')].map((one) => one.dataset.key)"
    return [str(key) for key in page.execute_script(script)]


def test_the_background_is_chosen_on_the_page(panel: Chrome, memory: MemoryPublisher, tmp_path: Path) -> None:
    assert pressed(panel) == ["plate"]  # as this avatar was made
    own = corner(memory)
    click(panel, "[data-key=transparent]")
    until(lambda: corner(memory)[3] == 0)
    until(lambda: pressed(panel) == ["transparent"])
    press_message(panel, "Undo")
    until(lambda: corner(memory) == own)

    for kind in ("blur", "keep", "plate"):
        click(panel, f"#background-list [data-key={kind}]")
        until(lambda: pressed(panel) == [kind])  # noqa: B023 - called before the next one
    until(lambda: corner(memory) == own)

    # a colour that is dragged: the last one stays
    panel.execute_script(
        "const input = document.getElementById('background-colour');"
        "for (const colour of ['#ff0000', '#00ff00', '#123456', '#0000ff']) {"
        "  input.value = colour; input.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    until(lambda: corner(memory) == [0, 0, 255, 255])
    until(lambda: "on" in str(panel.find_element(By.CSS_SELECTOR, ".colour").get_attribute("class")))

    # a picture from this computer, as JPEG and larger than any frame
    wide = np.zeros((1000, 3000, 3), np.uint8)
    wide[:, 1000:2000] = (200, 120, 20)
    Image.fromarray(wide).save(tmp_path / "Beach at noon.jpg", quality=95)
    panel.execute_script(
        "HTMLInputElement.prototype.click = function () {"
        "  this.id = 'chosen'; this.hidden = true; document.body.append(this); }"
    )
    panel.execute_script("document.getElementById('background-picture').click()")
    until(lambda: panel.find_elements(By.ID, "chosen"))[0].send_keys(str(tmp_path / "Beach at noon.jpg"))
    until(lambda: pressed(panel) == ["Beach-at-noon"])
    until(lambda: np.abs(np.array(corner(memory)) - (200, 120, 20, 255)).max() < 12)
    kept = PictureFolder(user_avatars()).find("Beach-at-noon")
    assert kept is not None
    with Image.open(kept) as picture:
        assert (picture.format, picture.width) == ("WEBP", 2048)

    # it is still there after a reload, and what is no picture is said
    panel.refresh()
    until(lambda: pressed(panel) == ["Beach-at-noon"])
    (tmp_path / "notes.png").write_text("no picture")
    panel.execute_script(
        "HTMLInputElement.prototype.click = function () {"
        "  this.id = 'chosen'; this.hidden = true; document.body.append(this); }"
    )
    panel.execute_script("document.getElementById('background-picture').click()")
    until(lambda: panel.find_elements(By.ID, "chosen"))[0].send_keys(str(tmp_path / "notes.png"))
    until(lambda: "notes.png is no picture" in panel.find_element(By.ID, "toast").text)


def test_a_page_cannot_name_a_file(panel: Chrome, memory: MemoryPublisher, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), "red").save(tmp_path / "secret.png")
    own = corner(memory)
    reply = panel.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "const socket = new WebSocket(`ws://${location.host}/socket${location.search}`);"
        "socket.onopen = () => socket.send(JSON.stringify("
        "  {type: 'command', name: 'background', argument: arguments[0], request_id: '7'}));"
        "socket.onmessage = (event) => { if (typeof event.data !== 'string') return;"
        "  const message = JSON.parse(event.data);"
        "  if (message.type === 'reply') { socket.close(); done(event.data); } };",
        str(tmp_path / "secret.png"),
    )
    answer = msgspec.json.decode(reply)
    assert (answer["ok"], answer["message"][:25]) == (False, "a page cannot name files;")
    assert corner(memory) == own
