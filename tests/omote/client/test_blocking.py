from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from omote.client.blocking import Omote
from omote.client.errors import CommandRefusedError, NoAnswerError, NoFrameError, ValueRefusedError
from omote.client.runtime_address import RuntimeAddress
from protocol.channels import CHANNEL_INDEX
from runtime.avatars.builtin import DEFAULT
from runtime.engines.null import read_bars
from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts
from tests.live_runtime import LiveRuntime, chosen_ports, live_runtime, private_rings
from tests.waiting import until

YAW = CHANNEL_INDEX["pose"]["yaw"]


def address_of(ports: dict[str, int]) -> RuntimeAddress:
    return RuntimeAddress(
        control_port=ports["control"], request_port=ports["request"], publish_port=ports["publish"]
    )


def nobody() -> RuntimeAddress:
    """Where no runtime is: other programs of this user may publish the usual stream at this moment."""
    return replace(address_of(chosen_ports()), stream="nobody")


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveRuntime]:
    private_rings(tmp_path, monkeypatch)
    with live_runtime(tmp_path, publish=("shm", "zeromq")) as running:
        yield running


@pytest.fixture
def face(live: LiveRuntime) -> Iterator[Omote]:
    with Omote(source="test", address=address_of(live.ports), timeout_s=60) as face:
        yield face


@pytest.mark.parametrize("transport", ["shm", "zeromq", None])
def test_what_is_driven_is_in_the_picture(face: Omote, transport: str | None) -> None:
    for frame in face.frames(transport=transport, timeout_s=60):  # type: ignore[arg-type]
        assert face.pose(yaw=0.3)
        assert (frame.pixels.shape, frame.pixels.dtype) == ((256, 256, 4), np.uint8)
        if abs(read_bars(frame.pixels)[YAW] - 0.3) < 0.02:
            break
    else:
        pytest.fail("the iteration ended")


def test_motion_names_every_layer_s_channels(face: Omote) -> None:
    for motion in face.motion(timeout_s=60):
        face.pose(yaw=0.25)
        face.gaze(pitch=0.2)
        face.view(azimuth=0.1)
        face.emotion(angry=0.5, weight=0.5)
        face.expression(jawOpen=0.6)
        if (
            abs(motion.pose["yaw"] - 0.25) < 1e-3
            and abs(motion.gaze["pitch"] - 0.2) < 1e-3
            and abs(motion.view["azimuth"] - 0.1) < 1e-3
            and abs(motion.expression["jawOpen"] - 0.6) < 0.1  # the emotion moves the jaw a little
            and motion.emotion["angry"] > 0.2
        ):
            break
    assert len(motion.expression) == 52


def test_the_status_names_a_layer_s_driver(face: Omote) -> None:
    voice = face.layer("expression", source="voice", priority=7, weight=0.5, ttl_s=60)
    assert voice.set(jawOpen=0.5)
    assert face.layer("pose", ttl_s=60).add(yaw=0.1)
    drivers = until(lambda: found if len(found := face.status().drivers) == 2 else [])
    shown = {(d.source, d.layer, d.mode, d.weight, d.priority) for d in drivers}
    assert shown == {("voice", "expression", "set", 0.5, 7), ("test", "pose", "add", 1.0, 0)}
    face.release("voice")
    assert until(lambda: [d.source for d in face.status().drivers] == ["test"])
    face.release()
    assert until(lambda: not face.status().drivers)


def test_an_avatar_is_loaded_or_the_reason_is_given(face: Omote) -> None:
    face.load_avatar(DEFAULT)
    assert face.status().worn == DEFAULT
    with pytest.raises(CommandRefusedError, match="no-such-avatar"):
        face.load_avatar("no-such-avatar")


def test_a_take_is_recorded_and_replayed(face: Omote) -> None:
    face.record("hello")
    face.pose(yaw=0.2, ttl_s=60)
    assert until(lambda: (takes := face.status().takes) is not None and takes.recorded)
    face.stop_recording()
    assert face.takes() == ["hello"]
    face.replay("hello", loop=True)
    assert until(lambda: "test (take)" in {d.source for d in face.status().drivers})
    face.stop_replay()
    assert until(lambda: "test (take)" not in {d.source for d in face.status().drivers})
    with pytest.raises(CommandRefusedError, match="absent"):
        face.replay("absent")
    face.recenter()


def test_without_a_runtime_entering_says_what_to_do() -> None:
    face = Omote(address=address_of(chosen_ports()), timeout_s=0.1)
    with pytest.raises(NoAnswerError, match="start one with: omote run"), face:
        pytest.fail("entered")
    face.close()


