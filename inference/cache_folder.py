"""cache_folder: where plans that were compiled on this machine lie; they can be deleted at any time.

Source: XDG Base Directory Specification 0.8 (a relative XDG_CACHE_HOME is ignored).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """This user's folder, by the platform's convention; made if it is missing, for this user only.

    A plan is a program: nobody else may put one there.

    Raises:
        OSError: it cannot be made.
    """
    if sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "Omote" / "plans"
    elif sys.platform == "darwin":
        folder = Path.home() / "Library/Caches/Omote/plans"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", ""))
        folder = (base if base.is_absolute() else Path.home() / ".cache") / "omote" / "plans"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
