from __future__ import annotations

import argparse
import math
import re
import threading
from collections.abc import Iterator

import pytest

from omote.commands import send
from omote.commands.send import SendError
from protocol.channels import CHANNELS
from protocol.messages import Command, ControlMessage, Reply
from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts


class Runtime:
    """A real Receiver, and a loop that says yes to every command and keeps what it was sent."""

    def __init__(self) -> None:
        self.inbox = Inbox()
        self.commands: list[Command] = []
        self.messages: list[ControlMessage] = []
        self._stopping = threading.Event()
        self._receiver = Receiver(self.inbox, ReceiverPorts(control=0, request=0, osc=None, vmc=None))
        self.ports = self._receiver.ports
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self.inbox.wait(0.05)
            self.messages += [received.message for received in self.inbox.take()]
            for pending in self.inbox.take_commands():
                self.commands.append(pending.command)
                pending.answer(Reply(ok=True))

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._receiver.close()
        self.messages += [received.message for received in self.inbox.take()]


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    opened = Runtime()
    yield opened
    opened.close()


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    send.add_parser(parser.add_subparsers())
    return parser.parse_args(["send", *words])


def sent(runtime: Runtime, *words: str) -> list[ControlMessage]:
    """What the runtime gets from one `omote send` that succeeds."""
    ports = ("--port", str(runtime.ports.control), "--request-port", str(runtime.ports.request))
    assert send.run(parsed(*words, *ports)) == 0
    runtime.close()
    return runtime.messages


def test_one_message_holds_by_itself(runtime: Runtime) -> None:
    assert sent(runtime, "expression", "jawOpen=0.6", "eyeBlink_L=1") == [
        ControlMessage(
            layer="expression", source="omote send", values={"jawOpen": 0.6, "eyeBlinkLeft": 1.0}, ttl_s=3.0
        )
    ]


def test_every_option_reaches_the_wire(runtime: Runtime) -> None:
    options = ["--mode", "add", "--weight", "0.7", "--priority", "5", "--for", "10", "--source", "hotkey"]
    assert sent(runtime, "emotion", "happy=1", *options) == [
        ControlMessage(
            layer="emotion",
            source="hotkey",
            values={"happy": 1.0},
            mode="add",
            weight=0.7,
            priority=5,
            ttl_s=10.0,
        )
    ]


def test_a_short_time_to_live_is_repeated_and_then_released(runtime: Runtime) -> None:
    messages = sent(runtime, "pose", "yaw=20deg", "--ttl", "0.06", "--for", "0.5")
    assert len(messages) > 1
    assert messages[0].values == {"yaw": math.radians(20)}
    assert runtime.commands[-1] == Command(name="release", argument="omote send")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["poze", "yaw=0.1"], "did you mean pose?"),
        (["expression", "jawopne=0.5"], "did you mean jawOpen"),
        (["emotion", "hapy=1"], "did you mean happy?"),
        (["pose", "nod=1"], "it has yaw, pitch, roll"),
        (["pose", "yaw"], "expected channel=value, for example yaw=0.5"),
        (["pose", "yaw=left"], "'left' is not a number"),
        (["pose", "yaw=9"], "expected -1.2 to 1.2"),
        (["pose", "yaw=9"], "for degrees write yaw=9deg, -68.7deg to 68.7deg"),
        (["pose", "yaw=200deg"], "out of range: pose yaw = 200deg, expected -68.7deg to 68.7deg\n"),
        (["pose", "yaw=-70deg", "pitch=80deg"], "pose pitch = 80deg, expected"),
        (["gaze", "yaw=1e3deg"], "gaze yaw = 1e3deg, expected -"),
        (["view", "azimuth=90deg", "--mode", "add"], "view azimuth = 90deg, expected -"),
        (["view", "distance=99"], "view distance = 99, expected"),
        (["pose", "yaw=nandeg"], "non-finite value"),
        (["pose", "yaw=nan"], "non-finite value"),
        (["pose", "yaw=0.1", "--weight", "2"], "expected 0 to 1"),
        (["pose", "yaw=0.1", "--ttl", "99"], "expected 0.05 to 60"),
        (["pose", "yaw=0.1", "--for", "-1"], "expected a number of seconds above 0"),
        (["pose", "yaw=0.1", "--source", ""], "printable characters"),
    ],
)
def test_a_wrong_command_line_is_refused_before_connecting(
    words: list[str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert send.run(parsed(*words)) == 1
    assert error in capsys.readouterr().err


def test_without_a_runtime_the_error_names_the_next_step(
    runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    runtime.close()
    port = str(runtime.ports.request)
    assert send.run(parsed("pose", "yaw=0.1", "--request-port", port)) == 1
    assert f"no Omote runtime answers on 127.0.0.1:{port}" in capsys.readouterr().err


@pytest.mark.parametrize("layer", ["pose", "gaze", "view"])
def test_the_limits_that_are_told_in_degrees_are_accepted(layer: str) -> None:
    for channel in CHANNELS:
        if channel.layer == layer and channel.name in ("yaw", "pitch", "roll", "azimuth", "elevation"):
            with pytest.raises(SendError) as refused:
                send._message_from(parsed(layer, f"{channel.name}=400deg"))
            limits = re.findall(r"(-?[\d.]+)deg", str(refused.value))[1:]
            assert len(limits) == 2
            for limit in limits:
                [value] = send._message_from(parsed(layer, f"{channel.name}={limit}deg")).values.values()
                assert value == pytest.approx(
                    channel.high if float(limit) > 0 else channel.low, abs=math.radians(0.1)
                )
