"""A monkey in a real Blender follows a real runtime, which replays a take; values are compared by the frame's number."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zmq

from bridge.forwarders.livelink import looks_of_gaze
from face.camera import rotation
from protocol.blendshapes import BLENDSHAPES, find_blendshape
from protocol.channels import CHANNEL_INDEX
from protocol.codec import decode_message
from protocol.messages import Command, ControlMessage, MotionMessage
from protocol.take import TakeWriter
from tests.blender.blender_process import Blender
from tests.blender.conftest import Omote, Stage
from tests.waiting import until

#: Omote's axes as columns in Blender's, for a character that looks along -Y: +X stays, +Y is Blender's +Z, +Z its -Y.
AXES = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
LONG_S = 600.0


def write_take(path: Path, *, seconds: float = 3.0) -> None:
    """Every layer moves all the time, each channel in its own way."""
    with TakeWriter(path) as writer:
        for number in range(round(60 * seconds)):
            phase = 2 * np.pi * number / (60 * seconds)

            def wave(place: int, phase: float = phase) -> float:
                return 0.5 + 0.45 * float(np.sin((1 + place % 5) * phase + place))

            layers: dict[str, dict[str, float]] = {
                "expression": {
                    name: wave(place) for place, name in enumerate(BLENDSHAPES) if "Look" not in name
                },
                "pose": {
                    "yaw": wave(1) - 0.5,
                    "pitch": wave(2) - 0.5,
                    "roll": wave(3) - 0.5,
                    "x": wave(4) - 0.5,
                },
                "gaze": {"yaw": wave(5) - 0.5, "pitch": wave(6) - 0.5},
            }
            for layer, values in layers.items():
                message = ControlMessage(layer=layer, source="script", values=values)  # type: ignore[arg-type]
                writer.write(message, 1_700_000_000_000_000_000 + round(number / 60 * 1e9))


@contextmanager
def all_motions(port: int) -> Iterator[dict[int, list[float]]]:
    """Frame id -> values of every motion that the runtime publishes, read by libzmq."""
    found: dict[int, list[float]] = {}
    ends = threading.Event()

    def read() -> None:
        with zmq.Context() as context, context.socket(zmq.SUB) as subscriber:
            subscriber.setsockopt(zmq.SUBSCRIBE, b"OMOTEMOT")
            subscriber.setsockopt(zmq.RCVHWM, 0)
            subscriber.connect(f"tcp://127.0.0.1:{port}")
            while not ends.is_set():
                if subscriber.poll(50):
                    message = decode_message(subscriber.recv()[8:])
                    assert isinstance(message, MotionMessage)
                    found[message.frame_id] = message.values

    thread = threading.Thread(target=read)
    thread.start()
    try:
        assert until(lambda: len(found) > 1)
        yield found
    finally:
        ends.set()
        thread.join()


def channel(values: list[float], layer: str, name: str) -> float:
    return values[CHANNEL_INDEX[layer][name]]


def expected_shapes(values: list[float], *, by_shapes: bool) -> dict[str, float]:
    shapes = {name: channel(values, "expression", name) for name in BLENDSHAPES}
    if by_shapes:
        for name, look in looks_of_gaze(
            channel(values, "gaze", "yaw"), channel(values, "gaze", "pitch")
        ).items():
            shapes[name] = max(shapes[name], look)
    return shapes


def check(seen: list[Any], motions: dict[int, list[float]], *, by_shapes: bool) -> int:
    """Compare everything that Blender showed with the runtime's values of the same frame; returns how many frames."""
    compared = 0
    for frame_id, keys, bones, feelings in seen:
        if frame_id not in motions:
            continue
        values = motions[frame_id]
        shapes = expected_shapes(values, by_shapes=by_shapes)
        assert len(keys) == 52
        for spelling, shown in keys.items():
            name = find_blendshape(spelling)
            assert name is not None
            assert shown == pytest.approx(shapes[name], abs=1e-3), (frame_id, spelling)
        head = rotation(*(channel(values, "pose", name) for name in ("yaw", "pitch", "roll")))
        eyes = rotation(channel(values, "gaze", "yaw"), channel(values, "gaze", "pitch"), 0.0)
        for bone, expected in {"Head": head, "eye.L": head @ eyes, "eye.R": head @ eyes}.items():
            if bone in bones:
                assert np.abs(np.array(bones[bone]) - AXES @ expected @ AXES.T).max() < 1e-3, (frame_id, bone)
        for name, shown in feelings.items():
            assert shown == pytest.approx(channel(values, "emotion", name.removeprefix("omote_")), abs=1e-3)
        compared += 1
    return compared


