"""Starting trackers: what a page's wish becomes on a command line, and what is refused; the bridge itself is started."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bridge.__main__ import build_parser
from omote.commands.run import TRACKERS
from runtime.errors import TrackerError
from runtime.trackers.tracker_desk import TrackerDesk, TrackerKit, TrackerWish
from tests.waiting import until

ECHO = "import sys, time\nprint(*sys.argv[1:], file=sys.stderr, flush=True)\ntime.sleep(3600)"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrackerDesk]:
    """Trackers that only say what they were asked for."""
    (tmp_path / "echo_tracker.py").write_text(ECHO)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    kit = TrackerKit(
        programs={kind: ("echo_tracker", *arguments[1:]) for kind, arguments in TRACKERS.items()},
        addresses=lambda: ["192.168.1.20"],
    )
    made = TrackerDesk(kit, 5570)
    yield made
    made.close()
    made.close()


@pytest.mark.parametrize(
    ("wish", "line"),
    [
        (TrackerWish(kind="webcam"), "webcam --device 0"),
        (
            TrackerWish(kind="webcam", device=2, is_mirrored=True, has_emotion=True),
            "webcam --device 2 --mirror --emotion",
        ),
        (TrackerWish(kind="microphone"), "microphone"),
        (TrackerWish(kind="microphone", microphone="USB (2)"), "microphone --device=USB (2)"),
        (TrackerWish(kind="network"), "auto"),
        (TrackerWish(kind="network", is_open=True, is_mirrored=True), "auto --bind 0.0.0.0 --mirror"),
        (TrackerWish(kind="network", phone="10.0.0.7"), "auto --bind 0.0.0.0 --phone 10.0.0.7"),
        (TrackerWish(kind="network", phone="ann-phone.local"), "auto --bind 0.0.0.0 --phone ann-phone.local"),
    ],
)
def test_a_wish_becomes_a_command_that_the_bridge_understands(
    desk: TrackerDesk, wish: TrackerWish, line: str
) -> None:
    desk.start(wish)
    until(lambda: desk.states()[0].line == f"{line} --to tcp://127.0.0.1:5570")
    program = desk._running[wish.kind]
    options = build_parser().parse_args(program.command[1:])  # exits the test where it is none
    assert options.to == "tcp://127.0.0.1:5570"


@pytest.mark.parametrize(
    "wish",
    [
        TrackerWish(kind="webcam", device=-1),
        TrackerWish(kind="webcam", device=99999),
        TrackerWish(kind="microphone", microphone="x" * 100),
        TrackerWish(kind="microphone", microphone="a\nb"),
        TrackerWish(kind="network", phone="--json"),
        TrackerWish(kind="network", phone="a b"),
        TrackerWish(kind="network", phone="http://10.0.0.7/"),
        TrackerWish(kind="network", phone="x" * 200),
    ],
)
def test_a_choice_that_is_none_starts_nothing(desk: TrackerDesk, wish: TrackerWish) -> None:
    with pytest.raises(TrackerError):
        desk.start(wish)
    assert desk.states() == []


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
