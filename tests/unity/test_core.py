"""Runtime/Core against the golden vectors, Python's tables, and rings written byte by byte."""

from __future__ import annotations

import json
import math
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zmq

from protocol.channels import CHANNELS
from protocol.osc.rotation import from_unity, towards, yaw_pitch_roll
from tests.ring_by_hand import RingByHand, beating
from tests.runtime_folders import KINDS, expected_folders, linux_only, make_runtime_folder
from tests.unity.conftest import Reading, Run

GOLDEN = Path(__file__).parents[1] / "data" / "protocol"
#: Clients receive no OSC and decode no compressed pictures, so the package cannot read these.
MESSAGES = sorted(
    path for path in GOLDEN.glob("*.bin") if not path.stem.startswith(("ring_", "packed_", "bell", "osc_own"))
)
RINGS = sorted(GOLDEN.glob("ring_*.bin"))

Begin = Callable[..., Reading]


def fnv(pixels: bytes) -> int:
    value = 14695981039346656037
    for byte in pixels:
        value = (value ^ byte) * 1099511628211 % 2**64
    return value


def picture(size: int, seed: int = 1) -> bytes:
    return bytes((i * 31 + seed * 7) % 256 for i in range(size))


@pytest.fixture(autouse=True)
def _hearts(tmp_path: Path) -> Iterator[None]:
    with beating(tmp_path):
        yield


def test_golden_messages_are_read_as_their_json_and_written_back(run: Run) -> None:
    said = {line["name"]: line for line in run("golden", *MESSAGES)}
    assert {"control_full", "command_ping", "reply_status", "status", "frame_3x2"} <= set(said)
    for path in MESSAGES:
        meaning, written = said[path.stem]["meaning"], said[path.stem]["written"]
        expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
        if path.stem.startswith("frame_") and expected["format"] != 1:
            assert "--zeromq-encoding raw" in meaning["refused"]  # packed pixels are not for engines
        elif not path.stem.startswith("osc_"):
            assert meaning == expected, path.stem
        if path.stem.startswith(("control_", "command_", "osc_")):
            assert written == path.read_bytes().hex(), path.stem


@pytest.fixture
def publish() -> Iterator[Callable[[bytes], str]]:
    """Publish one message repeatedly; returns the address."""
    context = zmq.Context()
    stop = threading.Event()
    threads: list[threading.Thread] = []

    def start(message: bytes) -> str:
        publisher = context.socket(zmq.PUB)
        port = publisher.bind_to_random_port("tcp://127.0.0.1")

        def serve() -> None:
            while not stop.wait(0.01):
                publisher.send(message)
            publisher.close(linger=0)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return f"tcp://127.0.0.1:{port}"

    yield start
    stop.set()
    for thread in threads:
        thread.join()
    context.term()


def test_the_golden_doorbell_and_frame_are_received_over_zeromq(
    run: Run, publish: Callable[[bytes], str]
) -> None:
    (bell,) = run("bell", publish((GOLDEN / "bell.bin").read_bytes()), 1, 60)
    expected = json.loads((GOLDEN / "bell.json").read_text("utf-8"))
    assert bell == {key: expected[key] for key in bell}
    frame = (GOLDEN / "frame_3x2.bin").read_bytes()
    said = run("frames", "zmq", publish(frame), "-", 1, 60)[-1]
    assert (said["frame_id"], said["fnv"]) == (42, fnv(frame[96:]))


@pytest.mark.parametrize("path", RINGS, ids=lambda path: path.stem)
def test_golden_rings_are_read_as_their_json(run: Run, tmp_path: Path, path: Path) -> None:
    meaning = json.loads(path.with_suffix(".json").read_text("utf-8"))
    ring = bytearray(path.read_bytes())
    if len(ring) >= 128:
        struct.pack_into("<q", ring, 72, time.time_ns())  # only a ring whose heart beats is read
    (tmp_path / "omote.1.ring").write_bytes(ring)
    frame = meaning.get("frame")
    said = run("frames", "ring", tmp_path, "omote", 1, 5 if frame else 0.1, code=0 if frame else 1)
    if frame is None:
        assert all("frame_id" not in line for line in said)
        assert ("refused" not in meaning) or meaning["refused"] in said[0]["problem"]
        return
    (line,) = (line for line in said if "frame_id" in line)
    assert line["fnv"] == fnv(bytes.fromhex("".join(frame["rows"])))
    same = ("frame_id", "publish_time_ns", "capture_time_ns", "receive_time_ns", "render_time_ns")
    assert {key: line[key] for key in same} == {key: frame[key] for key in same}
    same = ("width", "height", "flags", "session_id")
    assert {key: line[key] for key in same} == {key: meaning[key] for key in same}
    assert line["stride"] == 4 * meaning["width"]


