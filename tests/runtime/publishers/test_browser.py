from __future__ import annotations

import urllib.error
import urllib.request

import numpy as np
import pytest
from websockets.sync.client import connect

from runtime.errors import PortInUseError, PublishError
from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from runtime.publishers.browser import BrowserPublisher
from tests.ipv6 import needs_ipv6
from tests.waiting import until


def test_a_taken_port_is_named_with_its_flag() -> None:
    first = BrowserPublisher(Inbox(), port=0)
    try:
        with pytest.raises(PortInUseError, match=rf"{first.port}.*--panel-port"):
            BrowserPublisher(Inbox(), port=first.port)
    finally:
        first.close()


def test_close_gives_the_port_back_and_may_come_twice() -> None:
    first = BrowserPublisher(Inbox(), port=0)
    first.close()
    first.close()
    BrowserPublisher(Inbox(), port=first.port).close()


def test_publishing_after_close_raises() -> None:
    publisher = BrowserPublisher(Inbox(), port=0)
    publisher.close()
    publisher._server.clients = 1
    with pytest.raises(PublishError, match="has stopped"):
        publisher.publish(Frame(np.zeros((2, 2, 4), np.uint8)))


@needs_ipv6
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
def test_the_panel_is_served_under_every_name_of_this_machine(host: str) -> None:
    publisher = BrowserPublisher(Inbox(), port=0)
    try:
        with urllib.request.urlopen(f"http://{host}:{publisher.port}/", timeout=60) as page:
            assert b"<title>" in page.read()
        with connect(f"ws://{host}:{publisher.port}/socket", origin=f"http://{host}:{publisher.port}"):  # type: ignore[arg-type]
            until(lambda: publisher._server.clients == 1)
    finally:
        publisher.close()


@needs_ipv6
def test_a_foreign_host_is_refused_on_ipv6_too() -> None:
    publisher = BrowserPublisher(Inbox(), port=0)
    try:
        request = urllib.request.Request(f"http://[::1]:{publisher.port}/", headers={"Host": "example.com"})
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(request, timeout=60)
    finally:
        publisher.close()
