"""The time to make an avatar from a portrait, step by step.

    python -m benchmarks.avatar_making [--photo FILE]

Without a photo, a portrait of 1024 pixels is drawn with the head model and its landmarks are known. With a photo, the
face is detected as in `omote avatar make`. Good: 20 s on two CPU cores for 1024x1024, all steps together. The last line
is JSON: seconds by step.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.head import drawn_avatar


class Laps:
    """A stopwatch: the seconds between one call and the next, by the name of the earlier call."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._name = ""
        self._since = time.perf_counter()

    def __call__(self, name: str) -> None:
        """End the previous step and begin step `name`; an empty name only ends."""
        now = time.perf_counter()
        if self._name:
            self.seconds[self._name] = round(now - self._since, 3)
        self._name, self._since = name, now


def from_photo(photo: Path, folder: Path, laps: Laps) -> None:
    """Make an avatar as `omote avatar make` does, including preview and report."""
    from authoring.photo import AvatarOptions, avatar_from_photo
    from authoring.portrait.detect import AT_ONCE
    from vision.landmarker import FaceLandmarker, find_face_landmarker

    laps("loading the landmarker")
    with FaceLandmarker(find_face_landmarker(None), video=False, num_faces=AT_ONCE) as landmarker:
        avatar_from_photo(photo, folder, AvatarOptions(name="benchmark"), landmarker, progress=laps)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Time making an avatar.")
    parser.add_argument("--photo", type=Path, help="a portrait (default: a drawing)")
    arguments = parser.parse_args()
    laps = Laps()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "avatar"
        if arguments.photo is None:
            laps("drawing the portrait")
            drawn_avatar(folder, progress=laps)
        else:
            from_photo(arguments.photo, folder, laps)
        laps("")
    total = round(sum(laps.seconds.values()), 3)
    print("seconds")
    for name, seconds in [*laps.seconds.items(), ("total", total)]:
        print(f"  {name:<45}{seconds:>7.2f}")
    print(json.dumps({"benchmark": "avatar_making", "unit": "s", "total": total, "steps": laps.seconds}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
