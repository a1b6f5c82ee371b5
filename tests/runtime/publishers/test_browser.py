from __future__ import annotations

import numpy as np
import pytest

from runtime.errors import PortInUseError, PublishError
from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from runtime.publishers.browser import BrowserPublisher


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