def test_a_program_may_start_first_and_survives_a_restart(tmp_path: Path) -> None:
    ports = chosen_ports()
    with Omote(address=address_of(ports), must_run=False) as face:
        assert face.pose(yaw=0.1) is False
        with live_runtime(tmp_path, ports=ports):
            face.wait(60)
            assert face.is_connected
            assert face.pose(yaw=0.1)
        assert until(lambda: not face.is_connected)
        assert face.pose(yaw=0.1) is False
        with live_runtime(tmp_path, ports=ports):
            assert until(lambda: face.pose(yaw=0.1, ttl_s=60))
            assert until(lambda: face.status().drivers)


def test_values_that_were_sent_without_a_runtime_never_arrive() -> None:
    ports = chosen_ports()
    inbox = Inbox()
    with Omote(address=address_of(ports), must_run=False) as face:
        assert {face.pose(yaw=0.9, roll=0.5) for _ in range(100)} == {False}
        with Receiver(inbox, ReceiverPorts(ports["control"], None, None, None)):
            assert until(lambda: face.pose(yaw=0.1))
            [received] = until(inbox.take)
    assert received.message.values == {"yaw": 0.1}


def test_another_port_for_values_is_said(tmp_path: Path) -> None:
    ports = chosen_ports()
    with live_runtime(tmp_path, ports=ports):
        wrong = RuntimeAddress(control_port=chosen_ports()["control"], request_port=ports["request"])
        face = Omote(address=wrong, must_run=False, timeout_s=60)
        with face, pytest.raises(NoAnswerError, match="--control-port"):
            face.wait(0.2)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"transport": "tcp"}, "transport: got 'tcp', expected one of shm, zeromq, ndi"),
        ({"stream": "../other"}, "stream: got '../other', expected a name"),
    ],
)
def test_a_way_to_frames_that_there_is_not_is_refused(given: dict[str, Any], says: str) -> None:
    with (
        Omote(address=address_of(chosen_ports()), must_run=False) as face,
        pytest.raises(ValueRefusedError, match=says),
    ):
        face.frames(**given)


def test_each_way_says_how_the_runtime_is_to_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private_rings(tmp_path, monkeypatch)
    with Omote(address=nobody(), must_run=False) as face:
        for transport in ("shm", "zeromq"):
            with pytest.raises(NoFrameError, match=f"omote run --publish {transport}"):
                next(face.frames(transport=transport, timeout_s=0.01))  # type: ignore[arg-type]


def test_an_address_is_no_text() -> None:
    with pytest.raises(ValueRefusedError, match=r"address: got '192\.168\.1\.20', expected .*RuntimeAddress"):
        Omote(address="192.168.1.20")  # type: ignore[arg-type]


def test_a_closed_client_takes_nothing_and_says_so_where_it_is_asked() -> None:
    face = Omote(address=nobody(), must_run=False)
    face.close()
    assert face.pose(yaw=0.1) is False  # an audio callback may come later than the end
    assert not face.is_connected
    assert list(face.frames()) == []
    for use in (face.status, face.wait, face.__enter__):
        with pytest.raises(NoAnswerError, match="this client is closed; make another one"):
            use()


def test_a_path_is_the_program_s_own(face: Omote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandRefusedError, match=re.escape(str(tmp_path / "absent"))):
        face.load_avatar(Path("absent"))


@pytest.mark.parametrize("stream", ["frames", "motion"])
def test_nothing_in_time_raises_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    private_rings(tmp_path, monkeypatch)
    with (
        Omote(address=nobody(), must_run=False) as face,
        pytest.raises(NoFrameError, match="omote run --publish"),
    ):
        next(iter(getattr(face, stream)(timeout_s=0.01)))


def test_closing_ends_an_iteration_in_another_thread(live: LiveRuntime) -> None:
    face = Omote(address=address_of(live.ports), timeout_s=60)
    seen = threading.Event()

    def watch() -> None:
        for _ in face.frames():
            seen.set()

    thread = threading.Thread(target=watch)
    thread.start()
    assert seen.wait(60)
    face.close()
    thread.join(60)
    assert not thread.is_alive()
    with pytest.raises(NoAnswerError, match="closed"):
        face.status()


def test_any_thread_may_drive(face: Omote, live: LiveRuntime) -> None:
    def drive(name: str) -> None:
        layer = face.layer("expression", source=name, ttl_s=60)
        for step in range(200):
            layer.set(jawOpen=step / 200)

    threads = [threading.Thread(target=drive, args=(f"thread {i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(4):  # the queue may have been full before
        assert until(lambda i=i: face.layer("expression", source=f"thread {i}", ttl_s=60).set(jawOpen=0.1))
    assert until(lambda: len(face.status().drivers) == 4)
    assert face.status().dropped == {}
