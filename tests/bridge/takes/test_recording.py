from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bridge.errors import RecordingError
from bridge.takes.recording import Recording
from protocol.messages import ControlMessage
from protocol.take import Recorded, TakeReader

ROOT = Path(__file__).resolve().parents[3]
BEGIN_NS = 1_700_000_000_000_000_000


def item(index: int) -> Recorded:
    values = {"yaw": index % 100 / 100}
    return Recorded(BEGIN_NS + index * 10**7, ControlMessage(layer="pose", source="cam", values=values))


def test_everything_that_is_added_is_in_the_take(tmp_path: Path) -> None:
    items = [item(index) for index in range(500)]
    with Recording(tmp_path / "a.mcap", recorded_by="test") as recording:
        for at_ns, message in items:
            recording.add(message, at_ns)
    with TakeReader(tmp_path / "a.mcap") as take:
        assert list(take) == items
        assert take.is_whole
    assert recording.dropped == 0
    assert "500 messages of cam in 5.0 s" in recording.summary()
    assert "omote-bridge replay" in recording.summary()


def test_a_take_can_be_read_while_it_is_recorded(tmp_path: Path) -> None:
    with Recording(tmp_path / "a.mcap", recorded_by="test") as recording:
        recording.add(item(0).message, item(0).receive_time_ns)
        end_s = time.monotonic() + 60
        found: list[Recorded] = []
        while not found:
            assert time.monotonic() < end_s, "nothing reached the file in 10 s, though nothing else came"
            time.sleep(0.05)
            with TakeReader(tmp_path / "a.mcap") as take:
                found = list(take)
        assert found == [item(0)]


def test_an_existing_take_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.mcap").write_bytes(b"mine")
    with pytest.raises(RecordingError, match="exists already"):
        Recording(tmp_path / "a.mcap", recorded_by="test")
    assert (tmp_path / "a.mcap").read_bytes() == b"mine"


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be written"):
        Recording(tmp_path / "no" / "a.mcap", recorded_by="test")


def test_a_take_of_nothing_is_not_kept(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "a.mcap", recorded_by="test")
    recording.close()
    recording.close()
    assert not (tmp_path / "a.mcap").exists()
    assert "nothing was sent" in recording.summary()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on a file's size")
def test_a_full_disk_stops_the_recording_and_nothing_else(tmp_path: Path) -> None:
    script = (
        "import random, resource, sys, time\n"
        "from pathlib import Path\n"
        "from bridge.takes.recording import Recording\n"
        "from protocol.messages import ControlMessage\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "recording = Recording(Path(sys.argv[1]), recorded_by='test')\n"
        "index = 0\n"
        "while not recording.dropped:\n"
        "    values = {'yaw': random.random()}\n"
        "    recording.add(ControlMessage(layer='pose', source='cam', values=values), 10**18 + index * 10**7)\n"
        "    index += 1\n"
        "    time.sleep(0.0001)\n"
        "recording.close()\n"
        "print(recording.summary())\n"
    )
    path = tmp_path / "a.mcap"
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert "could not be written further" in done.stdout
    with TakeReader(path) as take:
        assert len(list(take)) > 50
