"""A THA4 character -> an avatar folder for the tha engine.

    import_character(load_character(path), Path("avatars/lambda"), name="Lambda", replace=False)

The folder holds numbers and a picture, and no program: the graphs are the runtime's own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from authoring.replace_folder import new_folder
from authoring.tha.character import ThaCharacter
from face.avatar import AVATAR_FORMAT, MANIFEST, THUMBNAIL
from protocol.toml_text import toml_string
from runtime.tha.prepare import DRAWING, ENGINE, STUDENT
from runtime.tha.weights import FACE_LEFT, FACE_PX, FACE_TOP

#: Shown at the import, and written into the avatar.
LICENCE: Final = (
    "THA4's models, and characters distilled from them, are under CC BY-NC 4.0 (pixiv Inc., "
    "github.com/pkhungurn/talking-head-anime-4-demo): give credit, and do not use them commercially. "
    "The drawing belongs to its author."
)
_FILES: Final = {DRAWING: "drawing.png", STUDENT: "student.npz"}
THUMBNAIL_PX: Final = 192


def import_character(character: ThaCharacter, target: Path, *, name: str, replace: bool) -> None:
    """Write the avatar; the folder appears complete or not at all.

    Args:
        target: the folder. name: for people.
        replace: whether an avatar that is there may be replaced.

    Raises:
        AuthoringError: the folder cannot be written, or holds something else.
    """
    with new_folder(target, replace=replace) as folder:
        drawing = Image.fromarray(character.drawing)
        drawing.save(folder / _FILES[DRAWING])
        np.savez(folder / _FILES[STUDENT], allow_pickle=False, **character.weights)
        # head and shoulders: the face, and as much again around it
        around = FACE_PX // 2
        box = (
            FACE_LEFT - around,
            FACE_TOP - around,
            FACE_LEFT + FACE_PX + around,
            FACE_TOP + FACE_PX + around,
        )
        size = (THUMBNAIL_PX, THUMBNAIL_PX)
        drawing.resize(size, Image.Resampling.LANCZOS, box=box).save(folder / THUMBNAIL)
        (folder / MANIFEST).write_text(_manifest(name), encoding="utf-8", newline="\n")


def _manifest(name: str) -> str:
    lines = [
        "# A THA4 character, written by omote avatar import-tha.",
        f"format = {AVATAR_FORMAT}",
        f"name = {toml_string(name)}",
        f"engine = {toml_string(ENGINE)}",
        'background = "transparent"',
        'rest = "neutral"',
        f"licence = {toml_string(LICENCE)}",
        "",
        "[files]",
        *(f"{role} = {toml_string(file)}" for role, file in _FILES.items()),
    ]
    return "\n".join(lines) + "\n"
