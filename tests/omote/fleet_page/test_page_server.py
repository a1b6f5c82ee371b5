"""The page of a fleet in a real browser, with the pictures and panels of real runtimes."""

from __future__ import annotations

import asyncio
import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from omote.client import ControlClient
from omote.fleet.errors import FleetError
from omote.fleet_page.page_server import PageServer
from protocol.frames.frame_header import THUMBNAIL_TOPIC
from protocol.messages import Command, FaceStatus
from runtime.access.local_users import local_peers
from runtime.access.ports import bind_tcp
from runtime.runtime import Runtime
from tests.live_runtime import live_faces
from tests.runtime.panel.clicking import click
from tests.runtime.panel.test_accessibility import AUDIT
from tests.waiting import PATIENCE_S, until

LOST = FaceStatus(
    name="lost", failure="not heard for 4 s; Ray starts it again where there is room", node="b" * 56
)


@dataclass
class Directory:
    """What the fleet's directory says; a test may change it."""

    faces: list[FaceStatus] = field(default_factory=list)
    problem: str = ""
    kind: type[Exception] = FleetError

    def ask(self) -> list[FaceStatus]:
        if self.problem:
            raise self.kind(self.problem)
        return self.faces


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omote.fleet_page.page_server.OPEN_S", PATIENCE_S)


@contextmanager
def served(directory: Directory, token: str = "") -> Iterator[int]:
    """A page server on a thread; gives its port."""
    bound = bind_tcp(0, "page", "127.0.0.1")
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        server = PageServer(directory.ask, key=None, token=token, peers=local_peers())
        await server.start(bound)
        await over.wait()
        await server.stop()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        yield int(bound.getsockname()[1])
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """Two faces that draw."""
    folder = tmp_path_factory.mktemp("faces")
    with live_faces(folder, "left=kofi", "right=mio", publish=("browser", "zeromq")) as made:
        yield made


@pytest.fixture
def directory(runtime: Runtime) -> Directory:
    """That of a fleet with these two faces, and one that is lost."""
    ports = runtime.hosted[0].status()
    with ControlClient(request_port=ports.request_port, timeout_s=PATIENCE_S) as client:
        status = client.request(Command(name="status")).status
    assert status is not None
    facts: dict[str, Any] = {"node": "a" * 56, "host": "127.0.0.1", "node_load": 0.75, "latency_ms": 9.5}
    there = [msgspec.structs.replace(face, **facts) for face in status.faces]
    there[0] = msgspec.structs.replace(
        there[0], drivers=["webcam", "omote send"], fps=29.96, sent_bytes_s=7.9e6
    )
    there[1] = msgspec.structs.replace(there[1], drivers=["webcam"], fps=14.0, latency_ms=0.0)
    return Directory([*there, LOST])


def texts(page: Chrome, selector: str) -> list[str]:
    """The words of all elements, read in the page at once: it may draw them anew."""
    found: list[str] = page.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)", selector
    )
    return found


def pictures(page: Chrome, name: str) -> int:
    """How many thumbnails of a face were drawn, with opaque pixels that differ."""
    drawn: int = page.execute_script(
        """const canvas = document.querySelector(`[data-name="${arguments[0]}"] canvas`);
        if (!canvas?.dataset.pictures) return 0;
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return canvas.width === 128 && new Set(data).size > 8 ? Number(canvas.dataset.pictures) : 0;""",
        name,
    )
    return drawn


def wanted(runtime: Runtime, number: int) -> bool:
    publisher: Any = runtime.hosted[number].publishers.get("zeromq")
    return bool(publisher._subscribers.wanted >= {THUMBNAIL_TOPIC})


def open_page(page: Chrome, port: int) -> None:
    page.get(f"http://127.0.0.1:{port}/")
    until(lambda: texts(page, ".face h3") == ["left", "right", "lost"])


def test_faces_are_shown_with_pictures_machines_and_drivers(
    chromium: Chrome, runtime: Runtime, directory: Directory
) -> None:
    with served(directory) as port:
        open_page(chromium, port)
        until(lambda: pictures(chromium, "left") > 1 and pictures(chromium, "right") > 1)
        assert texts(chromium, ".gone .state") == [LOST.failure]
        assert texts(chromium, ".face:not(.gone) .state") == [
            "30.0\N{NO-BREAK SPACE}fps, 10\N{NO-BREAK SPACE}ms, 7.9\N{NO-BREAK SPACE}MB/s",
            "14.0\N{NO-BREAK SPACE}fps",
        ]
        assert texts(chromium, ".drivers li") == ["omote send\nleft", "webcam\nleft, right"]
        assert texts(chromium, ".nodes li") == [
            "127.0.0.1\n2 faces · load 75 %",
            "machine bbbbbbbb\n0 of 1 face",
        ]
        assert texts(chromium, "#facts span")[:2] == ["2 of 3 faces draw", "1 machine"]
        chromium.get("about:blank")
        until(lambda: not wanted(runtime, 0) and not wanted(runtime, 1))