@pytest.mark.parametrize(
    ("eyes", "mode"), [(True, "QUATERNION"), (False, "XYZ")], ids=["eye bones", "eye shapes, Euler"]
)
def test_a_monkey_follows_a_take(blender: Blender, omote: Omote, eyes: bool, mode: str) -> None:
    write_take(omote.takes / "moves.mcap")
    blender.character(names=list(BLENDSHAPES), eyes=eyes, mode=mode)
    assert blender.choose() == ["Monkey", "Monkey rig", "Head", *(["eye.L", "eye.R"] if eyes else ["", ""])]
    blender.setting(publish_port=omote.ports["publish"])
    with omote.running() as client, all_motions(omote.ports["publish"]) as motions:
        assert client.request(Command(name="replay_loop", argument="moves")).ok
        happy = ControlMessage(
            layer="emotion", source="script", values={"happy": 0.6, "valence": -0.4}, ttl_s=60
        )
        client.send(happy)
        assert until(lambda: motions[max(motions)][CHANNEL_INDEX["emotion"]["happy"]] > 0.5)
        assert blender.press(operator="connect") == ["FINISHED"]
        seen = blender.follow(count=40)
        assert until(lambda: max(motions) >= seen[-1][0])
        assert check(seen, motions, by_shapes=not eyes) >= 35
    assert len({one[0] for one in seen}) == 40
    assert np.ptp([one[1]["JawOpen"] for one in seen]) > 0.05  # it moves
    assert seen[-1][3]["omote_happy"] == pytest.approx(0.6, abs=1e-3)


def test_it_waits_for_a_runtime_and_finds_it_again(blender: Blender, omote: Omote) -> None:
    blender.character(names=["jawOpen"])
    blender.choose()
    blender.setting(publish_port=omote.ports["publish"])
    blender.press(operator="connect")
    for jaw in (0.25, 0.75):  # started after Blender, killed, started again
        assert "omote run" in blender.wait_status(text="no runtime")[0]
        with omote.running() as client:
            client.send(
                ControlMessage(layer="expression", source="script", values={"jawOpen": jaw}, ttl_s=60)
            )
            blender.wait_status(text="Connected")

            def shown(jaw: float = jaw) -> bool:
                blender.ticks(count=5)
                return bool(abs(blender.keys_of()["JawOpen"] - jaw) < 1e-3)

            assert until(shown)
    blender.press(operator="connect")
    assert blender.status() == []


