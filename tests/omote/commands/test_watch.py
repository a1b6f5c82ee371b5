"""`omote watch` in a process of its own, with publishers in this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from runtime.frames.frame import Frame
from runtime.publishers.shared_memory import SharedMemoryPublisher
from runtime.publishers.zeromq import ZeroMqPublisher
from tests.bridge.bridge_process import interrupt
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]
PIXELS = np.arange(8 * 12 * 4, dtype=np.uint8).reshape(8, 12, 4)


@contextmanager
def publishing(publish: Callable[[Frame], None], pixels: NDArray[np.uint8] = PIXELS) -> Iterator[None]:
    """Publish a hundred frames per second from a thread."""
    ended = threading.Event()

    def work() -> None:
        frame_id = 0
        while not ended.wait(0.01):
            frame_id += 1
            publish(Frame(pixels, frame_id=frame_id, render_time_ns=time.time_ns()))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def watched(
    is_enough: Callable[[str], bool], *arguments: object, **environment: str
) -> tuple[list[str], str]:
    """The lines that it prints, until Ctrl-C after one that is enough; and what it says in the end."""
    flags = subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0
    with subprocess.Popen(
        [sys.executable, "-m", "omote", "watch", *map(str, arguments)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | environment, creationflags=flags,
    ) as process:  # fmt: skip
        killer = threading.Timer(5 * PATIENCE_S, process.kill)  # only so that a failure cannot hang the tests
        killer.start()
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if is_enough(line):
                break
        killer.cancel()
        interrupt(process)
        more, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, errors
    return [*lines, *more.splitlines()], errors


def has_frames(line: str) -> bool:
    return bool(json.loads(line)["frames"])


def watch(*arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "omote", "watch", *map(str, arguments)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)


def test_shared_memory_is_watched_and_its_newest_frame_saved(tmp_path: Path) -> None:
    publisher = SharedMemoryPublisher("face", folder=tmp_path / "rings")
    saved = tmp_path / "face.png"
    options = ("--stream", "face", "--folder", tmp_path / "rings", "--publish-port", 1)
    with publishing(publisher.publish):
        said, errors = watched(has_frames, *options, "--json", "--save", saved)
    publisher.close()
    lines = [json.loads(line) for line in said]
    assert "reading face.1.ring, 12 x 8" in [news for line in lines for news in line["news"]]
    read = [line for line in lines if line["frames"]]  # on a busy machine a second may pass without
    assert read
    for line in read:
        assert (line["publisher"], line["width"], line["height"], line["problem"]) == ("shm", 12, 8, "")
        assert 0 < line["latency_ms"][0] <= line["latency_ms"][1] <= line["latency_ms"][2]
    assert str(saved) in errors
    assert np.array_equal(np.asarray(Image.open(saved)), PIXELS)


def test_zeromq_is_watched_as_text() -> None:
    publisher = ZeroMqPublisher(port=0)
    with publishing(publisher.publish):
        lines, _ = watched(
            lambda line: "latency p50" in line, "--publisher", "zeromq", "--publish-port", publisher.port
        )
    publisher.close()
    assert f"-- reading, tcp://127.0.0.1:{publisher.port}, 12 x 8\n" in lines
    assert any("fps  12 x 8  latency p50" in line for line in lines)


def test_ndi_is_watched_with_its_own_timestamps(tmp_path: Path) -> None:
    pytest.importorskip("cyndilib", reason="cyndilib is not installed: pip install 'omote[ndi]'")
    from runtime.publishers.ndi import open_ndi

    # NDI searches only this address: it needs no multicast and finds no other machine's source
    (tmp_path / "ndi-config.v1.json").write_text('{"ndi": {"networks": {"ips": "127.0.0.1"}}}')
    stream = f"watched-{os.getpid()}"
    publisher = open_ndi(stream=stream)
    large = np.zeros((64, 96, 4), np.uint8)  # NDI does not carry the smallest pictures
    with publishing(publisher.publish, large):
        options = ("--publisher", "ndi", "--stream", stream, "--json")
        lines, _ = watched(has_frames, *options, NDI_CONFIG_DIR=str(tmp_path))
    publisher.close()
    read = json.loads(next(filter(has_frames, lines)))
    assert (read["width"], read["height"], read["lost"]) == (96, 64, None)
    assert read["latency_ms"] is not None


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (
            ("--folder", "/nowhere/rings", "--seconds", 0.2),
            1,
            "start the runtime with: omote run --publish shm",
        ),
        (("--stream", "a/b"), 2, "is not a valid stream name"),
        (("--publisher", "zeromq", "--key", "/nowhere.omote-key"), 2, "omote keys add"),
    ],
)
def test_a_failure_names_its_reason(arguments: tuple[object, ...], code: int, says: str) -> None:
    done = watch(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
