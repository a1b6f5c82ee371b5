"""/do/NAME, called as stream decks, curl and scripts do, in a real runtime; and by other sites' pages in a real browser."""

from __future__ import annotations

import asyncio
import http.client
import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from websockets.sync.client import connect

from protocol.messages import Command, Reply
from protocol.trigger import TRIGGERS
from runtime.panel.trigger_requests import TriggerRequests
from tests.live_runtime import LiveRuntime, live_runtime
from tests.waiting import PATIENCE_S, until

LOOK = {"type": "look", "action": "save", "name": "Grim", "values": {"pose": {"yaw": 0.3}}, "request_id": "1"}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveRuntime]:
    """One runtime with the look Grim, whose user's folder is a folder of the test."""
    folder = tmp_path_factory.mktemp("live")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMOTE_AVATARS", str(folder / "own"))
        patch.setattr("runtime.panel.server.ANSWER_S", PATIENCE_S)  # a busy machine takes its time
        patch.setattr("runtime.panel.server.OPEN_S", 2 * PATIENCE_S)
        with live_runtime(folder, publish=("browser",)) as live:
            assert ask_socket(live, LOOK)["ok"]
            yield live


def ask_socket(live: LiveRuntime, message: dict[str, object]) -> dict[str, object]:
    with connect(f"ws://127.0.0.1:{live.ports['panel']}/socket", max_size=2**24) as page:
        page.send(json.dumps(message))
        while True:
            text = page.recv(timeout=60)
            if isinstance(text, str) and json.loads(text).get("request_id"):
                found: dict[str, object] = json.loads(text)
                return found


def call(live: LiveRuntime, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Status and text of one request, with the names of headers in Python's spelling."""
    client = http.client.HTTPConnection("127.0.0.1", live.ports["panel"], timeout=60)
    try:
        client.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
        answer = client.getresponse()
        assert answer.getheader("Content-Type") == "text/plain; charset=utf-8"
        return answer.status, answer.read().decode().rstrip("\n")
    finally:
        client.close()


def drivers(live: LiveRuntime) -> set[str]:
    """The names of the drivers now, as the page asks for them."""
    status = ask_socket(live, {"type": "command", "name": "status", "request_id": "s"})["status"]
    assert isinstance(status, dict)
    return {driver["source"] for driver in status["drivers"]}


def test_an_emotion_and_a_look_are_switched_on_and_off(live: LiveRuntime) -> None:
    assert call(live, "/do/emotion/happy") == (200, "happy is on; the same again, or none, lets go")
    until(lambda: "trigger:emotion" in drivers(live))
    assert call(live, "/do/emotion/happy", "POST") == (200, "happy is off")
    until(lambda: "trigger:emotion" not in drivers(live))
    assert call(live, "/do/look/grim")[0] == 200
    until(lambda: "trigger:look" in drivers(live))
    assert call(live, "/do/look/none") == (200, "Grim is off")
    until(lambda: drivers(live) == set())


def test_avatars_backgrounds_and_takes_are_called_by_name(live: LiveRuntime) -> None:
    assert call(live, "/do/load_avatar/kofi")[1].startswith("Kofi is loaded")
    assert call(live, "/do/background/" + quote("#00b140")) == (200, "behind the face: #00b140")
    assert call(live, "/do/record_start/" + quote("ein Stück 面")) == (200, "recording 'ein Stück 面'")
    assert call(live, "/do/record_start")[0] == 409
    assert call(live, "/do/record_stop")[0] == 200
    assert call(live, "/do/replay/" + quote("ein Stück 面"))[0] == 200
    status, text = call(live, "/do/recenter")
    assert (status, text) == (409, "no source drives pose or gaze now; nothing was recentred")


def test_the_socket_takes_the_same_commands(live: LiveRuntime) -> None:
    message = {"type": "command", "name": "emotion", "argument": "sad", "request_id": "7"}
    assert ask_socket(live, message)["message"] == "sad is on; the same again, or none, lets go"
    assert ask_socket(live, message)["message"] == "sad is off"


@pytest.mark.parametrize("path", ["/do", "/do/", "/do?x=1"])
def test_the_list_names_everything_that_can_be_called(live: LiveRuntime, path: str) -> None:
    status, text = call(live, path)
    assert status == 200
    lines = {line.split("  ")[0]: line for line in text.splitlines()}
    assert len(lines) == len(TRIGGERS)
    assert "happy" in lines["/do/emotion/NAME"]
    assert "Grim" in lines["/do/look/NAME"]
    assert "kofi" in lines["/do/load_avatar/NAME"]
    assert "blur" in lines["/do/background/NAME"]
    assert "/do/recenter" in lines


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/do/hapy", 404, "there is no 'hapy'; call one of these:\n/do/emotion/NAME  happy, sad"),
        ("/do/stop", 404, "there is no 'stop'"),
        ("/do/emotion", 404, "emotion needs a name: /do/emotion/NAME  happy"),
        ("/do/emotion/grumpy", 404, "there is no emotion 'grumpy'"),
        ("/do/look/nothing", 404, "(there are: Grim)"),
        ("/do/load_avatar/nobody", 404, "kofi"),
        ("/do/replay/nothing", 404, "there is no take 'nothing'"),
        ("/do/load_avatar/..%2f..%2fetc", 400, "no path"),
        ("/do/background/%2Fetc%2Fpasswd", 400, "no path"),
        ("/do/load_avatar/" + "x" * 2000, 400, "expects one name"),
        ("/do/look/%ff%00", 404, "there is no look"),
        ("/do/release/nobody", 409, "no driver is called 'nobody'"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(live: LiveRuntime, path: str, status: int, words: str) -> None:
    got, text = call(live, path)
    assert got == status
    assert words in text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "OPTIONS"])
