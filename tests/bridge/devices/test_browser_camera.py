"""The browser's camera with programs that post pictures as its page does; the page itself is in test_browser_page.py."""

from __future__ import annotations

import http.client
import io
import socket
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("cv2", reason="pip install 'omote[tracking]'")

from bridge.devices.browser_camera import MAX_BYTES, MAX_CONNECTIONS, MAX_PX, BrowserCamera
from bridge.errors import BridgeError
from tests.bridge.browser_cameras import SECRET, open_camera
from tests.waiting import until


@pytest.fixture
def camera() -> Iterator[BrowserCamera]:
    with open_camera() as opened:
        yield opened


@pytest.fixture
def link(camera: BrowserCamera) -> Iterator[http.client.HTTPConnection]:
    opened = http.client.HTTPConnection("127.0.0.1", camera.port, timeout=10)
    yield opened
    opened.close()


def jpeg(red: int, size: tuple[int, int] = (64, 48)) -> bytes:
    packed = io.BytesIO()
    Image.new("RGB", size, (red, 20, 200)).save(packed, "JPEG", quality=95)
    return packed.getvalue()


def post(
    link: http.client.HTTPConnection,
    name: str,
    body: bytes = b"",
    page: str = "one",
    age_ms: str = "0",
    number: str = "",
) -> tuple[int, str]:
    headers = {"X-Page": page, "X-Age-Ms": age_ms, "X-Number": number}
    link.request("POST", f"/{SECRET}/{name}", body, headers)
    answer = link.getresponse()
    return answer.status, answer.read().decode()


def test_pictures_arrive_with_the_time_when_they_were_taken(
    camera: BrowserCamera, link: http.client.HTTPConnection
) -> None:
    assert camera.next(0, 0.0) is None
    assert post(link, "start") == (200, "")
    before_ns = time.time_ns()
    assert post(link, "picture", jpeg(180), age_ms="120")[0] == 200
    after_ns = time.time_ns()
    picture = camera.next(0, 5.0)
    assert picture is not None
    assert picture.pixels.shape == (48, 64, 3)
    np.testing.assert_allclose(picture.pixels.mean((0, 1)), (200, 20, 180), atol=3)  # BGR
    assert before_ns - 120_000_000 <= picture.capture_time_ns <= after_ns - 120_000_000
    assert camera.next(picture.number, 0.0) is None


def test_only_the_newest_picture_is_kept_and_time_never_goes_back(
    camera: BrowserCamera, link: http.client.HTTPConnection
) -> None:
    post(link, "start")
    numbers, times = [], []
    for red, age_ms in ((10, "0"), (90, "900"), (170, "-5"), (250, "1e9")):
        post(link, "picture", jpeg(red), age_ms=age_ms)
        if red != 90:  # this one is replaced before anybody looks
            picture = camera.next(numbers[-1] if numbers else 0, 5.0)
            assert picture is not None
            assert abs(float(picture.pixels[..., 2].mean()) - red) < 4
            numbers.append(picture.number)
            times.append(picture.capture_time_ns)
    assert numbers == [1, 3, 4]
    assert times == sorted(times)
    assert len(set(times)) == 3


def test_a_picture_that_a_newer_one_has_overtaken_is_not_shown(
    camera: BrowserCamera, link: http.client.HTTPConnection
) -> None:
    post(link, "start")
    for red, number in ((10, "1"), (250, "3"), (90, "2")):
        assert post(link, "picture", jpeg(red), number=number)[0] == 200
    picture = camera.next(0, 5.0)
    assert picture is not None
    assert abs(float(picture.pixels[..., 2].mean()) - 250) < 4
    assert camera.next(picture.number, 0.2) is None
    post(link, "start", page="two")  # another page counts from 1
    post(link, "picture", jpeg(90), page="two", number="1")
    assert camera.next(picture.number, 5.0) is not None


def test_a_clock_that_is_set_back_does_not_hold_the_pictures_times(
    camera: BrowserCamera, link: http.client.HTTPConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(link, "start")
    post(link, "picture", jpeg(10))
    hour_ns, clock = 3_600_000_000_000, time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: clock() - hour_ns)
    before_ns = time.time_ns()
    post(link, "picture", jpeg(10), age_ms="0")
    picture = camera.next(0, 5.0)
    assert picture is not None
    assert before_ns <= picture.capture_time_ns <= time.time_ns()


