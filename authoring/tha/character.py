"""Reads a THA4 character: `character_model.yaml`, the drawing and the two networks that it names.

    character = load_character(Path("lambda_00/character_model.yaml"))
    character.weights, character.drawing

The file is a flat YAML table of three names; only that much of YAML is read, so that nothing in it can do anything. The
files it names must lie in its own folder or below, and are read with limits.

Source: github.com/pkhungurn/talking-head-anime-4-demo, README.md and docs/distill.md: keys, and what a drawing must be.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.errors import AuthoringError
from authoring.tha.folding import folded
from authoring.tha.torch_file import read_torch_file
from face.picture_file import open_picture
from protocol.errors import FileError
from protocol.file_names import text_of_name
from protocol.regular_file import read_regular
from runtime.tha.weights import PICTURE_PX

#: Keys of the table.
DRAWING, FACE, BODY = "character_image_file_name", "face_morpher_file_name", "body_morpher_file_name"
KEYS: Final = (DRAWING, FACE, BODY)
MAX_YAML_BYTES: Final = 16 * 1024
#: Of one network's file: the published ones have 0.5 and 1.3 MB.
MAX_NETWORK_BYTES: Final = 16 * 1024 * 1024
_LINE: Final = re.compile(r"(?P<key>[A-Za-z_][\w-]*)\s*:\s+(?P<value>.*)")
#: What begins a YAML value that is no plain text: lists, tables, references, tags, blocks.
_NOT_PLAIN: Final = "[]{}&*!|>%@`,?-:#"


@dataclass(frozen=True, slots=True, eq=False)
class ThaCharacter:
    """A character that was read and checked.

    Attributes:
        name: of its folder.
        drawing: (PICTURE_PX, PICTURE_PX, 4) uint8 sRGB, straight alpha.
        weights: as `runtime.tha.weights.SHAPES`.
    """

    name: str
    drawing: NDArray[np.uint8]
    weights: dict[str, NDArray[np.float32]]


def load_character(path: Path) -> ThaCharacter:
    """Read a character.

    Args:
        path: its character_model.yaml, or the folder that holds one.

    Raises:
        AuthoringError: a file is missing, damaged, too large, outside the folder, or not what it should be.
    """
    if path.is_dir():
        path = path / "character_model.yaml"
    files = _files(path, _table(path))
    weights = folded(
        read_torch_file(files[FACE], max_bytes=MAX_NETWORK_BYTES),
        read_torch_file(files[BODY], max_bytes=MAX_NETWORK_BYTES),
        face_file=str(files[FACE]),
        body_file=str(files[BODY]),
    )
    return ThaCharacter(text_of_name(path.resolve().parent.name), _drawing(files[DRAWING]), weights)


def _table(path: Path) -> dict[str, str]:
    """The flat table of a YAML file."""
    try:
        text = read_regular(path, max_bytes=MAX_YAML_BYTES).decode("utf-8-sig")
    except (FileError, UnicodeDecodeError) as error:
        raise AuthoringError(f"{path} cannot be read ({error}); expected a character_model.yaml") from error
    table: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#") or line.strip() in ("---", "..."):
            continue
        found = _LINE.fullmatch(line.rstrip())
        value = None if found is None else _plain(found["value"])
        if found is None or value is None:
            raise AuthoringError(
                f"{path}, line {number}: {line[:80]!r}; expected key: file name, as THA4 writes it"
            )
        table[found["key"]] = value
    missing = [key for key in KEYS if not table.get(key)]
    if missing:
        raise AuthoringError(
            f"{path} names no {missing[0]}; expected a character_model.yaml with {', '.join(KEYS)}"
        )
    return table


def _plain(text: str) -> str | None:
    """A scalar in single quotes, in double quotes without escapes, or plain; None = something else."""
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return None if "\\" in text else text[1:-1]
    text = re.sub(r"\s+#.*", "", text).strip()
    return None if not text or text[0] in _NOT_PLAIN + "'\"" or ": " in text else text


def _files(path: Path, table: dict[str, str]) -> dict[str, Path]:
    """The files of the table, inside the YAML's folder."""
    root = path.resolve().parent
    files = {}
    for key in KEYS:
        try:
            file = (root / table[key].replace("\\", "/")).resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise AuthoringError(f"{path}: {key} is no file name ({error})") from error
        if root not in file.parents:
            raise AuthoringError(
                f"{path}: {key} is {table[key][:80]!r}, which is outside of its folder; copy all files of the "
                "character into one folder and name them there"
            )
        files[key] = file
    return files


def _drawing(path: Path) -> NDArray[np.uint8]:
    side = PICTURE_PX
    try:
        with open_picture(path, max_side=4096, follow_links=True) as picture:
            if picture.size != (side, side) or picture.mode != "RGBA":
                raise AuthoringError(
                    f"{path} has {picture.size[0]} x {picture.size[1]} pixels and the mode {picture.mode}, expected "
                    f"{side} x {side} and RGBA, the drawing that the networks were trained for"
                )
            return np.array(picture)
    except FileError as error:
        raise AuthoringError(f"{error}; expected the character's drawing") from error