def test_other_methods_do_nothing(live: LiveRuntime, method: str) -> None:
    with suppress(http.client.HTTPException):  # older versions of websockets cut such a connection
        assert call(live, "/do/emotion/happy", method)[0] == 405
    assert "trigger:emotion" not in drivers(live)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},  # another port of this machine
        {"Referer": "https://evil.example/"},
        {"Origin": "https://evil.example"},
        {"Host": "evil.example"},
        {"Sec_Purpose": "prefetch;prerender"},
    ],
)
def test_what_says_that_another_page_asked_is_refused(live: LiveRuntime, headers: dict[str, str]) -> None:
    status, text = call(live, "/do/emotion/happy", **headers)
    assert status == 403
    assert text
    assert "trigger:emotion" not in drivers(live)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is missing: apt-get install -y curl")
def test_curl_prints_what_was_done(live: LiveRuntime) -> None:
    at = f"http://127.0.0.1:{live.ports['panel']}/do/emotion/"
    for options, words in (([], "angry is on"), (["-X", "POST"], "angry is off")):
        printed = subprocess.run(
            ["curl", "-sS", *options, at + "angry"], capture_output=True, text=True, timeout=60
        )
        assert (printed.stderr, words in printed.stdout) == ("", True)


def test_a_plain_socket_with_http_1_0_is_answered(live: LiveRuntime) -> None:
    """Small devices speak no more than this."""
    with socket.create_connection(("127.0.0.1", live.ports["panel"]), timeout=60) as device:
        device.sendall(b"GET /do/emotion/none HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        answer = b"".join(iter(lambda: device.recv(4096), b""))
    assert b" 200 OK\r\n" in answer
    assert answer.endswith(b"no emotion is on\n")


EVIL = """<!doctype html><title>evil</title><body><script>
const at = "http://127.0.0.1:%d/do/emotion/happy";
const done = [];
const picture = new Image();
done.push(new Promise((next) => { picture.onload = picture.onerror = next; }));
picture.src = at;
picture.referrerPolicy = "no-referrer";
done.push(fetch(at, { mode: "no-cors", referrerPolicy: "no-referrer" }).catch(() => {}));
done.push(fetch(at, { mode: "no-cors", method: "POST", body: "x" }).catch(() => {}));
const frame = document.createElement("iframe");
done.push(new Promise((next) => { frame.onload = next; }));
frame.src = at;
document.body.append(frame);
Promise.all(done).then(() => { document.title = "tried"; });
</script><a id="link" rel="noreferrer" href="http://127.0.0.1:%d/do/emotion/happy">win</a>"""


@pytest.fixture
def evil(live: LiveRuntime) -> Iterator[str]:
    """The address of another site's page."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write((EVIL % ((live.ports["panel"],) * 2)).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_pages_of_other_sites_trigger_nothing_and_a_typed_address_does(
    live: LiveRuntime, chromium: Chrome, evil: str
) -> None:
    chromium.get(evil)
    until(lambda: chromium.title == "tried")
    chromium.find_element(By.ID, "link").click()
    until(lambda: "another site" in chromium.find_element(By.TAG_NAME, "body").text)
    assert "trigger:emotion" not in drivers(live)
    chromium.get(f"http://127.0.0.1:{live.ports['panel']}/do/emotion/happy")
    assert "happy is on" in chromium.find_element(By.TAG_NAME, "body").text
    assert call(live, "/do/emotion/none") == (200, "happy is off")
    chromium.get("about:blank")


def test_a_command_that_takes_long_is_answered_before_it_is_done() -> None:
    asked: list[tuple[Command, Callable[[Reply], None]]] = []

    async def names() -> dict[str, list[str]]:
        return {}

    async def ask() -> tuple[int, str]:
        requests = TriggerRequests(lambda *one: asked.append(one), names, wait_s=0.0)
        answer = await requests.answer("/do/load_avatar/large")
        asked[0][1](Reply(ok=True))  # nobody waits for it any more
        await asyncio.sleep(0)
        return answer.status_code, bytes(answer.body or b"").decode()

    assert asyncio.run(ask()) == (202, "load_avatar is being done; it takes a while\n")
    assert asked[0][0] == Command(name="load_avatar", argument="large")
    asked[0][1](Reply(ok=True))  # the event loop has ended, too


def test_with_a_token_every_call_needs_it(tmp_path: Path) -> None:
    from runtime.intake.inbox import Inbox
    from runtime.publishers.browser import BrowserPublisher

    inbox = Inbox()
    publisher = BrowserPublisher(inbox, port=0, token="t" * 20)
    try:
        live = LiveRuntime(None, {"panel": publisher.port})  # type: ignore[arg-type]  # only its port is used
        assert call(live, "/do/emotion/happy") == (403, "wrong or missing token")
        assert inbox.take_commands() == []
        assert call(live, "/do?token=" + "t" * 20)[0] == 200
    finally:
        publisher.close()