def test_half_a_picture_replaces_none(camera: BrowserCamera, link: http.client.HTTPConnection) -> None:
    post(link, "start")
    post(link, "picture", jpeg(250))
    whole = jpeg(10)
    head = f"POST /{SECRET}/picture HTTP/1.1\r\nX-Page: one\r\nContent-Length: {len(whole)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", camera.port), timeout=10) as page:
        page.sendall(head.encode() + whole[:-100])
        page.shutdown(socket.SHUT_WR)
        assert page.recv(100) == b""
    assert camera.refused == 1
    picture = camera.next(0, 5.0)
    assert picture is not None
    assert abs(float(picture.pixels[..., 2].mean()) - 250) < 4


def test_a_page_that_comes_back_takes_over_from_no_other(
    camera: BrowserCamera, link: http.client.HTTPConnection
) -> None:
    assert post(link, "again", page="phone") == (200, "")  # after a restart nobody is the camera
    assert post(link, "picture", jpeg(10), page="phone")[0] == 200
    assert post(link, "again", page="phone") == (200, "")
    post(link, "start", page="tablet")
    assert post(link, "again", page="phone") == (409, "another device has become the camera")
    assert post(link, "picture", jpeg(10), page="tablet")[0] == 200


def test_the_page_is_told_what_the_tracker_sees(
    camera: BrowserCamera, link: http.client.HTTPConnection
) -> None:
    post(link, "start")
    camera.tell("Your face moves the avatar, 30 pictures a second: ✓")
    assert post(link, "picture", jpeg(0)) == (200, "Your face moves the avatar, 30 pictures a second: ✓")


def test_the_page_that_came_last_is_the_camera(
    camera: BrowserCamera, link: http.client.HTTPConnection
) -> None:
    post(link, "start", page="phone")
    post(link, "start", page="tablet")
    code, why = post(link, "picture", jpeg(0), page="phone")
    assert (code, why) == (409, "another device has become the camera")
    assert camera.next(0, 0.0) is None
    assert post(link, "picture", jpeg(0), page="tablet")[0] == 200
    assert camera.next(0, 5.0) is not None
    assert camera.pages == 2


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"no picture",
        b"\xff\xd8\xff",
        jpeg(9)[:200],
        jpeg(9)[:-300] + b"\0" * 300,
        b"\xff\xd8" + b"\xff\xc0\0\x0b" * 9,
    ],
)
def test_damaged_pictures_are_counted_and_the_next_good_one_is_seen(
    camera: BrowserCamera, link: http.client.HTTPConnection, damaged: bytes
) -> None:
    post(link, "start")
    assert post(link, "picture", damaged)[0] == 200
    camera.next(0, 1.0)
    post(link, "picture", jpeg(130))
    picture = camera.next(0, 5.0)
    assert picture is not None
    assert abs(float(picture.pixels[..., 2].mean()) - 130) < 4


def test_a_picture_that_would_unpack_to_too_much_is_not_unpacked(
    camera: BrowserCamera, link: http.client.HTTPConnection
) -> None:
    post(link, "start")
    post(link, "picture", jpeg(5, (MAX_PX + 1, 8)))
    assert camera.next(0, 1.0) is None
    assert camera.refused == 1
    post(link, "picture", jpeg(5, (MAX_PX, 8)))
    assert camera.next(0, 5.0) is not None


