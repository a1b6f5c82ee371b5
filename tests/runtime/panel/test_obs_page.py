"""/obs in a real browser: the frame on a transparent page, in every encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from runtime.publishers.browser import BrowserPublisher
from tests.waiting import until

Show = Callable[[Frame], None]

READ_ALL = """const face = document.getElementById('face');
return [...face.getContext('2d').getImageData(0, 0, face.width, face.height).data];"""


@pytest.fixture
def open_obs(chromium: Chrome, publisher: BrowserPublisher) -> Iterator[Callable[[str], None]]:
    """Open /obs with a query."""

    def open_page(query: str) -> None:
        chromium.get(f"{publisher.url}obs{query}")
        until(lambda: publisher._server.clients)

    yield open_page
    chromium.get("about:blank")
    chromium.get_log("browser")  # type: ignore[no-untyped-call]


def soft_disc(side: int = 64) -> NDArray[np.uint8]:
    """(S, S, 4) straight RGBA: a gradient that fades out towards a transparent, black ground."""
    y, x = np.mgrid[:side, :side].astype(np.float32)
    distance = np.hypot(x - side / 2, y - side / 2) / side
    alpha = np.clip((0.45 - distance) * 8, 0, 1)
    pixels = np.stack([150 + x, 80 + y, np.full_like(x, 60), 255 * alpha], -1)
    pixels[alpha == 0] = 0
    return pixels.round().clip(0, 255).astype(np.uint8)


@contextmanager
def window(chromium: Chrome, width: int, height: int, ground: tuple[int, int, int] | None) -> Iterator[None]:
    """A page of this size over a ground that is known; None = nothing at all."""
    red, green, blue = ground or (0, 0, 0)
    color = {"r": red, "g": green, "b": blue, "a": 0 if ground is None else 1}
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    chromium.execute_cdp_cmd("Emulation.setDefaultBackgroundColorOverride", {"color": color})
    try:
        yield
    finally:
        chromium.execute_cdp_cmd("Emulation.setDefaultBackgroundColorOverride", {})
        chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def seen(chromium: Chrome) -> NDArray[np.uint8]:
    """(H, W, 4) what stands on the screen."""
    with Image.open(BytesIO(chromium.get_screenshot_as_png())) as opened:
        return np.asarray(opened.convert("RGBA"))


@pytest.mark.parametrize("encoding", ["raw", "webp", "jpeg"])
def test_pixels_are_blended_over_the_background_by_straight_alpha(
    chromium: Chrome, open_obs: Callable[[str], None], show: Show, encoding: str
) -> None:
    pixels = soft_disc()
    open_obs(f"?encoding={encoding}")
    show(Frame(pixels, frame_id=3))
    for ground in ((255, 255, 255), (0, 0, 0), (0, 200, 60)):
        with window(chromium, 64, 64, ground):
            picture = seen(chromium)[..., :3].astype(np.float32)
        alpha = pixels[..., 3:].astype(np.float32) / 255
        expected = pixels[..., :3] * alpha + np.array(ground) * (1 - alpha)
        error = np.abs(picture - expected)
        assert error.mean() < (0.6 if encoding == "raw" else 2.5)
        assert error.max() <= (2 if encoding == "raw" else 40)
        np.testing.assert_allclose(picture[0, 0], ground, atol=1)  # nothing lies in the corner


@pytest.mark.parametrize("encoding", ["webp", "jpeg"])
def test_alpha_survives_every_encoding_exactly(
    chromium: Chrome, open_obs: Callable[[str], None], show: Show, encoding: str
) -> None:
    pixels = soft_disc(50)  # no multiple of a JPEG's blocks
    open_obs(f"?encoding={encoding}")
    show(Frame(pixels, frame_id=4))
    drawn = np.array(chromium.execute_script(READ_ALL), np.uint8).reshape(pixels.shape)
    np.testing.assert_array_equal(drawn[..., 3], pixels[..., 3])
    solid = pixels[..., 3] == 255
    assert np.abs(drawn[solid].astype(int) - pixels[solid]).mean() < 3.0


def test_an_opaque_picture_needs_no_second_plane(
    chromium: Chrome, open_obs: Callable[[str], None], show: Show, make_frame: Callable[..., Frame]
) -> None:
    open_obs("?encoding=jpeg")
    show(Frame(soft_disc(), frame_id=1))
    show(make_frame(2, (10, 200, 90, 255)))
    drawn = np.array(chromium.execute_script(READ_ALL)).reshape(-1, 4)
    np.testing.assert_allclose(drawn, np.broadcast_to([10, 200, 90, 255], drawn.shape), atol=3)


def test_where_nothing_is_drawn_nothing_is(
    chromium: Chrome, open_obs: Callable[[str], None], show: Show, make_frame: Callable[..., Frame]
) -> None:
    open_obs("")
    show(make_frame(3, (0, 0, 0, 0)))
    assert chromium.find_element(By.TAG_NAME, "body").text == ""
    with window(chromium, 200, 200, None):
        assert seen(chromium)[..., 3].max() == 0


@pytest.mark.parametrize(("width", "height"), [(300, 500), (640, 120), (33, 33)])
def test_it_fits_any_window_without_scroll_bars(
    chromium: Chrome,
    open_obs: Callable[[str], None],
    show: Show,
    make_frame: Callable[..., Frame],
    width: int,
    height: int,
) -> None:
    open_obs("")
    show(make_frame(3, (255, 0, 0, 255)))
    with window(chromium, width, height, (0, 0, 255)):
        overflow = chromium.execute_script(
            "const e = document.documentElement; return [e.scrollWidth, e.scrollHeight, innerWidth, innerHeight]"
        )
        is_red = seen(chromium)[..., 0] > 128
    assert overflow == [width, height, width, height]
    rows, columns = np.flatnonzero(is_red.any(1)), np.flatnonzero(is_red.any(0))
    side = min(width, height)
    assert (len(rows), len(columns)) == (side, side)  # whole, square
    assert rows[0] == (height - side) // 2  # and in the middle
    assert columns[0] == (width - side) // 2


def test_its_size_can_be_wished(
    chromium: Chrome, open_obs: Callable[[str], None], show: Show, make_frame: Callable[..., Frame]
) -> None:
    open_obs("?size=120")
    show(make_frame(3, (255, 0, 0, 255)))
    with window(chromium, 400, 300, (0, 0, 255)):
        is_red = seen(chromium)[..., 0] > 128
    assert (is_red.any(1).sum(), is_red.any(0).sum()) == (120, 120)


def test_a_picture_that_stops_is_taken_away_unless_it_is_to_stay(
    chromium: Chrome,
    open_obs: Callable[[str], None],
    show: Show,
    make_frame: Callable[..., Frame],
) -> None:
    open_obs("")
    show(make_frame(3))
    until(lambda: not chromium.find_element(By.ID, "face").is_displayed())  # two seconds without another
    show(make_frame(4))
    until(lambda: chromium.find_element(By.ID, "face").is_displayed())
    open_obs("?stale=keep")
    show(make_frame(5))
    chromium.execute_async_script("setTimeout(arguments[0], 2600)")
    assert chromium.find_element(By.ID, "face").is_displayed()


def test_it_comes_back_by_itself_when_the_runtime_does(
    chromium: Chrome, inbox: Inbox, make_frame: Callable[..., Frame]
) -> None:
    first = BrowserPublisher(inbox, port=0)
    chromium.get(first.url + "obs")
    until(lambda: first._server.clients)
    first.close()
    # long enough for a browser to hold back the WebSockets of a page that only tries those
    chromium.execute_async_script("setTimeout(arguments[0], 2500)")
    second = BrowserPublisher(inbox, port=first.port)
    try:
        until(lambda: second._server.clients)
        second.publish(make_frame(77))
        until(lambda: chromium.find_element(By.ID, "face").get_attribute("data-frame-id") == "77")
    finally:
        chromium.get("about:blank")
        second.close()
        with suppress(Exception):
            chromium.get_log("browser")  # type: ignore[no-untyped-call]
