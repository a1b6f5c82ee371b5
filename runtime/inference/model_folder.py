"""ModelFolder: a trained network as files: ONNX graphs, and `model.toml`, which says what they are.

folder = load_model_folder(installed_model("retouch"))
folder.graphs["form.onnx"]       # bytes, as they were exported

Files are read with a limit, are no links, and must have the checksums of the manifest: a download that was cut short is
refused here, and not by a crash of an inference library.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from face.conditions import CHANNELS_IN, CODE, CONDITION_PX
from protocol.errors import FileError
from protocol.regular_file import is_file, read_regular
from protocol.toml_file import read_toml
from runtime.errors import ModelError

MANIFEST: Final = "model.toml"
FORMAT: Final = 1
AVATAR_FILE: Final = "avatar.onnx"
FORM_FILE: Final = "form.onnx"
#: Of one graph.
MAX_BYTES: Final = 16 * 1024 * 1024
MAX_MANIFEST_BYTES: Final = 64 * 1024
MAX_TEXT: Final = 2000
#: Where the networks that come with Omote lie.
INSTALLED: Final = Path(__file__).parents[1] / "networks"
#: What must be the same in the network and in this program; `avatar_code` is the network's own business.
_SIZES: Final = {"channels_in": CHANNELS_IN, "condition_px": CONDITION_PX, "code": CODE}


@dataclass(frozen=True, slots=True, eq=False)
class ModelFolder:
    """A checked model folder.

    Attributes:
        path: the folder. name: of the network.
        avatar_code: numbers that describe an avatar.
        trained_on: the data, in words. hours: of training.
        is_trial: not good enough yet to be used without being asked for.
        graphs: file name -> ONNX graph.
    """

    path: Path
    name: str
    avatar_code: int
    trained_on: str
    hours: float
    is_trial: bool
    graphs: dict[str, bytes]


def installed_model(name: str) -> Path:
    """The folder of a network that comes with Omote; it need not exist."""
    return INSTALLED / name


def is_model_folder(path: Path) -> bool:
    """Whether a folder looks like a model folder; `load_model_folder` says what is wrong with it."""
    return is_file(path / MANIFEST)


def load_model_folder(path: Path, name: str = "retouch") -> ModelFolder:
    """Read and check a model folder.

    Args:
        path: the folder.
        name: the network that is expected in it.

    Raises:
        ModelError: a file is missing, damaged or too large, or the network is another or a newer one.
    """
    if not is_model_folder(path):
        raise ModelError(
            f"{path} has no {MANIFEST}, so there is no {name} network; install an Omote that comes with it, "
            "name a folder with --model, or choose --engine head"
        )
    try:
        manifest = read_toml(path / MANIFEST, max_bytes=MAX_MANIFEST_BYTES, follow_links=False)
        _check_manifest(path, manifest, name)
        graphs = {}
        for file, wanted in _checksums(path, manifest).items():
            graphs[file] = read_regular(path / file, max_bytes=MAX_BYTES, follow_links=False)
            got = hashlib.sha256(graphs[file]).hexdigest()
            if got != wanted:
                raise ModelError(
                    f"{path / file} is damaged: its sha256 is {got[:12]}…, {MANIFEST} says {wanted[:12]}…; "
                    "copy the folder again"
                )
    except FileError as error:
        raise ModelError(f"the {name} network cannot be read: {error}; copy the folder again") from error
    return ModelFolder(
        path=path,
        name=name,
        avatar_code=manifest["avatar_code"],
        trained_on=str(manifest.get("trained_on", ""))[:MAX_TEXT],
        hours=_hours(manifest.get("hours")),
        is_trial=manifest.get("trial") is True,
        graphs=graphs,
    )


def _check_manifest(path: Path, manifest: dict[str, Any], name: str) -> None:
    written_as = manifest.get("format")
    if type(written_as) is not int or written_as < 1:
        raise ModelError(f"{path / MANIFEST} has no format number; export the network again")
    if written_as > FORMAT:
        raise ModelError(
            f"{path} has model format {written_as}, this Omote reads up to {FORMAT}; update Omote"
        )
    if manifest.get("name") != name:
        raise ModelError(
            f"{path} holds the network {manifest.get('name')!r:.80}, expected {name!r}; name another folder"
        )
    for key, wanted in _SIZES.items():
        if type(manifest.get(key)) is not int or manifest[key] != wanted:
            raise ModelError(
                f"{path / MANIFEST}: {key} is {manifest.get(key)!r:.80}, this Omote expects {wanted}; "
                "export the network again with this version"
            )
    code = manifest.get("avatar_code")
    if type(code) is not int or not 1 <= code <= 4096:
        raise ModelError(f"{path / MANIFEST}: avatar_code is {code!r:.80}, expected 1 to 4096")


def _checksums(path: Path, manifest: dict[str, Any]) -> dict[str, str]:
    table = manifest.get("sha256")
    wanted = (AVATAR_FILE, FORM_FILE)
    if not isinstance(table, dict) or any(not isinstance(table.get(file), str) for file in wanted):
        raise ModelError(
            f"{path / MANIFEST}: [sha256] must name {' and '.join(wanted)}; export the network again"
        )
    return {file: table[file] for file in wanted}


def _hours(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and abs(value) < 1e9 else 0.0