def test_the_channels_equal_python_s(run: Run) -> None:
    said = [(c["layer"], c["name"], c["neutral"], c["low"], c["high"]) for c in run("channels")]
    assert said == [(c.layer, c.name, c.neutral, c.low, c.high) for c in CHANNELS]


@pytest.mark.parametrize("place", [(0, 0, 2), (-3, 0, 0), (1, 2, 3), (-1, -2, 0.5), (0.5, 0, -1)])
def test_a_camera_s_position_becomes_the_same_view_as_in_python(
    run: Run, place: tuple[float, float, float]
) -> None:
    (said,) = run("view", *place, 2)
    azimuth, elevation = towards(*place)
    assert said == pytest.approx([azimuth, elevation, math.hypot(*place) / 2])


@pytest.mark.parametrize("turn", [(0, 0, 0, 1), (0.1, 0, 0, 1), (0.1, -0.2, 0.3, 0.9), (0, 0.4, 0, -2)])
def test_a_head_s_rotation_becomes_the_same_angles_as_in_python(
    run: Run, turn: tuple[float, float, float, float]
) -> None:
    (said,) = run("head", *turn)
    ours = from_unity(turn)
    assert ours is not None
    assert said == pytest.approx(yaw_pitch_roll(ours))


def test_a_face_that_turns_to_its_left_in_unity_has_a_positive_yaw(run: Run) -> None:
    # in Unity a positive turn about +Y goes from +Z towards +X, which is the face's right
    (said,) = run("head", 0, math.sin(-0.2), 0, math.cos(-0.2))
    assert said == pytest.approx([0.4, 0, 0])
    assert run("view", -1, 0, 1, 1)[0][0] == pytest.approx(math.pi / 4)


def test_the_newest_running_generation_is_read_and_streams_are_listed(run: Run, tmp_path: Path) -> None:
    for name, state in (("omote.3", 1), ("omote.9", 1), ("omote.10", 2), ("omote.11", 3), ("omote.12", 0),
                        ("other.99", 1), ("omote.x", 1), ("omote.1.2", 1)):  # fmt: skip
        ring = RingByHand(tmp_path / f"{name}.ring", width=1, height=1)
        ring.state = state
        ring.put(int(name.rpartition(".")[2], 36), bytes(4))
        ring.save()
    (line,) = (line for line in run("frames", "ring", tmp_path, "omote", 1, 5) if "frame_id" in line)
    assert line["frame_id"] == 1000 + int("9", 36)
    assert run("streams", tmp_path) == [["omote", "other"]]


