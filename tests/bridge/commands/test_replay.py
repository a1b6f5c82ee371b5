"""`replay` as a user runs it: a process of its own, with real sockets at both ends."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import zmq

from face.emotion_shapes import WEIGHT
from protocol.blendshapes import BLENDSHAPES
from protocol.channels import CHANNEL_INDEX, CHANNELS, EMOTIONS
from protocol.messages import ControlMessage
from protocol.take import TakeReader, TakeWriter
from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts
from tests.bridge.bridge_process import ROOT, interrupt, run, start
from tests.bridge.commands.runtime_socket import PATIENCE_S, received
from tests.live_runtime import live_runtime
from tests.ports import free_ports
from tests.waiting import until

BEGIN_NS = 1_700_000_000_000_000_000


@pytest.fixture
def take(tmp_path: Path) -> Path:
    """40 pictures of a face in 0.4 s, each with a pose and an expression, and one emotion."""
    path = tmp_path / "take.mcap"
    with TakeWriter(path, recorded_by="test", begin_time_ns=BEGIN_NS) as writer:
        for index in range(40):
            at_ns = BEGIN_NS + index * 10_000_000
            for layer, name in (("pose", "yaw"), ("expression", "jawOpen")):
                message = ControlMessage(
                    layer=layer,  # type: ignore[arg-type]
                    source="cam",
                    values={name: index / 100},
                    ttl_s=0.4,
                    sequence=index + 1,
                    capture_time_ns=at_ns - 1_000_000,
                )
                writer.write(message, at_ns)
        last = ControlMessage(layer="emotion", source="key", values={"happy": 1.0}, weight=0.5, priority=3)
        writer.write(last, BEGIN_NS + 400_000_000)
    return path


def without_new(message: ControlMessage) -> tuple[object, ...]:
    return (
        message.layer, message.source, message.values, message.mode, message.weight, message.priority,
        message.ttl_s,
    )  # fmt: skip


def test_replay_sends_the_recorded_messages_in_order(
    take: Path, receiver: tuple[zmq.Socket[bytes], str]
) -> None:
    opened, address = receiver
    before_ns = time.time_ns()
    process = start("replay", str(take), "--to", address)
    found = received(opened, 81)
    err = process.communicate(timeout=PATIENCE_S)[1]
    assert process.returncode == 0, err
    with TakeReader(take) as reader:
        assert [without_new(m) for m in found] == [without_new(m) for _, m in reader]
    numbers = [message.sequence for message in found]
    assert numbers == sorted(set(numbers))
    captured = [message.capture_time_ns for message in found[:-1]]
    assert captured == sorted(captured)
    assert captured[0] > before_ns - 1_000_000_000
    assert found[-1].capture_time_ns == 0  # unknown in the take for the emotion
    assert "81 messages played, 81 delivered" in err
    assert "cut off" not in err


def test_replay_waits_for_a_runtime_that_starts_later(take: Path) -> None:
    (port,) = free_ports(1)
    process = start("replay", str(take), "--to", f"tcp://127.0.0.1:{port}", "--speed", "4")
    assert process.stderr is not None
    assert "no runtime receives the messages" in process.stderr.readline()
    with zmq.Context() as context, context.socket(zmq.PULL) as opened:
        opened.bind(f"tcp://127.0.0.1:{port}")
        found = received(opened, 81)
    assert found[0].values == {"yaw": 0.0}
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0


def test_a_looping_replay_of_one_layer_goes_on_until_it_is_stopped(
    take: Path, receiver: tuple[zmq.Socket[bytes], str]
) -> None:
    opened, address = receiver
    process = start("replay", str(take), "--to", address, "--loop", "--layers", "pose", "--from", "0.2")
    killer = threading.Timer(PATIENCE_S, process.kill)
    killer.start()
    found = received(opened, 45)
    interrupt(process)
    err = process.communicate()[1]
    killer.cancel()
    assert process.returncode == 0, err
    assert {message.layer for message in found} == {"pose"}
    # each round begins with what held at 0.2 s, that is the picture at 0.19 s, and has the 20 after it
    one = [0.19, *(index / 100 for index in range(20, 40))]
    assert [message.values["yaw"] for message in found[:42]] == pytest.approx(one + one)


def test_info_describes_the_take(take: Path) -> None:
    code, text = run("replay", str(take), "--info")
    assert code == 0
    assert "0.40 s, 81 messages, recorded by test, 2023-11-14T22:13:20+00:00" in text
    assert "cam: pose, 40 messages, 100.0 a second, 1 channels" in text
    assert "missing" not in text
    take.write_bytes(take.read_bytes()[:-40])
    assert "its end is missing" in run("replay", str(take), "--info")[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no.mcap"], "there is no file"),
        (["TAKE", "--from", "9"], "lasts 0.40 s"),
        (["TAKE", "--layers", "view"], "it has emotion, expression, pose"),
        ([str(ROOT / "README.md")], "is no MCAP file"),
    ],
)
def test_a_take_that_cannot_be_played_is_an_error_in_one_line(
    take: Path, arguments: list[str], said: str
) -> None:
    code, text = run("replay", *[str(take) if word == "TAKE" else word for word in arguments])
    assert code == 1
    assert said in text
    assert len(text.splitlines()) == 1


def test_a_running_runtime_accepts_every_round_and_the_next_replay(take: Path) -> None:
    inbox = Inbox()
    ports = ReceiverPorts(control=0, request=None, osc=None, vmc=None)
    yaws: list[float] = []
    with Receiver(inbox, ports) as receiver:
        options = (
            "replay",
            str(take),
            "--to",
            f"tcp://127.0.0.1:{receiver.ports.control}",
            "--layers",
            "pose",
        )
        for _ in range(2):
            process = start(*options, "--loop")
            end_s = time.monotonic() + PATIENCE_S
            seen = len(yaws)
            while yaws[seen:].count(0.39) < 2:  # the end of the take, twice
                assert time.monotonic() < end_s
                inbox.wait(0.05)
                yaws += [received.message.values["yaw"] for received in inbox.take()]
            interrupt(process)
            process.communicate(timeout=PATIENCE_S)
        assert inbox.dropped() == {}


def still(path: Path, share: float, emotion: str = "") -> Path:
    """A take of one picture of a face that every channel moves, or that acts an emotion, again and again for a second."""
    acted = dict(zip(BLENDSHAPES, WEIGHT[EMOTIONS.index(emotion)].tolist(), strict=True)) if emotion else {}
    with TakeWriter(path) as writer:
        for number in range(25):
            for layer in ("pose", "expression", "gaze"):
                values = {c.name: c.low + share * (c.high - c.low) for c in CHANNELS if c.layer == layer}
                if layer == "expression":
                    values |= acted
                # all four have the same driver, as takes of one tracker do
                message = ControlMessage(layer=layer, source="phone", values=values)  # type: ignore[arg-type]
                writer.write(message, BEGIN_NS + number * 40_000_000)
    return path


def test_four_takes_move_four_parts_of_one_face_at_once(tmp_path: Path) -> None:
    takes = {
        "pose": still(tmp_path / "a.mcap", 0.6),
        "eyes,gaze": still(tmp_path / "b.mcap", 0.45),  # eyes cannot be more than half shut and wide at once
        "mouth": still(tmp_path / "c.mcap", 0.25),
        "emotion": still(tmp_path / "d.mcap", 0.0, "surprised"),
    }
    started = []
    with live_runtime(tmp_path) as live:
        address = f"tcp://127.0.0.1:{live.ports['control']}"
        try:
            for parts in ("pose", "eyes,gaze", "mouth"):
                started.append(start("replay", str(takes[parts]), "--only", parts, "--loop", "--to", address))
            expected = {
                c: c.low + {"pose": 0.6, "gaze": 0.45}.get(c.layer, 0.45 if c.name.startswith(("brow", "eye")) else 0.25)
                * (c.high - c.low)
                for c in CHANNELS
                if c.layer in ("pose", "expression", "gaze")
            }  # fmt: skip

            def is_composed() -> bool:
                values = dict(zip(CHANNELS, live.status().values, strict=True))
                return all(abs(values[channel] - value) < 1e-3 for channel, value in expected.items())

            until(is_composed)
            started.append(
                start("replay", str(takes["emotion"]), "--only", "emotion", "--loop", "--to", address)
            )
            place = CHANNELS.index(next(channel for channel in CHANNELS if channel.name == "surprised"))
            drivers = {
                ("phone:pose", "pose"),
                ("phone:eyes", "expression"),
                ("phone:gaze", "gaze"),
                ("phone:mouth", "expression"),
                ("phone:emotion", "emotion"),
            }

            # the head and the jaw are still those of their own takes, under the emotion of the fourth
            pose = [value for channel, value in expected.items() if channel.layer == "pose"]
            jaw = CHANNEL_INDEX["expression"]["jawOpen"]

            def is_felt() -> bool:
                """All at once, again and again: on a busy machine a driver is late now and then."""
                status = live.status()
                return (
                    {(driver.source, driver.layer) for driver in status.drivers} == drivers
                    and status.values[place] > 0.5
                    and status.values[: len(pose)] == pytest.approx(pose, abs=1e-3)
                    and status.values[jaw] == pytest.approx(0.25, abs=0.02)
                )

            until(is_felt)
            assert live.status().dropped == {}
        finally:
            for process in started:
                interrupt(process)
            for process in started:
                process.communicate(timeout=PATIENCE_S)
    assert [process.returncode for process in started] == [0, 0, 0, 0]


def test_a_part_that_a_take_has_not_is_an_error_in_one_line(take: Path) -> None:
    code, text = run("replay", str(take), "--only", "eyes,gaze")
    assert code == 1
    assert "has no eyes or gaze; it has pose, mouth, emotion" in text
    assert len(text.splitlines()) == 1
    code, text = run("replay", str(take), "--only", "ears")
    assert code == 2
    assert "got ears; expected some of pose,eyes,gaze,mouth,emotion,view" in text
