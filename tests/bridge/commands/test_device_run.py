from __future__ import annotations

import argparse
import signal

import pytest
import zmq

from bridge.commands.device_run import add_binding_options, add_device_options, learn_device, run_device
from protocol.messages import ControlMessage
from tests.bridge.commands.runtime_socket import received

pytestmark = pytest.mark.usefixtures("signal_handlers")


class Knob:
    """A device that sends `count` poses, and then is over, or stops the program as Ctrl-C does."""

    source = "knob"

    def __init__(self, count: int, *, is_interrupted: bool = False) -> None:
        self.is_over = False
        self.moved: list[str] = []
        self.closed = 0
        self._count = count
        self._is_interrupted = is_interrupted
        self._polls = 0

    def poll(self, *, now_s: float, now_ns: int) -> tuple[ControlMessage, ...]:
        self._polls += 1
        self.moved = [f"knob {self._polls}"]
        if self._polls == self._count:
            if self._is_interrupted:
                signal.raise_signal(signal.SIGINT)
            else:
                self.is_over = True
        values = {"yaw": self._polls / 100}
        return (ControlMessage(layer="pose", source=self.source, values=values, sequence=self._polls),)

    def status(self) -> str:
        return "fine"

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("is_interrupted", [False, True])
def test_a_device_drives_until_it_is_over_or_the_user_stops_it(
    receiver: tuple[zmq.Socket[bytes], str], capsys: pytest.CaptureFixture[str], is_interrupted: bool
) -> None:
    opened, address = receiver
    knob = Knob(20, is_interrupted=is_interrupted)
    parser = argparse.ArgumentParser()
    add_device_options(parser)
    assert run_device(parser.parse_args(["--to", address]), knob) == 0
    assert knob.closed == 1
    first, *_ = received(opened, 1)
    assert (first.source, first.layer) == ("knob", "pose")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == f"knob: sending to {address}; Ctrl-C stops"
    assert lines[-1].endswith("messages sent")


def test_learning_prints_the_names_of_moved_controls_and_sends_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    knob = Knob(3, is_interrupted=True)
    assert learn_device(knob) == 0
    assert knob.closed == 1
    assert capsys.readouterr().err.splitlines()[1:] == ["knob 1", "knob 2", "knob 3"]


def test_binding_options_default_to_the_shipped_bindings() -> None:
    parser = argparse.ArgumentParser()
    add_binding_options(parser)
    options = parser.parse_args([])
    assert (options.map, options.learn) == (None, False)
