"""Avatar folders of strangers: each is refused in words, the old avatar moves on, and memory stays bounded."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import psutil
import pytest
import zmq
from PIL import Image

from runtime.avatars.builtin import FOLDER
from tests.ports import free_ports
from tests.security.conftest import ROOT, RunningRuntime
from tests.waiting import until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="named pipes and links in folders")

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n(x) print\n%%EOF\n"


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRuntime]:
    """`omote run` with the built-in avatar ines and the head engine."""
    control, request, publish = free_ports(3)
    line = [sys.executable, "-m", "omote", "run", "--size", "128", "--fps", "30", "--performance", "none"]
    line += ["--control-port", str(control), "--request-port", str(request), "--publish-port", str(publish)]
    line += ["--osc-port", "none", "--vmc-port", "none", "--no-panel", "--publish", "zeromq"]
    with subprocess.Popen(
        line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        if not any("Ctrl-C" in text for text in iter(process.stdout.readline, "")):
            pytest.skip("omote run did not start: is there no OpenGL?")
        running = RunningRuntime(process, control, request, publish, 0, 0)
        try:
            yield running
        finally:
            running.context.destroy(linger=0)
            process.terminate()
            assert process.wait(60) == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a built-in avatar as anyone's folder."""
    return Path(shutil.copytree(FOLDER / "ines", tmp_path / "mine"))


def picture(folder: Path, content: bytes, role: str = "face") -> None:
    (folder / f"{role}.webp").write_bytes(content)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def link(path: Path, target: Path) -> None:
    path.unlink()
    path.symlink_to(target)


def png(width: int, height: int, *extra: bytes, rows: bytes = b"") -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    texts = b"".join(chunk(b"zTXt", b"k\0\0" + text) for text in extra)
    return b"\x89PNG\r\n\x1a\n" + header + texts + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def rig(folder: Path, **arrays: Any) -> None:
    """Replace arrays of the rig."""
    with np.load(folder / "rig.npz") as data:
        content = {name: data[name] for name in data.files}
    np.savez(folder / "rig.npz", **(content | arrays))