def test_a_face_that_is_not_in_sight_makes_no_pictures(
    chromium: Chrome, runtime: Runtime, directory: Directory
) -> None:
    with served(directory) as port:
        open_page(chromium, port)
        until(lambda: wanted(runtime, 0) and wanted(runtime, 1))
        chromium.find_element(By.ID, "find").send_keys("mio")
        until(lambda: texts(chromium, ".face:not([hidden]) h3") == ["right"])
        until(lambda: not wanted(runtime, 0))
        assert wanted(runtime, 1)
        chromium.find_element(By.ID, "find").send_keys("no such face")
        until(lambda: texts(chromium, "#none") == ["No face is found by these words."])
        chromium.get("about:blank")


def test_one_click_opens_the_panel_of_a_face(
    chromium: Chrome, runtime: Runtime, directory: Directory
) -> None:
    with served(directory, token="of the panels") as port:
        open_page(chromium, port)
        before = chromium.current_window_handle
        click(chromium, "[data-name=right] a")
        opened = until(lambda: [one for one in chromium.window_handles if one != before])
        chromium.switch_to.window(opened[0])
        panel = runtime.hosted[1].status().panel_port
        until(lambda: chromium.current_url == f"http://127.0.0.1:{panel}/?token=of+the+panels")
        until(lambda: chromium.find_elements(By.ID, "view.distance"))
        chromium.close()
        chromium.switch_to.window(before)
        assert chromium.find_elements(By.CSS_SELECTOR, "[data-name=lost] a") == []
        chromium.get("about:blank")


def test_a_directory_that_is_gone_is_said_and_the_faces_stay(chromium: Chrome, directory: Directory) -> None:
    with served(directory) as port:
        open_page(chromium, port)
        directory.problem = "the fleet's directory does not answer"
        until(lambda: texts(chromium, "#problem") == [directory.problem])
        assert texts(chromium, ".face h3") == ["left", "right", "lost"]
        directory.kind, directory.problem = RuntimeError, "what nobody expects is said as well"
        until(lambda: texts(chromium, "#problem") == [directory.problem])
        directory.problem = ""
        directory.faces = directory.faces[:1]
        until(lambda: texts(chromium, ".face h3") == ["left"])
        assert not chromium.find_element(By.ID, "problem").is_displayed()
        chromium.get("about:blank")


@pytest.mark.parametrize(("look", "width"), [("light", 400), ("dark", 400), ("light", 1400), ("dark", 1400)])
def test_an_audit_finds_nothing(
    chromium: Chrome, directory: Directory, sender_modules: Path, look: str, width: int
) -> None:
    script = sender_modules / "axe-core" / "axe.min.js"
    if not script.is_file():
        pytest.skip(f"{script} is missing; install it with: python scripts/test_senders.py")
    directory.faces[0] = msgspec.structs.replace(directory.faces[0], node_load=1.4)
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        with served(directory) as port:
            open_page(chromium, port)
            chromium.execute_script("document.documentElement.dataset.look = arguments[0]", look)
            until(lambda: pictures(chromium, "left"))
            directory.problem = "the fleet's directory does not answer at 127.0.0.1:5569"
            until(lambda: texts(chromium, "#problem") == [directory.problem])
            wide: bool = chromium.execute_script(
                "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
            assert not wide
            chromium.execute_script(script.read_text("utf-8"))
            result = chromium.execute_async_script(AUDIT)
            assert (result["checked"] > 15, result["found"]) == (True, [])
            chromium.get("about:blank")
    finally:
        chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_other_sites_and_other_names_of_this_machine_are_refused(directory: Directory) -> None:
    with served(directory) as port:
        answers = []
        for path, headers in (
            ("/", {}),
            ("/fleet.js", {}),
            ("/no-such-file", {}),
            ("/", {"Host": "elsewhere.example"}),
            ("/", {"Origin": "http://elsewhere.example"}),
        ):
            asking = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
            asking.request("GET", path, headers=headers)
            answers.append(asking.getresponse().status)
            asking.close()
        at = f"ws://127.0.0.1:{port}/socket"
        assert answers == [200, 200, 404, 403, 403]
        with pytest.raises(InvalidStatus, match="403"):
            connect(at, origin="http://elsewhere.example", open_timeout=PATIENCE_S)  # type: ignore[arg-type]
        with connect(at, open_timeout=PATIENCE_S) as page:
            for nonsense in ("[]", "{", '{"show":[1]}', b"\xff", b'{"show":["\xff"]}'):
                page.send(nonsense)
            said = msgspec.json.decode(page.recv(timeout=PATIENCE_S))
            assert [one["face"]["name"] for one in said["faces"]] == ["left", "right", "lost"]
            # news of a time after the nonsense, which has not ended the connection
            directory.problem = "after the nonsense"
            until(lambda: msgspec.json.decode(page.recv(timeout=PATIENCE_S))["problem"])
