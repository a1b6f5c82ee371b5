from __future__ import annotations

import zmq

from omote.readers.doorbell_listener import DoorbellListener
from protocol.frames.ring_header import BELL_TOPIC, pack_bell
from tests.waiting import PATIENCE_S, returns, until


def test_without_an_endpoint_it_only_sleeps_for_a_moment() -> None:
    listener = DoorbellListener(None)
    returns(lambda: listener.wait(3600.0))
    assert not listener.is_heard
    listener.close()
    listener.close()


def test_a_silent_endpoint_does_not_hold_up_the_reader() -> None:
    listener = DoorbellListener("tcp://127.0.0.1:1")
    returns(lambda: listener.wait(3600.0))
    assert not listener.is_heard
    listener.close()


def test_a_doorbell_message_is_heard() -> None:
    with zmq.Context() as context, context.socket(zmq.XPUB) as publisher:
        port = publisher.bind_to_random_port("tcp://127.0.0.1")
        listener = DoorbellListener(f"tcp://127.0.0.1:{port}")
        assert publisher.poll(int(PATIENCE_S * 1000))
        assert publisher.recv() == b"\1" + BELL_TOPIC
        publisher.send(pack_bell(7, 1))
        until(lambda: listener.wait(0.05) or listener.is_heard)
        listener.close()
