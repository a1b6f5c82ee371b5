"""Runtime/Core against the real runtime, in its own process: frames, status, control, commands, restarts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import zmq

from protocol.channels import CHANNEL_INDEX
from protocol.frames.frame_header import FRAME_TOPIC, HEADER_BYTES, unpack_header
from protocol.frames.ring_files import ring_folder
from tests.ports import free_ports
from tests.unity.conftest import Reading, Run, RunningOmote, patiently
from tests.unity.test_core import fnv

Begin = Callable[..., Reading]
YAW = CHANNEL_INDEX["pose"]["yaw"]
JAW = CHANNEL_INDEX["expression"]["jawOpen"]


@pytest.fixture
def python_frames(omote: RunningOmote) -> Iterator[Callable[[int], dict[int, int]]]:
    """Reads the same frames with Python's reader: frame id -> checksum of the pixels."""
    context = zmq.Context()
    reader = context.socket(zmq.SUB)
    reader.setsockopt(zmq.LINGER, 0)
    reader.setsockopt(zmq.RCVTIMEO, 60_000)
    reader.setsockopt(zmq.SUBSCRIBE, FRAME_TOPIC)
    reader.connect(omote.publish)

    def read(until_id: int) -> dict[int, int]:
        sums: dict[int, int] = {}
        while max(sums, default=0) < until_id:
            message = reader.recv()
            sums[unpack_header(message).frame_id] = fnv(message[HEADER_BYTES:])
        return sums

    yield read
    reader.close()
    context.term()


def source(omote: RunningOmote, road: str) -> tuple[str, ...]:
    """The driver's arguments for a transport."""
    return ("zmq", omote.publish, "-") if road == "zmq" else ("ring", str(ring_folder()), omote.stream)


@pytest.mark.parametrize("road", ["zmq", "ring"])
def test_frames_equal_those_that_python_reads(
    begin: Begin, omote: RunningOmote, python_frames: Callable[[int], dict[int, int]], road: str
) -> None:
    python_frames(1)  # is connected
    reader = begin("frames", *source(omote, road), 10, 60)
    said = [reader.next("frame_id") for _ in range(10)]
    sums = python_frames(said[-1]["frame_id"])
    assert [line["fnv"] for line in said] == [sums[line["frame_id"]] for line in said]
    assert {(line["width"], line["height"], line["flags"]) for line in said} == {(96, 96, 15)}
    ids = [line["frame_id"] for line in said]
    assert ids == sorted(set(ids))


def test_the_doorbell_announces_the_ring_s_frames(begin: Begin, run: Run, omote: RunningOmote) -> None:
    rings = run("bell", omote.publish, 3, 60)
    numbers = [ring["number"] for ring in rings]
    assert numbers == sorted(set(numbers))
    frame = begin("frames", *source(omote, "ring"), 1, 60).next("frame_id")
    assert {ring["session_id"] for ring in rings} == {frame["session_id"]}


@pytest.mark.parametrize("road", ["zmq", "ring"])
def test_reading_a_frame_allocates_nothing(run: Run, omote: RunningOmote, road: str) -> None:
    (said,) = run("garbage", *source(omote, road), 60, 60)
    assert said == {"frames": 60, "bytes": 0}


@pytest.mark.parametrize("road", ["zmq", "osc"])
def test_sent_values_move_the_face_and_appear_in_status_and_motion(
    begin: Begin, run: Run, omote: RunningOmote, road: str
) -> None:
    address = omote.control if road == "zmq" else omote.osc
    begin("drive", road, address, "pose", f"面 {road}", 120, "yaw=0.25", "priority=3")
    begin("drive", road, address, "expression", f"面 {road}", 120, "jawOpen=0.75", "weight=0.5", "ttl_s=10")
    reader = begin("motion", omote.publish, 10_000, 60)
    values: list[float] = [0.0] * 99
    while (
        abs(values[YAW] - 0.25) > 1e-3 or abs(values[JAW] - 0.375) > 0.1
    ):  # idle life moves the jaw a little
        values = reader.next("values")["values"]
    (reply,) = run("ask", omote.request, "status", "", 1)
    drivers = {driver["layer"]: driver for driver in reply["status"]["drivers"] if road in driver["source"]}
    assert drivers["pose"]["owned"] == ["yaw"]
    assert (drivers["pose"]["source"], drivers["pose"]["priority"]) == (f"面 {road}", 3)
    assert (drivers["expression"]["owned"], drivers["expression"]["weight"]) == (["jawOpen"], 0.5)
    (status,) = run("status", omote.publish, 1, 60)
    assert status["values"][YAW] == pytest.approx(0.25, abs=1e-3)
    assert status["engine"] == "null"
    assert status["dropped"] == {}
    (released,) = run("ask", omote.request, "release", f"面 {road}", 1)
    assert (released["ok"], "2 layers" in released["message"]) == (True, True)


def test_a_message_sent_right_before_dispose_is_delivered(run: Run, omote: RunningOmote) -> None:
    run("drive", "zmq", omote.control, "gaze", "once", 0, "yaw=0.5", "ttl_s=60")
    (reply,) = run("ask", omote.request, "status", "", 1)
    assert "once" in {driver["source"] for driver in reply["status"]["drivers"]}


def test_valid_and_invalid_commands_are_answered_with_their_ids(run: Run, omote: RunningOmote) -> None:
    replies = run("ask", omote.request, "ping", "", 3)
    assert [(reply["ok"], reply["request_id"]) for reply in replies] == [
        (True, "1"),
        (True, "2"),
        (True, "3"),
    ]
    (refused,) = run("ask", omote.request, "load_avatar", "/nowhere", 1)
    assert (refused["ok"], "nowhere" in refused["message"]) == (False, True)
    (unknown,) = run("ask", omote.request, "fly", "", 1)
    assert (unknown["ok"], "unknown command" in unknown["message"]) == (False, True)


def test_a_timeout_reports_the_next_step(run: Run) -> None:
    (port,) = free_ports(1)
    (said,) = run("ask", f"tcp://127.0.0.1:{port}", "ping", "", 1, 2000, code=1)
    assert "omote run" in said["problem"]


@pytest.mark.parametrize("kill", [False, True], ids=["asked to", "killed"])
def test_clients_reconnect_to_a_restarted_runtime(begin: Begin, kill: bool) -> None:
    runtime = RunningOmote()
    try:
        runtime.start()
        readers = [begin("frames", *source(runtime, road), 100_000, 60) for road in ("zmq", "ring")]
        first = [reader.next("frame_id")["session_id"] for reader in readers]
        runtime.stop(kill=kill)
        assert str(runtime.ports[2]) in readers[0].next("problem")["problem"]
        runtime.start()
        for reader, session in zip(readers, first, strict=True):
            while (again := reader.next("frame_id"))["session_id"] == session:
                pass  # what was still on its way
            assert again["frame_id"] < 1000
    finally:
        runtime.stop()


def test_a_wrong_port_is_identified(run: Run, omote: RunningOmote) -> None:
    said = patiently(
        lambda seconds: run("frames", "zmq", omote.control, "-", 1, seconds, code=1)[-1]["problem"], "PULL"
    )
    assert "right port" in said


def test_a_malformed_address_is_refused_at_once(begin: Begin) -> None:
    reader = begin("frames", "zmq", "tcp://example.org:5572", "-", 1, 5)
    assert reader.process.wait(timeout=60) == 1
