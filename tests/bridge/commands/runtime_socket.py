"""A ZeroMQ socket in the runtime's place."""

from __future__ import annotations

import zmq

from protocol.codec import decode_control
from protocol.messages import ControlMessage
from tests.waiting import PATIENCE_S


def received(opened: zmq.Socket[bytes], count: int) -> list[ControlMessage]:
    found = []
    while len(found) < count:
        assert opened.poll(PATIENCE_S * 1000), f"{len(found)} of {count} messages came"
        found.append(decode_control(opened.recv()))
    return found
