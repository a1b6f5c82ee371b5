"""The bridge's own ports in a browser: no foreign page gets a token of the emulated VTube Studio, or sees the camera.

Real Chromium, and pages of another origin of this machine, which are as good as those of any site.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from bridge.preview.page import PreviewPage
from bridge.trackers.audio2face import Audio2FaceTracker
from bridge.trackers.facecap import FaceCapTracker
from bridge.trackers.facemotion3d import Facemotion3DTracker
from bridge.trackers.ifacialmocap import IFacialMocapTracker
from bridge.trackers.ifacialmocap_stream import IFacialMocapStreamTracker
from bridge.trackers.livelink import LiveLinkTracker
from bridge.trackers.meowface import MeowFaceTracker
from bridge.trackers.openseeface import OpenSeeFaceTracker
from bridge.trackers.vmc import VmcTracker
from bridge.trackers.vrcft import VrcftTracker
from bridge.trackers.vts_phone import VtsPhoneTracker
from runtime.intake.inbox import Inbox
from runtime.intake.osc_intake import OscIntake
from runtime.intake.source_names import SourceNames
from tests.bridge.hub_running import open_wire, running_hub
from tests.bridge.phone_encoders import Face, ifacialmocap
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
TOKEN = {
    "apiName": "VTubeStudioPublicAPI",
    "apiVersion": "1.0",
    "messageType": "AuthenticationTokenRequest",
    "data": {"pluginName": "A page", "pluginDeveloper": "Elsewhere"},
}
#: Asks for a token from the page itself and from a sandboxed frame, whose origin is "null".
ASK = """<!doctype html><title>elsewhere</title><script>
const said = {};
const ask = `(port, text, tell) => {
  const socket = new WebSocket("ws://127.0.0.1:" + port);
  socket.onopen = () => socket.send(text);
  socket.onmessage = (event) => tell(event.data);
  socket.onerror = () => tell("refused");
}`;
function attack(port, text, done) {
  const both = () => { if (said.page && said.frame) done(said); };
  eval(ask)(port, text, (answer) => { said.page = answer; both(); });
  addEventListener("message", (event) => { said.frame = event.data; both(); });
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts";
  const call = `(${ask})(${port}, ${JSON.stringify(text)}, (answer) => parent.postMessage(answer, "*"))`;
  frame.srcdoc = "<script>" + call + "<" + "/script>";
  document.body.append(frame);
}
</script><body></body>"""
#: Embeds the camera's picture in every way that shows it.
EMBED = """<!doctype html><title>elsewhere</title><body><script>
function embed(address, done) {
  const said = {};
  const end = () => { if (Object.keys(said).length === 3) done(said); };
  const picture = new Image();
  picture.onload = () => { said.img = picture.naturalWidth; end(); };
  picture.onerror = () => { said.img = 0; end(); };
  picture.src = address + "stream";
  document.body.append(picture);
  fetch(address + "stream", {mode: "no-cors"}).then(() => { said.fetch = "sent"; end(); },
    () => { said.fetch = "refused"; end(); });
  const frame = document.createElement("iframe");
  frame.name = "camera";
  frame.onload = () => { said.frame = "loaded"; end(); };
  frame.src = address;
  document.body.append(frame);
}
</script></body>"""

#: Sends a tracker's frames as the body of requests, without asking the port for leave.
POST = """<!doctype html><title>elsewhere</title><script>
function attack(ports, frames, done) {
  const ask = (port) => fetch("http://127.0.0.1:" + port + "/", {method: "POST", mode: "no-cors", body: frames});
  Promise.allSettled(ports.map(ask)).then((said) => done(said.map((one) => one.status)));
}
</script><body></body>"""


@contextmanager
def served(page: str) -> Iterator[str]:
    """Serve one HTML page on another port of this machine; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@contextmanager
def vts_server(tokens: Path, *options: str) -> Iterator[tuple[int, list[str]]]:
    """`omote-bridge vts-server --approve auto`; its port, and what it says."""
    line = [sys.executable, "-m", "bridge", "vts-server", "--port", "0", "--to", "tcp://127.0.0.1:9"]
    line += ["--approve", "auto", "--tokens", str(tokens), "--beacon-port", "none", *options]
    with subprocess.Popen(
        line,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = [process.stderr.readline()]
        port = int(said[0].partition("ws://127.0.0.1:")[2].split(";")[0])
        reader = threading.Thread(target=said.extend, args=(process.stderr,), daemon=True)
        reader.start()
        try:
            yield port, said
        finally:
            process.terminate()
            process.wait(60)
            reader.join(60)
        assert "Traceback" not in "".join(said)


def answer(port: int, origin: str | None) -> str:
    """What a token request with this Origin gets: a message type, or the HTTP status."""
    try:
        with connect(f"ws://127.0.0.1:{port}", origin=origin) as plugin:  # type: ignore[arg-type]
            plugin.send(json.dumps(TOKEN))
            return str(json.loads(plugin.recv(timeout=60))["messageType"])
    except InvalidStatus as refused:
        return str(refused.response.status_code)


def test_no_page_gets_a_token_of_the_emulated_vtube_studio(tmp_path: Path, chromium: Chrome) -> None:
    tokens = tmp_path / "tokens.json"
    with vts_server(tokens) as (port, said), served(ASK) as address:
        chromium.get(address)
        got = chromium.execute_async_script(
            "const [port, text, done] = arguments; attack(port, text, done);", port, json.dumps(TOKEN)
        )
        chromium.get("about:blank")
        assert got == {"page": "refused", "frame": "refused"}
        assert not tokens.exists()
        until(lambda: sum("--allow-origin" in line for line in said) == 2)
        assert answer(port, None) == "AuthenticationTokenResponse"  # a plugin still does


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example", "https://evil.example", "http://127.0.0.1:3000", "http://localhost", "null",
        "HTTPS://EVIL.EXAMPLE", "http://[::1", "", "evil.example",
    ],
)  # fmt: skip
def test_pages_are_refused_by_their_origin(tmp_path: Path, origin: str) -> None:
    with vts_server(tmp_path / "tokens.json") as (port, _):
        assert answer(port, origin) == "403"


