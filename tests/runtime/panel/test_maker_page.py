"""A photo on the panel becomes the live avatar, in a real browser with the real program: dropped, pasted, chosen, taken.

The real program makes one avatar, which takes it 15 seconds of computing, and finds the faces of photos that were dropped,
pasted and taken. Where a test is about the page alone, it gives a finished avatar in place of its own (`hasty`), or a face
as well (`blind`), which spares it the loading of its networks.
"""

from __future__ import annotations

import base64
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from selenium.common.exceptions import ElementNotInteractableException, StaleElementReferenceException
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

pytest.importorskip("mediapipe")

from face.avatar import ORIGINAL_PHOTO, load_avatar
from face.motion import NEUTRAL
from face.rig import load_rig
from runtime.avatars.shelf import user_avatars
from runtime.config import load_config
from runtime.publishers.memory import MemoryPublisher
from runtime.runtime import Runtime
from tests.browser import open_chromium
from tests.waiting import PATIENCE_S, until

#: The real program; while the file {hasty} exists, it gives a copy of a built-in avatar, and if that says "blind" it takes
#: the whole photo for a face.
PROGRAM = """
import shutil, sys
from pathlib import Path
from PIL import Image
from authoring import making_process as program
from runtime.avatars.builtin import FOLDER

def copied(self, task):
    self._answer(program.Step("painting the face", 1, 1))
    shutil.copytree(FOLDER / "kofi", self._folder / program.AVATAR)
    Image.new("RGBA", (19 * 320, 4 * 320), "teal").save(self._folder / program.TURNING, "WEBP")
    return program.Made(warnings=[], seconds=0.1)

def taken_for_a_face(self):
    with Image.open(self._folder / program.PHOTO) as photo:
        photo.save(self._folder / program.PICTURE, "WEBP")
    face = program.SeenFace(box=(0, 0, 1, 1), cut=(0, 0, 1), sides=(0.2, 2))
    return program.Seen(width=photo.width, height=photo.height, faces=[face])

if Path({hasty!r}).exists():
    program.Maker._make = copied
    if Path({hasty!r}).read_text() == "blind":
        program.Maker._look = taken_for_a_face
sys.exit(program.main())
"""
MAKING_S = 240.0  # an avatar, on a machine that does other things as well
PASTE = """
const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
const data = new DataTransfer();
data.items.add(new File([bytes], 'image.png', {type: 'image/png'}));
document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
"""
#: [words, share of the bar] of every step that is shown.
WATCH_PROGRESS = """
window.progress = [];
const step = document.getElementById('busy-step'), bar = document.getElementById('busy-bar');
new MutationObserver(() => window.progress.push([step.textContent, bar.value])).observe(bar, {attributes: true});
"""


@pytest.fixture(scope="module")
def portraits(shared: Path) -> Path:
    return shared / "media" / "portraits"


@pytest.fixture(scope="module")
def camera_file(portraits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the browser's camera sees: a portrait, as a film of one picture (Motion JPEG)."""
    path = tmp_path_factory.mktemp("camera") / "camera.mjpeg"
    with Image.open(portraits / "s5.jpg") as picture:
        picture.convert("RGB").resize((720, 720)).crop((0, 90, 720, 630)).save(path, "JPEG", quality=95)
    return path


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory, camera_file: Path) -> Iterator[Chrome]:
    """A Chromium with a camera of its own, and whose user allows its use."""
    flags = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera_file}",
    )
    with open_chromium(tmp_path_factory.mktemp("chromium"), *flags) as opened:
        yield opened


@pytest.fixture(scope="module")
def memory() -> MemoryPublisher:
    return MemoryPublisher()


@pytest.fixture(scope="module")
def hasty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("maker") / "hasty"


@pytest.fixture
def hasty(hasty_file: Path) -> Iterator[None]:
    """The program gives a finished avatar in place of its own."""
    hasty_file.touch()
    yield
    hasty_file.unlink()


@pytest.fixture
def blind(hasty_file: Path) -> Iterator[None]:
    """The program looks at nothing, and gives a finished avatar."""
    hasty_file.write_text("blind")
    yield
    hasty_file.unlink()


