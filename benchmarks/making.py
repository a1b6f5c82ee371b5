"""How long a portrait takes to become an avatar, step by step.

    python -m benchmarks.making [--photo FILE]

Without a photo a portrait of 1024 pixels is drawn with the head model, its landmarks known. With one, the face
is searched as `omote avatar make` does. Good: 20 s on two CPU cores for 1024x1024, all steps together. The last
line is JSON: seconds by step.
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
    """Seconds between one call and the next, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._name = ""
        self._since = time.perf_counter()

    def __call__(self, name: str) -> None:
        """End the step before, begin this one."""
        now = time.perf_counter()
        if self._name:
            self.seconds[self._name] = round(now - self._since, 3)
        self._name, self._since = name, now


def from_photo(photo: Path, folder: Path, laps: Laps) -> None:
    """The whole way, preview and report included."""
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
    print(json.dumps({"benchmark": "making", "unit": "s", "total": total, "steps": laps.seconds}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