def test_programs_apps_and_named_sites_connect(tmp_path: Path) -> None:
    options = ("--allow-origin", "https://plugin.example", "--allow-origin", "null")
    with vts_server(tmp_path / "tokens.json", *options) as (port, said):
        for origin in (None, "file://", "app://plugin", "https://plugin.example", "null"):
            assert answer(port, origin) == "AuthenticationTokenResponse"
        assert answer(port, "https://plugin.example.evil.example") == "403"
        until(lambda: any("every program that connects" in line for line in said))


def test_no_page_shows_the_camera(chromium: Chrome) -> None:
    page = PreviewPage()
    stop = threading.Event()

    def film() -> None:
        while not stop.wait(0.05):
            page.show(np.full((48, 64, 3), 128, np.uint8))

    filming = threading.Thread(target=film)
    filming.start()
    try:
        with served(EMBED) as address:
            chromium.get(address)
            got = chromium.execute_async_script(
                "const [address, done] = arguments; embed(address, done);", page.address
            )
            assert (got["img"], got["fetch"]) == (0, "refused")
            chromium.switch_to.frame("camera")  # the browser shows an error page of its own there
            assert chromium.find_elements(By.TAG_NAME, "img") == [] or "preview" not in chromium.title
            chromium.switch_to.default_content()
            assert not page.is_watched()
        chromium.get(page.address)  # opened by the user, it is shown
        width = "return document.images[0].naturalWidth"
        until(lambda: chromium.execute_script(width) == 64)
        assert page.is_watched()
        chromium.get("about:blank")
    finally:
        stop.set()
        filming.join()
        page.close()


def test_no_page_drives_through_a_tracker_s_tcp_port(chromium: Chrome) -> None:
    frame = ifacialmocap(Face(yaw=0.3, coefficients={"jawOpen": 0.5})) + b"___iFacialMocap"
    trackers = IFacialMocapStreamTracker(), Audio2FaceTracker()
    with open_wire() as wire, running_hub(wire.address, *trackers) as hub, served(POST) as address:
        ports = [hub.port("ifacialmocap"), hub.port("audio2face")]
        chromium.get(address)
        frames = "|".join(["___iFacialMocap"] + [frame.decode()] * 4)
        said = chromium.execute_async_script(
            "const [ports, frames, done] = arguments; attack(ports, frames, done);", ports, frames
        )
        chromium.get("about:blank")
        assert said == ["rejected", "rejected"]
        for tracker in trackers:
            until(lambda name=tracker.name: hub.sources.refused[name, "HTTP request"])  # type: ignore[misc]
        assert wire.take() == []
        with socket.create_connection(("127.0.0.1", ports[0])) as phone:
            phone.sendall(frame)
            assert wire.until(lambda message: message.layer == "expression").values["jawOpen"] == 0.5


@pytest.mark.parametrize("user", ["jawOpen+100:abcd", "/omote/pose/yaw:abcd", "head/1:abcd", "a" * 256])
def test_what_webrtc_sends_moves_no_face(user: str) -> None:
    """A page can let the browser send STUN to any UDP port; of its bytes it chooses the user's name alone.

    Source: RFC 8489 section 5, RFC 8445 section 5.3 (the name has letters, digits, "+" and "/").
    """
    attributes = struct.pack(">HH", 0x0006, len(user)) + user.encode() + bytes(-len(user) % 4)
    attributes += struct.pack(">HHI", 0x0024, 4, 0x6E7F1EFF)  # the priority of a candidate
    request = struct.pack(">HHI12s", 0x0001, len(attributes), 0x2112A442, b"transaction1") + attributes
    trackers = (
        FaceCapTracker(), Facemotion3DTracker(), IFacialMocapTracker(), LiveLinkTracker(), MeowFaceTracker(),
        OpenSeeFaceTracker(), VmcTracker(), VrcftTracker(), VtsPhoneTracker("127.0.0.1"),
    )  # fmt: skip
    for tracker in trackers:
        assert tracker.feed(request, "127.0.0.1:5", 1).observations == (), tracker.name
    inbox = Inbox()
    OscIntake(inbox, SourceNames()).feed(request, "127.0.0.1:5", 1)
    assert inbox.take() == []
    assert inbox.dropped() == {"not OSC": 1}
