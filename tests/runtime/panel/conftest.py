from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from face.motion import NEUTRAL
from protocol.messages import ControlMessage, DriverStatus, StageTiming, Status
from protocol.take import TakeWriter
from runtime.avatars.catalog import AvatarCatalog
from runtime.avatars.shelf import Shelf
from runtime.avatars.shelf_changes import ShelfChanges
from runtime.backgrounds.picture_folder import PictureFolder
from runtime.frames.frame import Frame
from runtime.hotkeys.hotkeys import Hotkey
from runtime.intake.inbox import Inbox
from runtime.panel.catalogs import PanelCatalogs
from runtime.publishers.browser import BrowserPublisher
from runtime.takes.folder import TakeFolder
from runtime.trackers.tracker_desk import TrackerDesk, TrackerKit, TrackerList, TrackerState
from runtime.trackers.tracker_wish import KINDS
from tests.waiting import PATIENCE_S, until


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer than users wait until a request is read: the server waits as well."""
    monkeypatch.setattr("runtime.panel.server.OPEN_S", PATIENCE_S)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def catalogs(tmp_path: Path) -> PanelCatalogs:
    """The built-in avatar, and whatever a test puts into tmp_path / "avatars" and tmp_path / "takes"."""
    return PanelCatalogs(AvatarCatalog(Shelf(tmp_path / "avatars")), TakeFolder(tmp_path / "takes"))


class ToldTrackers(TrackerDesk):
    """What a page is told while the webcam has failed, and the microphone and a calibrated phone run."""

    def overview(self) -> TrackerList:
        failed = "there is no camera 9; give another number with --device"
        return TrackerList(
            trackers=[
                TrackerState(kind="webcam", state="failed", line=failed),
                TrackerState(kind="browser", state="running", line="0 pictures tracked"),
                TrackerState(kind="microphone", state="running", line="loudness 0.42, vowel a; Ctrl-C stops"),
                TrackerState(kind="network", state="running", line="livelink:Anna 60 fps"),
            ],
            kinds=list(KINDS),
            cameras=[(0, "HD Pro Webcam C920 (046d:082d)"), (2, "OBS Virtual Camera")],
            addresses=["192.168.178.123", "10.8.0.3"],
            camera_page="https://192.168.178.123:8446/abcdefghijkl/",
            calibrated={"webcam": 1_764_400_000.0, "network": 1_764_400_000.0},
            can_calibrate=["webcam", "network"],
        )


@pytest.fixture
def full_catalogs(tmp_path: Path) -> PanelCatalogs:
    """Takes, one of them broken; pictures for the background; trackers in several states."""
    takes = tmp_path / "takes"
    takes.mkdir()
    with TakeWriter(takes / "a wave and a long laugh at the end of it.mcap") as take:
        for second in range(4):
            message = ControlMessage(layer="pose", source="script", values={"yaw": 0.1 * second})
            take.write(message, second * 10**9)
    (takes / "torn.mcap").write_bytes(b"no take")
    pictures = tmp_path / "user" / ".backgrounds"
    pictures.mkdir(parents=True)
    for name in ("Beach", "The-living-room-at-noon-with-the-large-window"):
        (pictures / f"{name}.webp").write_bytes(b"read by nobody here")
    shelf = Shelf(tmp_path / "avatars", tmp_path / "user")
    return PanelCatalogs(
        AvatarCatalog(shelf),
        TakeFolder(takes),
        ShelfChanges(shelf),
        ToldTrackers(TrackerKit(), None),
        PictureFolder(tmp_path / "user"),
        hotkeys=lambda: [
            Hotkey(chord="ctrl+alt+page_up", name="emotion", argument="happy"),
            Hotkey(chord="ctrl+alt+2", name="look", argument="Grim and tired"),
            Hotkey(
                chord="f13",
                name="load_avatar",
                argument="ines",
                problem="the key f13 belongs to another program; close that, or choose another key",
            ),
        ],
    )


@pytest.fixture
def publisher(inbox: Inbox, catalogs: PanelCatalogs) -> Iterator[BrowserPublisher]:
    publisher = BrowserPublisher(inbox, catalogs, port=0)
    yield publisher
    publisher.close()


@pytest.fixture
def make_frame() -> Callable[..., Frame]:
    """A frame of one colour; `color` is (4,) RGBA, straight alpha."""

    def make(frame_id: int, color: tuple[int, int, int, int] = (10, 20, 30, 255), size: int = 64) -> Frame:
        pixels = np.empty((size, size, 4), np.uint8)
        pixels[:] = color
        return Frame(pixels, frame_id=frame_id, render_time_ns=time.time_ns())

    return make


@pytest.fixture
def status() -> Status:
    return Status(
        avatar="Aoi",
        engine="null",
        provider="numpy",
        fps=59.9,
        target_fps=60.0,
        size=64,
        uptime_s=3.0,
        frames=180,
        stages=[StageTiming(name="latency", p50_ms=2.5, p95_ms=3.0, p99_ms=4.0)],
        drivers=[
            DriverStatus(
                source="a phone", layer="gaze", mode="set", weight=0.7, priority=0, age_s=2.0, owned=["yaw"]
            )
        ],
        dropped={"out of range": 7},
        values=[float(value) for value in NEUTRAL],
        publishers=["browser"],
        notes=["<b>a note</b> in words"],
    )


@pytest.fixture
def page(
    chromium: webdriver.Chrome,
    publisher: BrowserPublisher,
) -> Iterator[webdriver.Chrome]:
    """The panel, open and live; complaints in the browser's console fail the test."""
    chromium.get(publisher.url)
    until(lambda: chromium.find_elements(By.ID, "view.distance") and publisher._server.clients)
    until(lambda: chromium.find_element(By.ID, "link").text == "live")
    chromium.get_log("browser")  # type: ignore[no-untyped-call]
    yield chromium
    lines = chromium.get_log("browser")  # type: ignore[no-untyped-call]
    complaints = [line["message"] for line in lines if line["source"] != "rendering"]
    chromium.execute_script("localStorage.clear(); sessionStorage.clear()")
    chromium.get("about:blank")
    assert complaints == []


OPEN_GROUPS = "for (const group of document.querySelectorAll('#sliders details')) group.open = true"


@pytest.fixture
def sent(inbox: Inbox) -> Callable[..., ControlMessage]:
    """The newest message for a layer, and that names a channel if one is given; waits for it."""

    def newest(layer: str, channel: str = "") -> ControlMessage:
        def find() -> ControlMessage | None:
            messages = (received.message for received in inbox.take())
            found = [one for one in messages if one.layer == layer and (not channel or channel in one.values)]
            return found[-1] if found else None

        message = until(find)
        assert isinstance(message, ControlMessage)
        return message

    return newest


@pytest.fixture
def show(
    chromium: webdriver.Chrome,
    publisher: BrowserPublisher,
) -> Callable[[Frame], None]:
    """Publish a frame until the page in front has drawn it."""

    def publish(frame: Frame) -> None:
        def is_shown() -> bool:
            publisher.publish(frame)
            face = chromium.find_element(By.ID, "face")
            return face.get_attribute("data-frame-id") == str(frame.frame_id)

        until(is_shown)

    return publish
