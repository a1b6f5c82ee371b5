"""Weight search: which files of a weight set are on this machine, where, and whether they are the ones in circulation.

found = find_weights(one, Path("~/Downloads").expanduser())
found.is_complete, found.folder, found.missing
checksum_trouble(found)          # reads the files: a second for every few hundred megabytes

Reads names and sizes only, until checksums are asked for. Nothing is downloaded.

Source: XDG Base Directory Specification 0.8 (a relative XDG_DATA_HOME is ignored).
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from inference.weight_sets import WeightFile, WeightSet
from protocol.errors import FileError
from protocol.regular_file import is_file, open_regular

#: The environment variable that names this user's folder of weights instead of the platform's.
VARIABLE: Final = "OMOTE_WEIGHTS"
_BLOCK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FoundWeights:
    """What is here of a set.

    Attributes:
        weights: the set. folder: the folder that holds most of it; None = nothing of it is here.
        files: name in the set -> file, of those that are there.
    """

    weights: WeightSet
    folder: Path | None
    files: Mapping[str, Path]

    @property
    def missing(self) -> tuple[WeightFile, ...]:
        """Required files that are not there."""
        return tuple(f for f in self.weights.files if f.is_required and f.name not in self.files)

    @property
    def is_complete(self) -> bool:
        """Whether the engine can use it."""
        return not self.missing


def weights_folder() -> Path:
    """This user's folder of weights, by the platform's convention; it need not exist."""
    if named := os.environ.get(VARIABLE):
        return Path(os.path.expanduser(named))
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "Omote" / "weights"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/Omote/weights"
    base = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".local/share") / "omote" / "weights"


def searched_folders(weights: WeightSet, named: Path | None = None) -> Iterator[Path]:
    """Existing folders in which a set may lie, the likeliest first.

    Args:
        named: the folder that the user named; only it is searched then.
    """
    if named is not None:
        candidates = [named]
    else:
        own = weights_folder()
        candidates = [own / weights.key, own / weights.engine, own]
        candidates += [path for place in weights.places for path in _matching(place)]
    for path in candidates:
        if path.is_dir():
            yield path


def find_weights(weights: WeightSet, named: Path | None = None) -> FoundWeights:
    """The folder that holds most of a set; arguments as of `searched_folders`."""
    best = FoundWeights(weights, None, {})
    for folder in searched_folders(weights, named):
        files = {one.name: path for one in weights.files if (path := _file_in(folder, one)) is not None}
        if len(files) > len(best.files):
            best = FoundWeights(weights, folder, files)
        if best.is_complete:
            break
    return best


def checksum_trouble(found: FoundWeights) -> list[str]:
    """What is wrong with the files that are there, a line each; reads those whose checksum is known.

    A file that differs is not refused: people convert networks themselves. But it is named.
    """
    trouble = []
    for one in found.weights.files:
        path = found.files.get(one.name)
        if path is None or not one.sha256:
            continue
        try:
            got = sha256_of(path)
        except FileError as error:
            trouble.append(str(error))
            continue
        if got != one.sha256:
            trouble.append(
                f"{path} has the sha256 {got[:12]}…, the file in circulation {one.sha256[:12]}…: it is another export, "
                "or a download that was cut short"
            )
    return trouble


def sha256_of(path: Path) -> str:
    """The checksum of a file, 64 hexadecimal digits.

    Raises:
        FileError: it cannot be read.
    """
    digest = hashlib.sha256()
    with open_regular(path) as file:
        try:
            while block := file.read(_BLOCK):
                digest.update(block)
        except OSError as error:
            raise FileError(f"{path} cannot be read ({error.strerror or error})") from error
    return digest.hexdigest()


def _matching(place: str) -> list[Path]:
    """Folders that a place of the table means: "~" is the home folder, a part may hold "*"."""
    parts = PurePosixPath(place).parts
    root = Path.home() if parts[0] == "~" else Path()
    pattern = "/".join(parts[1:] if parts[0] == "~" else parts)
    return sorted(root.glob(pattern)) if "*" in pattern else [root / pattern]


def _file_in(folder: Path, one: WeightFile) -> Path | None:
    """The file by its whole name, or by the last part of it: people keep such files in one folder."""
    for name in (one.name, PurePosixPath(one.name).name):
        path = folder.joinpath(*PurePosixPath(name).parts)
        if is_file(path):
            return path
    return None
