"""Folders for the files of a face: keys and avatars, for its user alone. Ray may end an actor before it can tidy up.

folder = make_face_folder()
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

_PREFIX: Final = "omote-face-"
_NAME: Final = re.compile(rf"{_PREFIX}(\d{{1,9}})-\w+")


def make_face_folder() -> Path:
    """A new folder for this process. What processes of this user that have ended left behind is removed."""
    here = Path(tempfile.gettempdir())
    for folder in here.glob(f"{_PREFIX}*"):
        found = _NAME.fullmatch(folder.name)
        if found and not _is_running(int(found[1])):
            shutil.rmtree(folder, ignore_errors=True)  # another user's stays
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=here))


def _is_running(process: int) -> bool:
    """Whether there is such a process; where that cannot be asked without harm, it is taken to be there."""
    if sys.platform == "win32":  # os.kill would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    return True
