from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import zmq


@pytest.fixture
def receiver() -> Iterator[tuple[zmq.Socket[bytes], str]]:
    with zmq.Context() as context, context.socket(zmq.PULL) as opened:
        port = opened.bind_to_random_port("tcp://127.0.0.1")
        yield opened, f"tcp://127.0.0.1:{port}"


@pytest.fixture
def signal_handlers() -> Iterator[None]:
    """Restore the signal handlers that a command installs in this process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