def test_the_timer_never_waits_for_the_network(blender: Blender) -> None:
    """A program that takes the connection and says nothing until Blender's timer has run a hundred times."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        blender.setting(publish_port=listening.getsockname()[1], control_port=listening.getsockname()[1])
        blender.press(operator="connect")
        blender.press(operator="drive")
        opened = [listening.accept()[0] for _ in range(2)]
        assert blender.ticks(count=100) == [pytest.approx(1 / 60)] * 100
        for operator in ("connect", "drive"):  # neither do the buttons that end it
            assert blender.press(operator=operator) == ["FINISHED"]
        assert len(blender.traces()["threads"]) == 1
        for one in opened:
            one.close()


def test_a_recording_becomes_actions_at_the_scenes_frame_rate(blender: Blender, omote: Omote) -> None:
    """Also while Blender is too busy for its timer; every key is where the motions around its time say."""
    write_take(omote.takes / "moves.mcap")
    blender.character(names=list(BLENDSHAPES), fps=25)
    blender.choose()
    blender.setting(publish_port=omote.ports["publish"], take_name="Performance")
    with omote.running() as client:
        client.request(Command(name="replay_loop", argument="moves"))
        blender.press(operator="connect")
        blender.wait_status(text="Connected")
        blender.follow(count=1)
        blender.scene_range(start=1, end=200, current=11)
        blender.press(operator="record")
        blender.wait_recorded(count=30)
        blender.sleep_until_recorded(count=80)  # the timer does not run
        times, rows = blender.recorded_times()
        assert blender.press(operator="record") == ["FINISHED"]
    blender.press(operator="connect")
    assert blender.actions() == ["Performance", "Performance.001"]  # of the shape keys and of the bones
    begin, end = blender.frame_range(owner="keys:Monkey")
    assert begin == 11
    assert end >= 11 + int((times[-1] - times[0]) * 25)
    frames = list(range(11, 11 + int((times[-1] - times[0]) * 25)))
    asked = times[0] + (np.array(frames) - 11) / 25
    curves = blender.sampled(owner="keys:Monkey", frames=frames)
    assert len(curves) == 52
    for name in ("mouthPucker", "JawOpen", "cheekPuff"):
        place = CHANNEL_INDEX["expression"][find_blendshape(name) or ""]
        expected = np.interp(asked, times, np.array(rows)[:, place])
        assert np.abs(np.array(curves[f'key_blocks["{name}"].value[0]']) - expected).max() < 1e-3
    # and the scene shows it, also the bones
    for frame, (keys, bones) in zip(frames[::10], blender.shown_at(frames=frames[::10]), strict=True):
        at_s = times[0] + (frame - 11) / 25
        values = [float(np.interp(at_s, times, column)) for column in np.array(rows).T]
        assert check([[0, keys, bones, {}]], {0: values}, by_shapes=False) == 1


def test_a_recording_outlives_its_connection_and_goes_on_with_the_next(
    blender: Blender, omote: Omote
) -> None:
    write_take(omote.takes / "moves.mcap")
    blender.character(names=list(BLENDSHAPES))
    blender.choose()
    blender.setting(publish_port=omote.ports["publish"])
    with omote.running() as client:
        client.request(Command(name="replay_loop", argument="moves"))
        for operator in ("connect", "record"):
            assert blender.press(operator=operator) == ["FINISHED"]
        blender.wait_recorded(count=10)
        assert blender.press(operator="connect") == ["FINISHED"]
        [line] = blender.status()
        assert line.startswith("Recording")
        before = len(blender.recorded_times()[0])
        blender.press(operator="connect")
        blender.wait_recorded(count=before + 10)
        blender.press(operator="connect")
        times, _ = blender.recorded_times()
    assert blender.press(operator="record") == ["FINISHED"]  # without a runtime
    begin, end = blender.frame_range(owner="keys:Monkey")
    assert end - begin == pytest.approx((times[-1] - times[0]) * 24, abs=1)
    assert blender.status() == []
    assert "context is incorrect" in blender.press(operator="record")


def test_undo_neither_crashes_nor_disconnects_nor_loses_a_recording(blender: Blender, omote: Omote) -> None:
    blender.character(names=list(BLENDSHAPES))
    blender.choose()
    blender.setting(publish_port=omote.ports["publish"])
    write_take(omote.takes / "moves.mcap")
    with omote.running() as client:
        client.request(Command(name="replay_loop", argument="moves"))
        blender.press(operator="connect")
        blender.press(operator="record")
        blender.undo(message="with a monkey")
        blender.follow(count=5)
        blender.delete(name="Monkey")
        blender.undo(message="without a monkey")
        blender.ticks(count=20)
        assert blender.undo() == ["FINISHED"]  # the monkey is another object in memory now
        assert blender.follow(count=5)[-1][1]["JawOpen"] > 0
        for _ in range(3):
            blender.redo()
            blender.ticks(count=20)
            blender.undo()
            blender.follow(count=2)
        assert any(line.startswith("Recording") for line in blender.status())
        blender.undo(message="before the actions")
        assert blender.actions() == []
        assert blender.press(operator="record") == ["FINISHED"]
        blender.undo(message="with actions")
        made = blender.actions()
        assert len(made) >= 2
        blender.undo()
        assert blender.actions() == []
        blender.redo()
        assert blender.actions() == made
        blender.ticks(count=5)
        assert any("Connected" in line for line in blender.status())
        blender.open_other_file()  # the connection outlives the file
        blender.ticks(count=5)
        blender.character(names=["jawOpen"])
        blender.choose()
        assert blender.follow(count=2)[-1][1]["JawOpen"] > 0


def test_nothing_is_left_when_it_is_disabled(stage: Stage, blender: Blender, omote: Omote) -> None:
    """Disabled while everything runs: threads, sockets, files, timer, types, operators and handlers are as before."""
    blender.disable()
    before = blender.traces()
    assert before["types"] == before["subclasses"] == before["operators"] == []
    blender.enable()
    blender.character(names=["jawOpen"])
    blender.choose()
    blender.choose(which="source_rig")
    blender.setting(publish_port=omote.ports["publish"], control_port=omote.ports["control"])
    with omote.running():
        for operator in ("connect", "drive", "picture", "record"):
            assert blender.press(operator=operator) == ["FINISHED"]
        blender.wait_status(text="Connected")
        during = blender.traces()
        assert during["timer"]
        assert len(during["threads"]) == len(before["threads"]) + 3
        assert during["sockets"] > before["sockets"]
        assert len(during["types"]) > 10
        assert blender.disable() == [False, False]
        assert blender.traces() == before
    blender.enable()
    assert blender.traces()["scene"]
    assert os.path.isdir(stage.rings.parent)


def test_without_a_face_or_a_runtime_the_buttons_say_what_to_do(blender: Blender) -> None:
    assert "active object" in blender.press(operator="find_rig")
    assert "context is incorrect" in blender.press(operator="record")
    assert "joints" in blender.press(operator="export_bvh", filepath="/nowhere/x.bvh")
    assert "no take" in blender.press(operator="import_take", filepath=__file__)