@pytest.fixture(scope="module")
def url(
    shared: Path, memory: MemoryPublisher, hasty_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the panel of a runtime with small pictures, few of them, and avatars of its own."""
    ports = {"control": None, "request": None, "publish": None, "osc": None, "vmc": None, "panel": 0}
    table: dict[str, Any] = {"size": 96, "fps": 10, "performance": "none", "ports": ports}
    table |= {"publish": ["browser"], "idle": {"amount": 0.0}}
    opened: list[Runtime] = []
    is_open = threading.Event()

    def live() -> None:
        maker = (sys.executable, "-c", PROGRAM.format(hasty=str(hasty_file)))
        with Runtime(load_config(None, table), {"memory": lambda: memory}, maker=maker) as runtime:
            opened.append(runtime)
            is_open.set()
            runtime.run()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMOTE_FACE_LANDMARKER", str(shared / "models" / "face_landmarker.task"))
        patch.setenv("OMOTE_AVATARS", str(tmp_path_factory.mktemp("user") / "avatars"))
        patch.setattr("runtime.panel.server.OPEN_S", PATIENCE_S)  # a busy machine reads requests late
        thread = threading.Thread(target=live)
        thread.start()
        assert is_open.wait(PATIENCE_S)
        yield str(getattr(opened[0].publishers.get("browser"), "url", ""))
        opened[0].loop.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


@pytest.fixture
def page(chromium: Chrome, url: str) -> Iterator[Chrome]:
    chromium.get(url)
    until(lambda: chromium.find_element(By.ID, "link").text == "live")
    until(lambda: chromium.find_elements(By.CSS_SELECTOR, ".avatar.new"))
    yield chromium
    lines = chromium.get_log("browser")  # type: ignore[no-untyped-call]
    chromium.execute_script("localStorage.clear(); sessionStorage.clear()")
    chromium.get("about:blank")
    assert [line["message"] for line in lines if line["source"] != "rendering"] == []


def drop(page: Chrome, *files: Path, at: tuple[int, int] = (300, 300)) -> None:
    """Drag files over the page and let them fall, as the system's file manager does."""
    data: dict[str, Any] = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        page.execute_cdp_cmd("Input.dispatchDragEvent", {"type": kind, "x": at[0], "y": at[1], "data": data})


def press_new(page: Chrome, key: str) -> None:
    """Open the dialog by its place in the list, which may be drawn anew between finding and pressing it.

    While the page has no connection, as for a moment on a busy machine, the list takes no keys.
    """

    def is_pressed() -> bool:
        try:
            page.find_element(By.CSS_SELECTOR, ".avatar.new").send_keys(key)
        except (StaleElementReferenceException, ElementNotInteractableException):
            return False
        return True

    until(is_pressed)


def step(page: Chrome) -> str:
    return str(page.find_element(By.ID, "maker").get_attribute("data-step"))


def until_step(page: Chrome, wanted: str) -> None:
    """Wait for a step of the dialog; an error that is shown meanwhile fails."""

    def is_there() -> bool:
        assert page.find_element(By.ID, "maker-error").text == ""
        return step(page) == wanted

    until(is_there, patience_s=MAKING_S)


def until_error(page: Chrome) -> str:
    return until(lambda: page.find_element(By.ID, "maker-error").text, patience_s=MAKING_S)


def shown(page: Chrome, canvas: str) -> np.ndarray:
    """A canvas's pixels."""
    data = page.execute_script(
        "const c = document.getElementById(arguments[0]);"
        "return [c.width, ...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]",
        canvas,
    )
    return np.array(data[1:], np.float32).reshape(-1, data[0], 4)


@pytest.fixture(scope="module")
def two_people(portraits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pictures = []
    for name in ("s4", "s5"):
        with Image.open(portraits / f"{name}.jpg") as picture:
            pictures.append(np.asarray(picture.convert("RGB").resize((512, 512))))
    path = tmp_path_factory.mktemp("photos") / "ann_and_bea.png"
    Image.fromarray(np.hstack(pictures)).save(path)
    return path


def test_a_dropped_photo_becomes_the_live_avatar(
    page: Chrome, url: str, two_people: Path, memory: MemoryPublisher
) -> None:
    drop(page, two_people)
    assert page.current_url == url  # the file was not opened in the page's place
    until_step(page, "crop")
    faces = page.find_elements(By.CSS_SELECTOR, "#crop-faces label")
    assert [face.text for face in faces] == ["Face 1", "Face 2"]
    faces[1].click()
    square = page.find_element(By.ID, "crop-square")
    before = square.rect
    square.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, "-")
    moved = square.rect
    assert moved["width"] > before["width"]
    assert moved["y"] + moved["height"] / 2 > before["y"] + before["height"] / 2
    page.find_element(By.XPATH, "//fieldset[@id='maker-background']/label[@data-value='plate']").click()
    page.execute_script(WATCH_PROGRESS)
    page.find_element(By.ID, "crop-make").click()

    until_step(page, "preview")
    said = page.execute_script("return window.progress")
    assert {"Fitting the head", "Painting the face", "Turning the head"} <= {words for words, _ in said}
    shares = [share for words, share in said if words != "Starting"]
    assert shares == sorted(shares)
    assert shares[-1] > 0.8
    original, turned = shown(page, "original"), shown(page, "turning")
    assert turned.shape == (320, 320, 4)
    near = np.abs(original[60:200, 100:220, :3].mean((0, 1)) - turned[60:200, 100:220, :3].mean((0, 1)))
    assert near.max() < 30  # the same face
    slider = page.find_element(By.ID, "turn")
    slider.send_keys(Keys.HOME)
    left = shown(page, "turning")
    slider.send_keys(Keys.END)
    right = shown(page, "turning")
    assert np.abs(left - right).max() > 60
    name = page.find_element(By.ID, "maker-name")
    assert name.get_attribute("value") == "Ann and bea"
    name.clear()
    name.send_keys("Bea Q.", Keys.ENTER)

    until(lambda: "Bea Q." in page.find_element(By.ID, "facts").text)
    until(lambda: (status := memory.latest_status()) and status.worn == "Bea-Q")
    until(lambda: page.find_elements(By.CSS_SELECTOR, "[data-key=Bea-Q][aria-pressed=true]"))
    assert not page.find_element(By.ID, "maker").is_displayed()
    assert load_avatar(user_avatars() / "Bea-Q").background == "plate"
    assert (user_avatars() / "Bea-Q" / ORIGINAL_PHOTO).read_bytes() == two_people.read_bytes()
    until(lambda: [path.name for path in user_avatars().iterdir() if path.name.startswith(".")] == [])
    choose_the_rest(page, memory, load_rig(load_avatar(user_avatars() / "Bea-Q")).portrait)


def choose_the_rest(page: Chrome, memory: MemoryPublisher, portrait: np.ndarray) -> None:
    """A photo has an expression of its own: the live avatar shows it, then a neutral face, and its own again."""

    def is_shown(wanted: np.ndarray) -> bool:
        status = memory.latest_status()
        return status is not None and np.allclose(status.values, wanted, atol=0.02)

    assert np.abs(portrait - NEUTRAL).max() > 0.05
    until(lambda: is_shown(portrait))
    switch = "//fieldset[@id='rest']/label[@data-value='{}']"
    page.find_element(By.XPATH, switch.format("neutral")).click()
    until(lambda: is_shown(NEUTRAL))
    page.refresh()  # a page that comes later shows what is chosen
    chosen = "return document.querySelector('#rest :checked')?.value"
    until(lambda: page.execute_script(chosen) == "neutral")
    page.find_element(By.XPATH, switch.format("portrait")).click()
    until(lambda: is_shown(portrait))


def test_what_cannot_be_an_avatar_says_so_and_the_next_photo_is_taken(
    page: Chrome, portraits: Path, tmp_path: Path
) -> None:
    Image.new("RGB", (200, 200), "white").save(tmp_path / "white.png")
    page.execute_script(PASTE, base64.b64encode((tmp_path / "white.png").read_bytes()).decode())
    assert "o face found" in until_error(page)
    assert step(page) == "choose"
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    drop(page, tmp_path / "broken.jpg")
    until(lambda: "The photo is damaged or cut short" in page.find_element(By.ID, "maker-error").text)
    assert step(page) == "choose"
    with Image.open(portraits / "s5.jpg") as picture:
        picture.save(tmp_path / "s5.png")
    page.execute_script(PASTE, base64.b64encode((tmp_path / "s5.png").read_bytes()).decode())
    until_step(page, "crop")


@pytest.mark.usefixtures("hasty")
def test_a_photo_is_taken_with_the_camera_and_kept_for_later(page: Chrome, url: str, portraits: Path) -> None:
    press_new(page, Keys.ENTER)
    page.find_element(By.ID, "maker-camera").click()
    until(lambda: page.find_element(By.ID, "camera-take").is_enabled())
    page.find_element(By.ID, "camera-take").click()
    until_step(page, "crop")
    live = "return document.getElementById('camera-picture').srcObject"
    assert page.execute_script(live) is None  # the camera is off
    another_page_is_told(page, url, portraits / "s5.jpg")
    page.find_element(By.ID, "crop-make").click()
    until_step(page, "preview")
    assert page.find_element(By.ID, "maker-name").get_attribute("value") == "My avatar"
    page.find_element(By.ID, "maker-photo").click()
    page.find_element(By.ID, "preview-keep").click()
    until(lambda: page.find_elements(By.CSS_SELECTOR, "[data-key=My-avatar]"))
    assert page.find_elements(By.CSS_SELECTOR, "[data-key=My-avatar][aria-pressed=true]") == []
    assert not (user_avatars() / "My-avatar" / ORIGINAL_PHOTO).exists()  # as was asked


def another_page_is_told(page: Chrome, url: str, photo: Path) -> None:
    """One page makes an avatar at a time; it is not disturbed by another one that tries."""
    first = page.current_window_handle
    page.switch_to.new_window("tab")
    try:
        page.get(url)
        until(lambda: page.find_elements(By.CSS_SELECTOR, ".avatar.new"))
        drop(page, photo)
        assert "Another page is making an avatar" in until_error(page)
    finally:
        page.close()
        page.switch_to.window(first)
    assert step(page) == "crop"


@pytest.mark.usefixtures("blind")
def test_an_avatar_is_made_with_the_keyboard_alone(page: Chrome, portraits: Path) -> None:
    """The file is given to the chooser by its input, as the system's dialog would."""
    press_new(page, Keys.SPACE)
    assert page.switch_to.active_element.get_attribute("id") == "maker-choose"
    page.execute_script(
        "HTMLInputElement.prototype.click = function () {"
        "  this.id = 'chosen'; this.hidden = true; document.body.append(this); }"
    )
    page.switch_to.active_element.send_keys(Keys.ENTER)
    page.find_element(By.ID, "chosen").send_keys(str(portraits / "s5.jpg"))
    until_step(page, "crop")
    assert page.switch_to.active_element.get_attribute("id") == "crop-make"
    page.switch_to.active_element.send_keys(Keys.ENTER)
    until_step(page, "preview")
    assert page.switch_to.active_element.get_attribute("id") == "maker-name"
    page.switch_to.active_element.send_keys(Keys.ESCAPE)  # asks before the work is lost
    assert page.switch_to.active_element.get_attribute("id") == "leave-stay"
    page.switch_to.active_element.send_keys(Keys.ENTER)
    assert step(page) == "preview"
    page.find_element(By.ID, "maker-close").send_keys(Keys.ENTER)
    page.find_element(By.ID, "leave-discard").send_keys(Keys.ENTER)
    until(lambda: not page.find_element(By.ID, "maker").is_displayed())
    until(lambda: [path.name for path in user_avatars().iterdir() if path.name.startswith(".")] == [])


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("movie.mp4", b"x" * 100, "movie.mp4 is no picture and no avatar"),
        ("empty.png", b"", "The file is empty"),
    ],
)
def test_a_file_that_is_no_photo_is_refused_in_place(
    page: Chrome, url: str, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    drop(page, tmp_path / name, at=(700, 500))
    assert words in until_error(page)
    assert page.current_url == url
    assert page.find_element(By.ID, "maker-choose").is_displayed()


def test_dropping_text_or_a_link_changes_nothing(page: Chrome, url: str) -> None:
    data = {
        "items": [{"mimeType": "text/uri-list", "data": "https://example.org/"}],
        "files": [],
        "dragOperationsMask": 1,
    }
    for kind in ("dragEnter", "dragOver", "drop"):
        page.execute_cdp_cmd("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})
    assert page.current_url == url
    assert not page.find_element(By.ID, "maker").is_displayed()
    assert not page.find_element(By.ID, "drop").is_displayed()
