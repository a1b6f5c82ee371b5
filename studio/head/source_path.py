"""Finds the file of ICT-FaceKit's arrays: named by the user, by an environment variable, or in one of the usual folders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from studio.errors import StudioError

FILE: Final = "ict_facekit.npz"
ENVIRONMENT: Final = "OMOTE_ICT"
USUAL: Final = (Path(FILE), Path("ict-facekit") / FILE, Path("..") / "shared" / "ict-facekit" / FILE)


def find_face_source(named: Path | None) -> Path:
    """Path of ICT-FaceKit's arrays.

    Args:
        named: the file or its folder; None = what OMOTE_ICT names, or else the first of USUAL that exists.

    Raises:
        StudioError: the file does not exist.
    """
    by = "--ict"
    if named is None and os.environ.get(ENVIRONMENT):
        named, by = Path(os.environ[ENVIRONMENT]), ENVIRONMENT
    if named is not None:
        path = named / FILE if named.is_dir() else named
        if path.is_file():
            return path.resolve()
        raise StudioError(f"{path} ({by}): no such file; expected ICT-FaceKit's arrays, see docs/studio.md")
    for path in USUAL:
        if path.is_file():
            return path.resolve()
    raise StudioError(
        f"ICT-FaceKit's arrays are missing; looked for {', '.join(str(path) for path in USUAL)}. Make them with: "
        f"omote-studio import CLONE_OF_ICT_FACEKIT -o {FILE}; or name the file with --ict FILE or {ENVIRONMENT}"
    )
