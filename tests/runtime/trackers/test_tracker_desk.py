"""Starting trackers: what a page's wish becomes on a command line, and what is refused; the bridge itself is started."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from omote.commands.run import CALIBRATE, TRACKERS
from runtime.errors import TrackerError
from runtime.trackers.tracker_desk import TrackerDesk, TrackerKit
from runtime.trackers.tracker_wish import TrackerWish
from tests.waiting import until

ECHO = "import sys, time\nprint(*sys.argv[1:], file=sys.stderr, flush=True)\ntime.sleep(3600)"
#: A tracker that says what it was asked for, and a calibration that ends as the file `how` says, when there is one.
CALIBRATED = """
import pathlib, sys, time
words = sys.argv[1:]
if words[0] != "calibrate":
    print(*words, file=sys.stderr, flush=True)
    time.sleep(3600)
print('{"state": "hold", "ask": "Smile", "number": 3, "of": 14, "left_s": 0.5, "length_s": 2}', flush=True)
print("no progress", flush=True)
how = pathlib.Path(HOW)
while not how.exists() or not how.read_text():
    time.sleep(0.01)
if how.read_text() == "fail":
    sys.exit("omote-bridge: no face was seen")
pathlib.Path(words[words.index("--output") + 1]).write_text(" ".join(words))
print('{"state": "done", "changes": ["Smile: 2.0 times as strong"]}', flush=True)
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrackerDesk]:
    """Trackers that only say what they were asked for."""
    (tmp_path / "echo_tracker.py").write_text(ECHO)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    kit = TrackerKit(
        programs={kind: ("echo_tracker", *arguments[1:]) for kind, arguments in TRACKERS.items()},
        addresses=lambda: ["192.168.1.20"],
        camera_page=lambda: "https://192.168.1.20:8446/abc/",
    )
    made = TrackerDesk(kit, 5570)
    yield made
    made.close()
    made.close()


def test_a_wish_becomes_a_process_that_sends_to_the_runtime(desk: TrackerDesk) -> None:
    desk.start(TrackerWish(kind="webcam", device=2))
    until(lambda: desk.states()[0].line == "webcam --device 2 --to tcp://127.0.0.1:5570")


def test_a_choice_that_is_none_starts_nothing_and_stops_nothing(desk: TrackerDesk) -> None:
    desk.start(TrackerWish(kind="webcam"))
    with pytest.raises(TrackerError):
        desk.start(TrackerWish(kind="webcam", device=-1))
    assert [state.state for state in desk.states()] == ["running"]


def test_one_of_a_kind_runs_and_all_end_with_the_desk(desk: TrackerDesk) -> None:
    pids = []
    for device in (0, 1):
        desk.start(TrackerWish(kind="webcam", device=device))
        pids.append(desk._running["webcam"].pid)
    desk.start(TrackerWish(kind="microphone"))
    pids.append(desk._running["microphone"].pid)
    until(lambda: not psutil.pid_exists(pids[0]))
    assert [state.kind for state in desk.states()] == ["webcam", "microphone"]
    desk.stop("microphone")
    desk.stop("microphone")
    assert [state.kind for state in desk.states()] == ["webcam"]
    desk.close()
    until(lambda: not any(map(psutil.pid_exists, pids)))
    with pytest.raises(TrackerError, match="the runtime stops"):
        desk.start(TrackerWish(kind="webcam"))


def test_what_a_page_gets_to_know(desk: TrackerDesk) -> None:
    found = desk.overview()
    assert (found.kinds, found.addresses, found.problem) == (list(TRACKERS), ["192.168.1.20"], "")


def test_the_phones_page_is_told_while_it_can_be_opened(desk: TrackerDesk) -> None:
    assert desk.overview().camera_page == ""
    desk.start(TrackerWish(kind="browser"))
    assert desk.overview().camera_page == "https://192.168.1.20:8446/abc/"
    desk.stop("browser")
    assert desk.overview().camera_page == ""


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (TrackerDesk(TrackerKit(), 5570), "starts no trackers"),
        (TrackerDesk(TrackerKit(programs=TRACKERS), None), "control port is closed"),
        (TrackerDesk(TrackerKit(programs=TRACKERS), 5570, is_local=False), "needs its key"),
    ],
)
def test_where_none_can_be_started_the_reason_is_said(made: TrackerDesk, words: str) -> None:
    assert words in made.overview().problem
    with pytest.raises(TrackerError, match=words):
        made.start(TrackerWish(kind="webcam"))


def test_the_bridge_listens_and_ends(tmp_path: Path) -> None:
    """`omote-bridge auto` itself: it opens its ports, says so, and gives them back."""
    desk = TrackerDesk(TrackerKit(programs=TRACKERS), 5570)
    try:
        desk.start(TrackerWish(kind="network"))
        until(lambda: any("listening" in line for line in desk._running["network"]._lines))
        pid = desk._running["network"].pid
        assert any(one.type == socket.SOCK_DGRAM for one in psutil.Process(pid).net_connections())
    finally:
        desk.close()
    until(lambda: not psutil.pid_exists(pid))


