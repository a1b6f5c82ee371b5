from __future__ import annotations

import json
import math
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle

from protocol.osc.control import read_osc_control
from protocol.osc.parse import parse_osc
from runtime.frames.frame import Frame
from runtime.publishers.shared_memory import SharedMemoryPublisher
from runtime.publishers.zeromq import ZeroMqPublisher
from tests.ring_by_hand import RingByHand, beating
from tests.runtime_folders import KINDS, expected_folders, linux_only, make_runtime_folder
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
MODULE = ROOT / "unreal_sample/Omote/Source/Omote"
HEADERS = sorted((MODULE / "Public/omote").glob("*.hpp"))
WARNINGS = ["-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
GOLDEN = ROOT / "tests/data/protocol"

Run = Callable[..., list[str]]


def compiled(*arguments: str | Path) -> None:
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed: the C++ client cannot be compiled (apt-get install g++)")
    done = subprocess.run(["g++", *map(str, arguments)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("cpp") / "driver"
    compiled(*WARNINGS, "-O2", "-I", MODULE / "Public", HERE / "driver.cpp", "-o", built)
    return built


@pytest.fixture
def run(driver: Path) -> Run:
    def ran(*words: object, code: int = 0) -> list[str]:
        done = subprocess.run([driver, *map(str, words)], capture_output=True, text=True, timeout=300)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done.stdout.splitlines()

    return ran


def fnv(pixels: bytes) -> int:
    value = 14695981039346656037
    for byte in pixels:
        value = (value ^ byte) * 1099511628211 % 2**64
    return value


def picture(size: int, seed: int = 1) -> bytes:
    return bytes((i * 31 + seed * 7) % 256 for i in range(size))


@linux_only
@pytest.mark.parametrize("kind", KINDS)
def test_rings_are_searched_where_python_writes_them(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    runtime = make_runtime_folder(kind, tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    assert list(dict.fromkeys(run("folders"))) == expected_folders(kind, runtime)


@linux_only
def test_a_frame_is_read_from_this_users_own_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", make_runtime_folder("private", tmp_path))
    publisher = SharedMemoryPublisher("own-folder")
    publisher.publish(Frame(np.zeros((2, 3, 4), np.uint8), frame_id=7))
    try:
        [line] = run("own", "own-folder", 1)
        assert line.split()[:4] == ["frame", "7", "3", "2"]
    finally:
        publisher.close()


@pytest.mark.parametrize("header", HEADERS, ids=lambda path: path.name)
def test_every_header_compiles_by_itself(header: Path, tmp_path: Path) -> None:
    if header.name == "zmq_frames.hpp" and not Path("/usr/include/zmq.h").exists():
        pytest.skip("zmq.h is not installed (apt-get install libzmq3-dev)")
    source = tmp_path / "one.cpp"
    source.write_text(f'#include "omote/{header.name}"\n#include "omote/{header.name}"\n')
    compiled(*WARNINGS, "-Wconversion", "-Wshadow", "-fsyntax-only", "-I", MODULE / "Public", source)


def test_the_unreal_component_compiles_against_stubs_of_the_engine(tmp_path: Path) -> None:
    # one stub file replaces all engine headers; the real declarations need Unreal
    included = [
        line.split('"')[1]
        for source in [*MODULE.glob("Private/*.cpp"), *MODULE.glob("Public/*.h")]
        for line in source.read_text().splitlines()
        if line.startswith('#include "') and "omote/" not in line and "Omote" not in line
    ]
    for name in [*included, "OmoteFaceComponent.generated.h"]:
        stub = tmp_path / name
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text('#include "unreal.h"\n')
    for source in MODULE.glob("Private/*.cpp"):
        compiled(*WARNINGS, "-Wno-unused-variable", "-fsyntax-only", "-fno-exceptions", "-I", MODULE / "Public",
                 "-I", HERE / "stubs", "-I", tmp_path, source)  # fmt: skip


@pytest.fixture(autouse=True)
def _hearts(tmp_path: Path) -> Iterator[None]:
    with beating(tmp_path):
        yield


def test_a_frame_is_read_unchanged_from_the_ring(run: Run, tmp_path: Path) -> None:
    ring = RingByHand(tmp_path / "omote.4.ring", width=5, height=3)
    ring.put(1, picture(60, 1))
    ring.put(2, picture(60, 2))
    ring.save()
    (line,) = run("read", "ring", "omote", tmp_path, 1, 5)
    assert line.split()[:7] == ["frame", "1002", "5", "3", "15", "77", str(fnv(picture(60, 2)))]


def test_padding_between_rows_is_removed(run: Run, tmp_path: Path) -> None:
    ring = RingByHand(tmp_path / "s.1.ring", width=2, height=2, stride=16)
    rows = picture(32)
    ring.put(1, rows)
    ring.save()
    (line,) = run("read", "ring", "s", tmp_path, 1, 5)
    assert line.split()[6] == str(fnv(rows[:8] + rows[16:24]))


def test_the_newest_running_generation_is_read(run: Run, tmp_path: Path) -> None:
    for generation, state in ((3, 1), (9, 1), (10, 2), (11, 3), (12, 0)):
        ring = RingByHand(tmp_path / f"omote.{generation}.ring", width=1, height=1)
        ring.state = state
        ring.put(generation, bytes(4))
        ring.save()
    (line,) = run("read", "ring", "omote", tmp_path, 1, 5)
    assert line.split()[1] == "1009"


@contextmanager
def reading_of_the_first(driver: Path, folder: Path) -> Iterator[tuple[RingByHand, IO[str]]]:
    """A publisher's ring, and the lines of a reader that has read its frame."""
    first = RingByHand(folder / "omote.1.ring", width=1, height=1)
    first.put(1, b"aaaa")
    first.save()
    with subprocess.Popen(
        [driver, "read", "ring", "omote", folder, "2", "60"], stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline().split()[1] == "1001"
        yield first, reader.stdout


def next_publisher_is_read(folder: Path, reader: IO[str]) -> bool:
    second = RingByHand(folder / "omote.2.ring", width=2, height=1)
    second.put(1, b"bbbbcccc")
    second.save()
    return reader.readline().split()[2:4] == ["2", "1"]


def test_the_reader_switches_from_an_ended_publisher_to_the_next(driver: Path, tmp_path: Path) -> None:
    with reading_of_the_first(driver, tmp_path) as (first, reader):
        first.state = 2
        # write in place, as a publisher does: replacing the file would create another inode
        with first.path.open("r+b") as file:
            file.write(first.bytes[:128])
        assert "no publisher" in reader.readline()
        assert next_publisher_is_read(tmp_path, reader)


def heartbeat_ns(path: Path) -> int:
    return int.from_bytes(path.read_bytes()[72:80], "little")


def test_a_publisher_that_was_killed_and_replaced_is_left_for_the_next(driver: Path, tmp_path: Path) -> None:
    """It could not mark its file as closed, and its heartbeat, which beats on here, is young."""
    with reading_of_the_first(driver, tmp_path) as (_, reader):
        for name in ("omote.3.ring", "omote.4.ring"):  # neither is a running one
            (tmp_path / name).write_bytes(bytes(300))
        assert next_publisher_is_read(tmp_path, reader)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_wall_clock_that_is_set_neither_ends_a_publisher_nor_keeps_one(
    driver: Path, tmp_path: Path, hours: int
) -> None:
    folder = tmp_path / "rings"
    folder.mkdir()
    ring = RingByHand(folder / "omote.1.ring", width=1, height=1)
    ring.put(1, b"aaaa")
    ring.save()
    with subprocess.Popen(
        [driver, "read", "ring", "omote", folder, "9", "60"], stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        with beating(folder):
            assert reader.stdout.readline().split()[1] == "1001"
        with beating(folder, age_s=-3600.0 * hours):
            assert until(lambda: abs(heartbeat_ns(ring.path) - time.time_ns()) > 1e12)
            for number in (2, 3, 4):
                time.sleep(0.1)  # the reader looks meanwhile
                ring.put(number, b"bbbb")
                with ring.path.open("r+b") as file:  # in place, and without its heartbeat
                    file.write(ring.bytes[:72])
                    file.seek(80)
                    file.write(ring.bytes[80:])
                assert reader.stdout.readline().split()[1] == str(1000 + number)
        assert reader.stdout.readline().startswith("problem no publisher")  # it beats no more
        reader.kill()


def overwritten(ring: RingByHand) -> None:
    struct.pack_into("<Q", ring.bytes, 128 + ring.slot_bytes, 2 * 1 + 1)  # slot 1: a later frame began


def unfinished(ring: RingByHand) -> None:
    struct.pack_into("<Q", ring.bytes, 128 + 2 * ring.slot_bytes - 8, 2 * 1 - 1)


@pytest.mark.parametrize("spoil", [overwritten, unfinished])
def test_a_slot_that_is_being_written_is_not_read(
    run: Run, tmp_path: Path, spoil: Callable[[RingByHand], None]
) -> None:
    ring = RingByHand(tmp_path / "omote.1.ring", width=1, height=1)
    ring.put(1, b"abcd")
    spoil(ring)
    ring.save()
    assert run("read", "ring", "omote", tmp_path, 1, 0.3, code=1) == []


@pytest.mark.parametrize(
    ("offset", "bytes_", "said"),
    [
        (0, b"NOTARING", "is no ring"),
        (8, b"\x02\x00", "newer layout"),
        (12, b"\x02\x00\x00\x00", "sizes"),
        (12, b"\xff\xff\xff\x7f", "sizes"),
        (16, b"\xff" * 8, "sizes"),
        (16, b"\x00" * 8, "sizes"),
        (36, b"\xff\xff\xff\x7f", "sizes"),
        (40, b"\xff\xff\xff\xff", "sizes"),
    ],
)
def test_an_inconsistent_header_is_refused(
    run: Run, tmp_path: Path, offset: int, bytes_: bytes, said: str
) -> None:
    ring = RingByHand(tmp_path / "omote.1.ring", width=4, height=4)
    ring.put(1, picture(64))
    ring.bytes[offset : offset + len(bytes_)] = bytes_
    ring.save()
    lines = run("read", "ring", "omote", tmp_path, 1, 0.4, code=1)
    assert said in lines[0]


def test_a_file_that_shrinks_while_it_is_read_is_reported(driver: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rings"
    folder.mkdir()
    ring = RingByHand(folder / "omote.1.ring", width=64, height=64)
    ring.put(1, picture(64 * 64 * 4))
    ring.save()
    with subprocess.Popen(
        [driver, "read", "ring", "omote", folder, "9", "60"], stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        with beating(folder):
            assert reader.stdout.readline().startswith("frame")
        with ring.path.open("r+b") as file:
            file.truncate(300)
        assert "problem" in reader.stdout.readline()
        second = RingByHand(folder / "omote.2.ring", width=2, height=1)
        second.put(1, b"bbbbcccc")
        second.save()
        with beating(folder):
            assert reader.stdout.readline().split()[2:4] == ["2", "1"]  # it did not crash
        reader.kill()


def test_a_stale_heartbeat_and_a_link_are_no_publisher(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "rings"
    folder.mkdir()
    ring = RingByHand(folder / "omote.1.ring", width=1, height=1)
    ring.put(1, bytes(4))
    ring.save(heartbeat_ns=time.time_ns() - 3_000_000_000)
    fresh = RingByHand(tmp_path / "elsewhere", width=1, height=1)
    fresh.put(1, bytes(4))
    fresh.save()
    (folder / "omote.2.ring").symlink_to(fresh.path)
    with beating(folder, age_s=3.0):
        lines = run("read", "ring", "omote", folder, 1, 0.4, code=1)
    assert lines
    assert "omote.2.ring cannot be read" in lines[0]


def test_the_runtime_parses_the_sent_osc(run: Run) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(60)
        run("send", receiver.getsockname()[1])
        datagram = receiver.recv(65536)
    made, refusals = read_osc_control(parse_osc(datagram), "somebody")
    assert refusals == []
    assert {(m.layer, m.source, m.priority, m.weight): m.values for m in made} == {
        ("pose", "driver", 3, 1.0): {"yaw": 0.25, "pitch": -0.125, "roll": 0.5},
        ("gaze", "driver", 3, 1.0): {"yaw": 0.125, "pitch": 0.0625},
        ("view", "driver", 3, 1.0): {"azimuth": 0.5, "elevation": 0.25, "distance": 2.0},
        ("expression", "driver", 3, 1.0): {"jawOpen": 0.75},
        ("emotion", "driver", 3, 0.5): {"happy": 1.0},
    }
    # python-osc reads the same values, independently of our parser
    contents = [(one.address, one.params) for one in OscBundle(datagram)]
    assert contents[0] == ("/omote/source", ["driver"])
    assert contents[2] == ("/omote/pose", [0.25, -0.125, 0.5])
    assert contents[-1] == ("/omote/emotion/happy", [1.0, 0.5])


@pytest.mark.parametrize("golden", sorted(GOLDEN.glob("frame_3x2*.bin")), ids=lambda path: path.stem)
def test_golden_frames_read_as_their_json(run: Run, golden: Path) -> None:
    said = json.loads(golden.with_suffix(".json").read_text())
    (line,) = run("parse", golden)
    wanted = [said[name] for name in ("width", "height", "stride", "flags", "frame_id", "capture_time_ns",
              "receive_time_ns", "render_time_ns", "session_id", "header_bytes")]  # fmt: skip
    assert line.split() == ["header", *map(str, map(int, wanted))]


@pytest.mark.parametrize(
    ("place", "azimuth", "elevation", "distance"),
    [
        ((100, 0, 0), 0.0, 0.0, 1.0),  # straight before the face
        ((0, -200, 0), math.pi / 2, 0.0, 2.0),  # -Y is the subject's left, when it looks along +X
        ((100, 0, 100), 0.0, math.pi / 4, math.sqrt(2)),
    ],
)
def test_view_from_unreal(
    run: Run, place: tuple[float, float, float], azimuth: float, elevation: float, distance: float
) -> None:
    (line,) = run("view", *place, 100)
    assert [float(word) for word in line.split()[1:]] == pytest.approx(
        [azimuth, elevation, distance], abs=1e-5
    )


@pytest.fixture(scope="session")
def zmq_driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not Path("/usr/include/zmq.h").exists():
        pytest.skip(
            "zmq.h is not installed: frames over ZeroMQ in C++ are not tested (apt-get install libzmq3-dev)"
        )
    built = tmp_path_factory.mktemp("cpp") / "zmq_driver"
    compiled(
        *WARNINGS, "-O2", "-DWITH_ZMQ", "-I", MODULE / "Public", HERE / "driver.cpp", "-lzmq", "-o", built
    )
    return built


def test_frames_are_read_over_zeromq_and_other_messages_are_ignored(zmq_driver: Path) -> None:
    publisher = ZeroMqPublisher(port=0)
    address = f"tcp://127.0.0.1:{publisher.port}"
    pixels = np.arange(4 * 3 * 4, dtype=np.uint8).reshape(3, 4, 4)
    try:
        with subprocess.Popen(
            [zmq_driver, "read", "zmq", address, "-", "2", "60"], stdout=subprocess.PIPE, text=True
        ) as reader:
            assert reader.stdout is not None
            ends_s = time.monotonic() + 60
            while reader.poll() is None and time.monotonic() < ends_s:
                publisher.publish(Frame(pixels, frame_id=7, render_time_ns=time.time_ns()))
                publisher.send(b"OMOTEFRM and then junk" + bytes(100))
                time.sleep(0.01)
            lines = reader.stdout.read().splitlines()
        frames = [line.split() for line in lines if line.startswith("frame")]
        assert [words[1:4] + words[6:7] for words in frames] == [
            ["7", "4", "3", str(fnv(pixels.tobytes()))]
        ] * 2
        assert all("newer frame format" in line for line in lines if line.startswith("problem"))
    finally:
        publisher.close()