@pytest.mark.parametrize(
    ("path", "headers", "code"),
    [
        (f"/{SECRET}x/start", {"X-Page": "one"}, 404),
        ("/start", {"X-Page": "one"}, 404),
        (f"/{SECRET}/start", {}, 404),
        (f"/{SECRET}/start", {"X-Page": "p" * 65}, 404),
        (f"/{SECRET}/other", {"X-Page": "one"}, 404),
        (f"/{SECRET}/picture", {"X-Page": "one", "Content-Length": "-1"}, 411),
        (f"/{SECRET}/picture", {"X-Page": "one", "Content-Length": "9999999999999999999"}, 411),
        (f"/{SECRET}/picture", {"X-Page": "one", "Content-Length": str(MAX_BYTES + 1)}, 413),
    ],
)
def test_wrong_requests_are_refused_and_counted(
    camera: BrowserCamera, path: str, headers: dict[str, str], code: int
) -> None:
    link = http.client.HTTPConnection("127.0.0.1", camera.port, timeout=10)
    link.putrequest("POST", path)
    for name, value in ({"Content-Length": "0"} | headers).items():
        link.putheader(name, value)
    link.endheaders()
    answer = link.getresponse()
    assert answer.status == code
    assert answer.read().decode().strip()
    link.close()
    assert camera.refused == 1
    assert camera.pages == 0


def test_no_path_leads_out_of_the_page(camera: BrowserCamera, link: http.client.HTTPConnection) -> None:
    for name, code in (
        ("", 200),
        ("page.js", 200),
        ("page.css", 200),
        ("../browser_camera.py", 404),
        ("%2e%2e/x", 404),
    ):
        link.request("GET", f"/{SECRET}/{name}")
        answer = link.getresponse()
        content = answer.read()
        assert answer.status == code, name
        assert answer.getheader("Content-Security-Policy", "").startswith("default-src 'none'")
        assert answer.getheader("Referrer-Policy") == "no-referrer"
        assert SECRET.encode() not in content
        if code == 404:
            link.close()


def test_a_client_that_says_nothing_delays_no_other(
    camera: BrowserCamera, link: http.client.HTTPConnection
) -> None:
    with (
        socket.create_connection(("127.0.0.1", camera.port)),
        socket.create_connection(("127.0.0.1", camera.port)),
    ):
        assert post(link, "start") == (200, "")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")
def test_a_device_that_opens_all_connections_locks_out_no_other(camera: BrowserCamera) -> None:
    greedy = [socket.create_connection(("127.0.0.1", camera.port)) for _ in range(2 * MAX_CONNECTIONS)]
    other = http.client.HTTPConnection("127.0.0.1", camera.port, timeout=10, source_address=("127.0.0.2", 0))
    try:
        assert post(other, "start") == (200, "")
        for one in greedy:
            one.close()

        def is_served_again() -> bool:
            link = http.client.HTTPConnection("127.0.0.1", camera.port, timeout=10)
            try:
                return post(link, "start")[0] == 200
            except (http.client.HTTPException, OSError):
                return False
            finally:
                link.close()

        until(is_served_again)
    finally:
        other.close()


def test_answers_leave_at_once(camera: BrowserCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nagle's algorithm would hold the second part of each answer back until the first is acknowledged."""
    seen: list[int] = []
    received = camera._received

    def look(*given: object) -> str | None:
        seen.extend(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for one in camera._server._open)
        return received(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(camera, "_received", look)
    link = http.client.HTTPConnection("127.0.0.1", camera.port, timeout=10)
    post(link, "picture")
    link.close()
    assert seen
    assert all(seen)


def test_no_name_server_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network that takes many seconds."""

    def ask(*_: object) -> str:
        raise AssertionError("asked")

    for name in ("getfqdn", "gethostbyaddr"):
        monkeypatch.setattr(socket, name, ask)
    BrowserCamera(("0.0.0.0", 0), SECRET).close()


def test_a_port_in_use_is_named(camera: BrowserCamera) -> None:
    with pytest.raises(BridgeError, match=rf"port {camera.port} of 127\.0\.0\.1 cannot be opened"):
        BrowserCamera(("127.0.0.1", camera.port), SECRET)


def test_closing_ends_the_connections_of_pages_too() -> None:
    camera = BrowserCamera(("127.0.0.1", 0), SECRET)
    link = http.client.HTTPConnection("127.0.0.1", camera.port, timeout=10)
    post(link, "start")
    camera.close()
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        post(link, "picture", jpeg(0))
    link.close()


def test_closing_twice_is_harmless() -> None:
    camera = BrowserCamera(("127.0.0.1", 0), SECRET)
    camera.close()
    camera.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", camera.port), timeout=2)