@linux_only
@pytest.mark.parametrize("kind", KINDS)
def test_rings_are_searched_where_python_writes_them(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    runtime = make_runtime_folder(kind, tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    assert run("folders") == [expected_folders(kind, runtime)]


@linux_only
@pytest.mark.parametrize(
    "kind", ["private", "readable by others", "a link", "a file", "missing", "another user's"]
)
def test_a_folder_that_another_user_may_have_made_is_not_read(run: Run, tmp_path: Path, kind: str) -> None:
    assert run("own", make_runtime_folder(kind, tmp_path)) == [kind == "private"]


def save_head(ring: RingByHand) -> None:
    """Write a ring's header in place, as its publisher does."""
    with ring.path.open("r+b") as file:
        file.write(ring.bytes[:128])


def test_the_reader_switches_from_an_ended_publisher_to_one_of_another_size(
    begin: Begin, tmp_path: Path
) -> None:
    first = RingByHand(tmp_path / "omote.1.ring", width=1, height=1)
    first.put(1, b"aaaa")
    first.save()
    reader = begin("frames", "ring", tmp_path, "omote", 2, 60)
    assert reader.next("frame_id")["frame_id"] == 1001
    first.state = 2
    save_head(first)
    assert "omote run" in reader.next("problem")["problem"]
    second = RingByHand(tmp_path / "omote.2.ring", width=2, height=1)
    second.put(1, b"bbbbcccc")
    second.save()
    said = reader.next("frame_id")
    assert (said["width"], said["fnv"]) == (2, fnv(b"bbbbcccc"))


def test_the_successor_of_a_killed_publisher_is_found(begin: Begin, tmp_path: Path) -> None:
    first = RingByHand(tmp_path / "omote.1.ring", width=1, height=1)
    first.put(1, b"aaaa")
    first.save()
    reader = begin("frames", "ring", tmp_path, "omote", 2, 60)
    assert reader.next("frame_id")["frame_id"] == 1001
    second = RingByHand(tmp_path / "omote.2.ring", width=1, height=1, session=78)
    second.put(1, b"bbbb")
    second.save()  # while the first one's heart seems to beat
    assert reader.next("frame_id")["session_id"] == 78


def test_a_file_that_shrinks_while_mapped_is_reported(begin: Begin, tmp_path: Path) -> None:
    ring = RingByHand(tmp_path / "omote.1.ring", width=64, height=64)
    ring.put(1, picture(64 * 64 * 4))
    ring.save()
    reader = begin("frames", "ring", tmp_path, "omote", 9, 60)
    assert reader.next("frame_id")["fnv"] == fnv(picture(64 * 64 * 4))
    with ring.path.open("r+b") as file:
        file.truncate(300)
    assert "wrong ring size" in reader.next("problem")["problem"]
    second = RingByHand(tmp_path / "omote.2.ring", width=2, height=1)
    second.put(1, b"bbbbcccc")
    second.save()
    assert reader.next("frame_id")["fnv"] == fnv(b"bbbbcccc")  # it did not crash


def test_a_stale_heartbeat_a_link_and_a_folder_are_no_publisher(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "rings"
    folder.mkdir()
    fresh = RingByHand(tmp_path / "elsewhere", width=1, height=1)
    fresh.put(1, bytes(4))
    fresh.save()
    (folder / "omote.4.ring").symlink_to(fresh.path)
    (folder / "omote.5.ring").mkdir()
    for age_s in (3, -3, 1e9):
        ring = RingByHand(folder / "omote.1.ring", width=1, height=1)
        ring.put(1, bytes(4))
        ring.save(heartbeat_ns=time.time_ns() - round(age_s * 1e9))
        with beating(folder, age_s=age_s):
            said = run("frames", "ring", folder, "omote", 1, 0.4, code=1)
        assert all("frame_id" not in line for line in said)
        assert "omote.4.ring" in said[-1]["problem"]


def test_a_slot_that_changes_during_the_copy_is_discarded(run: Run, tmp_path: Path) -> None:
    """A fast writer repeatedly overwrites the slot of the newest frame."""
    side, kinds = 512, 2
    solid = [bytes([64 * kind + 1]) * (side * side * 4) for kind in range(kinds)]
    sums = [fnv(pixels) for pixels in solid]
    ring = RingByHand(tmp_path / "omote.1.ring", width=side, height=side)
    filled = []
    for pixels in solid:
        ring.put(3, pixels)
        filled.append(
            bytes(ring.bytes[128 + 16 : 128 + ring.slot_bytes - 8])
        )  # slot 0, without locks and time
    ring.save()
    done = threading.Event()

    def write() -> None:
        number = 3
        with ring.path.open("r+b", buffering=0) as file:
            while not done.is_set():
                number += 3  # always slot 0
                for offset, data in (
                    (128 + ring.slot_bytes - 8, struct.pack("<Q", 2 * number - 1)),
                    (128, struct.pack("<Q", 2 * number - 1)),
                    (128 + 8, struct.pack("<q", number)),
                    (128 + 16, filled[number % kinds]),
                    (128 + ring.slot_bytes - 8, struct.pack("<Q", 2 * number)),
                    (128, struct.pack("<Q", 2 * number)),
                    (64, struct.pack("<Qq", number, time.time_ns())),
                ):
                    os.pwrite(file.fileno(), data, offset)
                time.sleep(0.0002)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        said = run("frames", "ring", tmp_path, "omote", 200, 40)
    finally:
        done.set()
        writer.join()
    frames = [line for line in said if "frame_id" in line and line["publish_time_ns"] < 2**40]
    assert len(frames) > 190
    assert [line["fnv"] for line in frames] == [sums[line["publish_time_ns"] % kinds] for line in frames]
