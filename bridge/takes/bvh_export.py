"""A take -> BVH: head and eyes at a fixed rate, for Blender, Maya, MotionBuilder and Unreal.

    count = export_bvh(Path("take.mcap"), Path("take.bvh"))

BVH has joints only: the coefficients of the face go into a CSV (`csv_export`). The axes are Omote's, which are BVH's: +X to
the subject's left, +Y up, +Z out of the face; the rotation is Ry Rx Rz in both (docs/naming.md). A portrait's height is 100
units.

Source: the Biovision file format as described by M. Meredith and S. Maddock, "Motion capture file formats explained",
University of Sheffield, 2001: HIERARCHY, MOTION; a joint's channels are multiplied in the order in which they are listed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bridge.errors import RecordingError
from bridge.takes.open_take import open_take
from protocol.take import TakeReader, pause_ns

FPS: Final = 60.0
#: A message so little later than a frame counts as at its time: times are whole nanoseconds, of some senders whole
#: milliseconds, and no multiple of 1/60 s.
ROUNDED_NS: Final = 500_000
#: BVH units in a portrait's height.
UNITS: Final = 100.0
_DECIMALS: Final = 4
_HIERARCHY: Final = """HIERARCHY
ROOT Head
{
\tOFFSET 0 0 0
\tCHANNELS 6 Xposition Yposition Zposition Yrotation Xrotation Zrotation
\tJOINT LeftEye
\t{
\t\tOFFSET 6 3 8
\t\tCHANNELS 3 Yrotation Xrotation Zrotation
\t\tEnd Site
\t\t{
\t\t\tOFFSET 0 0 5
\t\t}
\t}
\tJOINT RightEye
\t{
\t\tOFFSET -6 3 8
\t\tCHANNELS 3 Yrotation Xrotation Zrotation
\t\tEnd Site
\t\t{
\t\t\tOFFSET 0 0 5
\t\t}
\t}
}
"""

State = dict[str, dict[str, float]]


def export_bvh(take: Path, target: Path, *, fps: float = FPS, driver: str = "") -> int:
    """Write a BVH file from a take; return the number of frames.

    Args:
        take: the MCAP file.
        target: the new file.
        fps: frames a second; each holds the newest values at its time.
        driver: the source to export; "" = the first one that moves the head.

    Raises:
        ReplayError: the take cannot be read.
        RecordingError: nothing in it moves the head, or the file exists or cannot be written.
    """
    with open_take(take) as reader:
        source = driver or _driver_of(reader)
        frames = [_line(state) for state in _sampled(reader, source, fps)]
    lines = [f"Frames: {len(frames)}", f"Frame Time: {1.0 / fps:.7f}", *frames]
    try:
        with target.open("x", encoding="ascii", newline="\n") as file:
            file.write(_HIERARCHY + "MOTION\n" + "\n".join(lines) + "\n")
    except FileExistsError as error:
        raise RecordingError(f"{target} exists already; export under another name") from error
    except OSError as error:
        raise RecordingError(
            f"{target} cannot be written ({error.strerror}); choose another folder"
        ) from error
    return len(frames)


def _driver_of(reader: TakeReader) -> str:
    for _, message in reader:
        if message.layer == "pose" and message.mode == "set":
            return message.source
    raise RecordingError(f"{reader.path} holds no movement of the head; save it as CSV instead")


def _sampled(reader: TakeReader, source: str, fps: float) -> Iterator[State]:
    """The driver's newest pose and gaze at every frame's time, from its first pose to its last message."""
    state: State = {"pose": {}, "gaze": {}}
    frame = place_ns = 0
    rounded_ns = min(ROUNDED_NS, 0.25 / fps * 1e9)
    before_ns: int | None = None
    for time_ns, message in reader:
        if message.source != source or message.mode != "set" or message.layer not in state:
            continue
        if before_ns is not None:
            place_ns += pause_ns(before_ns, time_ns)
            while frame / fps * 1e9 + rounded_ns < place_ns:
                yield state
                frame += 1
        before_ns = time_ns
        state[message.layer] = state[message.layer] | message.values
    yield state


def _line(state: State) -> str:
    pose, gaze = state["pose"], state["gaze"]
    eye = [math.degrees(gaze.get("yaw", 0.0)), -math.degrees(gaze.get("pitch", 0.0)), 0.0]
    values = [
        *(UNITS * pose.get(name, 0.0) for name in ("x", "y", "z")),
        math.degrees(pose.get("yaw", 0.0)),
        -math.degrees(pose.get("pitch", 0.0)),
        math.degrees(pose.get("roll", 0.0)),
        *eye,
        *eye,
    ]
    return " ".join(f"{value + 0.0:.{_DECIMALS}f}" for value in values)