@pytest.fixture
def how(tmp_path: Path) -> Path:
    """Where a test writes how the calibration that runs is to end."""
    return tmp_path / "how"


@pytest.fixture
def calibrating(tmp_path: Path, how: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrackerDesk]:
    """A desk whose webcam runs, and is being calibrated."""
    (tmp_path / "a_tracker.py").write_text(CALIBRATED.replace("HOW", repr(str(how))))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    made = TrackerDesk(
        TrackerKit(
            programs={kind: ("a_tracker", *arguments[1:]) for kind, arguments in TRACKERS.items()},
            calibrate=CALIBRATE,
            calibrations=tmp_path / "calibrations",
        ),
        5570,
    )
    made.start(TrackerWish(kind="webcam", device=1, is_mirrored=True))
    until(lambda: made.states()[0].line)
    made.calibrate("webcam")
    yield made
    made.close()


TRACKING = "webcam --device 1 --mirror"
TO = "--to tcp://127.0.0.1:5570"


def line(desk: TrackerDesk) -> str:
    states = desk.states()
    return states[0].line if states else ""


def test_a_calibration_is_used_at_once_and_kept(calibrating: TrackerDesk, how: Path, tmp_path: Path) -> None:
    [state] = calibrating.states()
    assert state.state == "calibrating"
    seen = until(lambda: (found := calibrating.overview().calibration) and found.progress)
    assert (seen.ask, seen.number, seen.of, seen.left_s) == ("Smile", 3, 14, 0.5)
    file = tmp_path / "calibrations" / "webcam.toml"
    assert calibrating.overview().calibrated == {}
    how.write_text("done")
    until(lambda: line(calibrating) == f"{TRACKING} --profile {file} {TO}")
    assert file.read_text() == f"calibrate --json --add --output {file} {TRACKING}"
    found = calibrating.overview()
    assert found.calibrated == {"webcam": file.stat().st_mtime}
    assert found.calibration is not None
    assert found.calibration.state == "done"
    assert found.calibration.progress is not None
    assert found.calibration.progress.changes == ["Smile: 2.0 times as strong"]
    # the next start uses it too, and a forgotten one is used no more
    calibrating.stop("webcam")
    calibrating.start(TrackerWish(kind="webcam"))
    until(lambda: line(calibrating) == f"webcam --device 0 --profile {file} {TO}")
    calibrating.forget_calibration("webcam")
    until(lambda: line(calibrating) == f"webcam --device 0 {TO}")
    assert calibrating.overview().calibrated == {}


@pytest.mark.parametrize("way", ["cancelled", "failed"])
def test_a_calibration_without_a_result_leaves_all_as_it_was(
    calibrating: TrackerDesk, how: Path, tmp_path: Path, way: str
) -> None:
    if way == "failed":
        how.write_text("fail")
    else:
        calibrating.cancel_calibration("webcam")
    until(lambda: line(calibrating) == f"{TRACKING} {TO}")
    found = calibrating.overview()
    assert found.calibration is not None
    assert found.calibration.state == way
    assert ("no face was seen" in found.calibration.line) == (way == "failed")
    assert found.calibrated == {}


def test_only_one_tracker_that_runs_is_calibrated_at_a_time(calibrating: TrackerDesk) -> None:
    with pytest.raises(TrackerError, match="start the tracker first"):
        calibrating.calibrate("network")
    calibrating.start(TrackerWish(kind="network"))
    with pytest.raises(TrackerError, match="finish that first"):
        calibrating.calibrate("network")
    with pytest.raises(TrackerError, match="cannot be calibrated"):
        calibrating.calibrate("microphone")
    calibrating.cancel_calibration("webcam")
    until(lambda: [one.state for one in calibrating.states()] == ["running", "running"])
    calibrating.calibrate("network")
    assert [one.state for one in calibrating.states()] == ["running", "calibrating"]


@pytest.mark.parametrize("way", ["stop", "close"])
def test_a_stopped_tracker_is_not_started_by_its_calibration(calibrating: TrackerDesk, way: str) -> None:
    calibration = calibrating._calibration
    assert calibration is not None
    if way == "stop":
        calibrating.stop("webcam")
    else:
        calibrating.close()
    until(lambda: not calibration._program._thread.is_alive())
    assert calibrating.states() == []


def test_without_a_folder_nothing_is_calibrated(desk: TrackerDesk) -> None:
    desk.start(TrackerWish(kind="webcam"))
    assert desk.overview().can_calibrate == []
    with pytest.raises(TrackerError, match="cannot be calibrated here"):
        desk.calibrate("webcam")
    desk.forget_calibration("webcam")