def rig_entry(folder: Path, shape: str, size: int = 0, descr: str = "<f4") -> None:
    """Replace `neutral` by an entry with any header."""
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
    with zipfile.ZipFile(folder / "rig.npz", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(
            "neutral.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(size)
        )


def encrypted(folder: Path) -> None:
    data = bytearray((folder / "rig.npz").read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    (folder / "rig.npz").write_bytes(data)


def manifest(folder: Path, content: bytes) -> None:
    (folder / "avatar.toml").write_bytes(content)


def added(folder: Path, text: str) -> None:
    (folder / "avatar.toml").write_text(text + (folder / "avatar.toml").read_text("utf-8"), "utf-8")


def renamed(folder: Path, name: str) -> None:
    text = (folder / "avatar.toml").read_text("utf-8")
    manifest(folder, text.replace('"face.webp"', f'"{name}"').encode())


def tall(folder: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (64, 128)).save(out, "PNG")
    picture(folder, out.getvalue())


NEUTRAL = (6924, 3)
HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "deep arrays": (lambda f: manifest(f, b"format = 1\na = " + b"[" * 60_000), "nested too deeply"),
    "deep tables": (lambda f: manifest(f, b"format = 1\n[" + b"a." * 20_000 + b"a]"), "nested too deeply"),
    "huge number": (lambda f: added(f, "a = " + "9" * 20_000 + "\n"), "is not TOML"),
    "manifest of 100 MB": (lambda f: os.truncate(f / "avatar.toml", 10**8), "expected at most 65,536"),
    "manifest is a picture": (lambda f: manifest(f, png(4, 4)), "is a PNG picture, expected TOML"),
    "manifest is a pipe": (lambda f: pipe(f / "avatar.toml"), "it has no avatar.toml"),
    "manifest is a link": (lambda f: link(f / "avatar.toml", FOLDER / "ines/avatar.toml"), "a symbolic link"),
    "engine of a stranger": (lambda f: manifest(f, b'format = 1\nengine = "os.system"'), "no engine 'os.system'"),
    "no files": (lambda f: manifest(f, b"format = 1"), "names no rig"),
    "very long file name": (lambda f: renamed(f, "x" * 5000), "is not a file name|is missing"),
    "path of another user": (lambda f: renamed(f, "/root/.ssh/id_rsa"), "leaves the avatar's folder"),
    "picture is a pipe": (lambda f: pipe(f / "face.webp"), r"is missing face\.webp"),
    "picture is a device": (lambda f: link(f / "face.webp", Path("/dev/zero")), "leaves the avatar's folder"),
    "picture of 179 megapixels": (lambda f: picture(f, png(13_377, 13_377)), "expected at most 4096 x 4096"),
    "picture of 4 gigapixels": (lambda f: picture(f, png(65_535, 65_535)), "pixels, expected at most"),
    "picture with bombs of text": (
        lambda f: picture(f, png(64, 64, *[zlib.compress(bytes(900_000), 9)] * 60)), "is a damaged picture"),
    "picture is PostScript": (lambda f: picture(f, EPS), "is not a PNG or WebP picture"),
    "picture is not square": (tall, "64 x 128 pixels, expected a square"),
    "picture is cut": (lambda f: os.truncate(f / "sheet.webp", 3000), "damaged picture|not a PNG or WebP"),
    "picture is empty": (lambda f: picture(f, b"", "iris_left"), "is not a PNG or WebP picture"),
    "array of 64 TiB": (lambda f: rig_entry(f, "(4, 4194304, 1048576)"), "claims 70,368,744,177,664 bytes"),
    "array of less than nothing": (lambda f: rig_entry(f, "(-1, 3)"), "the shape"),
    "array of objects": (lambda f: rig_entry(f, "(1,)", 8, "|O"), "holds object"),
    "bomb of arrays": (lambda f: rig_entry(f, "(75000000,)", 300_000_000), "would take 300,000,128 bytes"),
    "arrays are encrypted": (encrypted, "is encrypted"),
    "arrays are cut": (lambda f: os.truncate(f / "rig.npz", 20_000), "not an undamaged npz"),
    "arrays are a pipe": (lambda f: pipe(f / "rig.npz"), r"is missing rig\.npz"),
    "a number that is none": (lambda f: rig(f, neutral=np.full(NEUTRAL, np.nan, np.float32)), "non-finite"),
    "a number out of range": (lambda f: rig(f, neutral=np.full(NEUTRAL, 3e38, np.float32)), "expected -1000 to"),
    "an array without dimension": (lambda f: rig(f, neutral=np.float32(1)), r"neutral is float32\[\]"),
    "an array without rows": (lambda f: rig(f, sheet_vertices=np.zeros((0, 3), np.float32)), "has 0 rows"),
    "an index out of range": (
        lambda f: rig(f, sheet_triangles=np.full((9, 3), 2**31 - 1, np.int32)), "indices out of range"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_folder_is_refused_in_words_and_the_old_avatar_moves_on(
    face: RunningRuntime, folder: Path, kind: str
) -> None:
    make, words = HOSTILE[kind]
    make(folder)
    before = face.status()
    reply = face.ask("load_avatar", str(folder))
    assert not reply["ok"]
    assert "\n" not in reply["message"]
    assert len(reply["message"]) < 1500
    assert re.search(words, reply["message"]), reply["message"]
    after = until(lambda: (status := face.status())["frames"] > before["frames"] + 2 and status)
    assert (after["avatar"], after["engine"], after["worn"]) == (before["avatar"], "head", before["worn"])
    assert "command failed" not in after["dropped"]


@pytest.mark.parametrize(
    "name", ["x" * 256, "/root/.omote/me", "a\0b", "../" * 60, "/dev/zero", "/proc/self/fd"]
)
def test_a_name_that_is_no_avatar_is_refused(face: RunningRuntime, name: str) -> None:
    reply = face.ask("load_avatar", name)
    assert not reply["ok"]
    assert reply["message"]
    assert "command failed" not in face.status()["dropped"]


def test_after_all_that_a_good_avatar_is_worn(face: RunningRuntime, folder: Path) -> None:
    reply = face.ask("load_avatar", str(folder))
    assert (reply["ok"], reply["message"]) == (True, "Ines is loaded; the head engine draws it")
    assert face.status()["worn"] == "mine"


def test_of_20_quick_requests_the_newest_is_worn_and_each_is_answered(
    face: RunningRuntime, folder: Path, tmp_path: Path
) -> None:
    others = [shutil.copytree(folder, tmp_path / name) for name in ("one", "two", "three", "newest")]
    with face.context.socket(zmq.DEALER) as asking:
        asking.setsockopt(zmq.RCVTIMEO, 60_000)
        asking.connect(f"tcp://127.0.0.1:{face.request}")
        for number in range(20):
            argument = str(others[3] if number == 19 else others[number % 3])
            command = {
                "type": "command",
                "name": "load_avatar",
                "argument": argument,
                "request_id": str(number),
            }
            asking.send_multipart([b"", msgpack.packb(command)])
            time.sleep(
                0.02
            )  # faster than a page can be clicked; the receiver refuses bursts from one connection
        replies = [msgpack.unpackb(asking.recv_multipart()[-1]) for _ in range(20)]
    by_id = {reply["request_id"]: reply for reply in replies}
    assert sorted(by_id) == sorted(map(str, range(20)))
    assert by_id["19"]["ok"]
    assert face.status()["worn"] == "newest"
    refused = [reply["message"] for reply in replies if not reply["ok"]]
    assert refused
    assert all("was superseded" in message for message in refused)


def test_a_file_that_grows_all_the_time_ends_in_a_refusal(face: RunningRuntime, folder: Path) -> None:
    is_done = threading.Event()

    def grow() -> None:
        with (folder / "rig.npz").open("ab", buffering=0) as file:
            while not is_done.is_set():
                if file.tell() < 2**27:
                    file.write(bytes(100_000))

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        until(lambda: (folder / "rig.npz").stat().st_size > 2**26)
        reply = face.ask("load_avatar", str(folder))
    finally:
        is_done.set()
        writer.join()
    assert not reply["ok"]
    assert "expected at most 67,108,864" in reply["message"]


def test_the_largest_pictures_that_are_allowed_cost_the_runtime_little(
    face: RunningRuntime, folder: Path
) -> None:
    large = png(4096, 4096, rows=(b"\0" + bytes(range(256)) * 16) * 4096)
    for role in ("face", "iris_left"):
        picture(folder, large, role)
    before_mb = face.memory_mb
    reply = face.ask("load_avatar", str(folder))
    assert reply["ok"], reply["message"]
    assert face.memory_mb - before_mb < 100


def test_the_runtime_stops_while_a_reader_hangs_and_leaves_nothing_behind(folder: Path) -> None:
    """The reading process is stopped by a signal, as an endless read of a broken disk would look."""
    control, request = free_ports(2)
    line = [
        sys.executable,
        "-m",
        "omote",
        "run",
        "--engine",
        "null",
        "--size",
        "128",
        "--performance",
        "none",
    ]
    line += [
        "--control-port",
        str(control),
        "--request-port",
        str(request),
        "--publish",
        "none",
        "--no-panel",
    ]
    line += ["--osc-port", "none", "--vmc-port", "none"]
    with subprocess.Popen(
        line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        until(lambda: "Ctrl-C" in process.stdout.readline() or process.poll() is not None)
        running = RunningRuntime(process, control, request, 0, 0, 0)
        assert running.ask("load_avatar", str(folder))["ok"]
        (reader,) = psutil.Process(process.pid).children()
        reader.send_signal(signal.SIGSTOP)
        with running.context.socket(zmq.DEALER) as asking:
            asking.connect(f"tcp://127.0.0.1:{request}")
            command = {"type": "command", "name": "load_avatar", "argument": str(folder)}
            asking.send_multipart([b"", msgpack.packb(command)])
            assert running.ask("ping")["ok"]
            asking.setsockopt(zmq.RCVTIMEO, 60_000)
            process.terminate()
            reply = msgpack.unpackb(asking.recv_multipart()[-1])
            assert not reply["ok"]
            assert "the runtime stops" in reply["message"]
        assert process.wait(60) == 0
        running.context.destroy(linger=0)
    assert not psutil.pid_exists(reader.pid) or reader.status() == psutil.STATUS_ZOMBIE
