"""What a page's wish becomes on a command line, and what is refused."""

from __future__ import annotations

import pytest

from bridge.__main__ import build_parser
from omote.commands.run import TRACKERS
from runtime.errors import TrackerError
from runtime.trackers.tracker_wish import TrackerWish, arguments_of


@pytest.mark.parametrize(
    ("wish", "line"),
    [
        (TrackerWish(kind="webcam"), "webcam --device 0"),
        (
            TrackerWish(kind="webcam", device=2, is_mirrored=True, has_emotion=True),
            "webcam --device 2 --mirror --emotion",
        ),
        (TrackerWish(kind="browser"), "browser"),
        (TrackerWish(kind="browser", is_mirrored=True, has_emotion=True), "browser --mirror --emotion"),
        (TrackerWish(kind="microphone"), "microphone"),
        (TrackerWish(kind="microphone", microphone="USB (2)"), "microphone --device=USB (2)"),
        (TrackerWish(kind="network"), "auto"),
        (TrackerWish(kind="network", is_open=True, is_mirrored=True), "auto --bind 0.0.0.0 --mirror"),
        (TrackerWish(kind="network", phone="10.0.0.7"), "auto --bind 0.0.0.0 --phone 10.0.0.7"),
        (TrackerWish(kind="network", phone="ann-phone.local"), "auto --bind 0.0.0.0 --phone ann-phone.local"),
    ],
)
def test_a_wish_becomes_a_command_that_the_bridge_understands(wish: TrackerWish, line: str) -> None:
    command = arguments_of(wish, TRACKERS)
    assert " ".join(command) == f"bridge {line}"
    build_parser().parse_args(command[1:])  # exits the test where it is none


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
def test_a_choice_that_is_none_is_refused(wish: TrackerWish) -> None:
    with pytest.raises(TrackerError):
        arguments_of(wish, TRACKERS)


def test_a_tracker_that_is_not_there_is_refused() -> None:
    with pytest.raises(TrackerError, match="there is no microphone tracker here; choose webcam"):
        arguments_of(TrackerWish(kind="microphone"), {"webcam": ("bridge", "webcam")})
