"""The cameras of this computer, by number, for a list to choose from.

cameras()                   # [(0, "HD Webcam")]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

MAX_CAMERAS: Final = 16
#: Linux: one folder per device, with its name and, in "index", which of a camera's devices it is; 0 gives pictures.
#: Source: Linux, Documentation/ABI/stable/sysfs-class-video4linux (videoX/name, videoX/index).
_VIDEO4LINUX: Final = Path("/sys/class/video4linux")
#: Elsewhere the system tells their names to its own languages only: the usual numbers are offered.
_USUAL: Final = 3


def cameras(folder: Path = _VIDEO4LINUX) -> list[tuple[int, str]]:
    """Number and name of every camera; on other systems than Linux the first numbers, whether they exist or not."""
    if not sys.platform.startswith("linux"):
        return [(number, f"Camera {number + 1}") for number in range(_USUAL)]
    found = []
    for device in folder.glob("video*"):
        number = re.fullmatch(r"video(\d{1,3})", device.name)
        if number is None or _text(device / "index") not in ("0", ""):
            continue
        name = "".join(c if c.isprintable() else " " for c in _text(device / "name")).strip()
        found.append((int(number[1]), name[:80] or f"Camera {number[1]}"))
    return sorted(found)[:MAX_CAMERAS]


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
