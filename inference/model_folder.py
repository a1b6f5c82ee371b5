"""ModelFolder: a trained network as files: ONNX graphs, and `model.toml`, which says what they are.

kind = ModelKind("tracker", files=("tracker.onnx",), sizes={"face_px": 128}, advice="or choose --tracker mediapipe")
folder = load_model_folder(path, kind)
folder.graphs["tracker.onnx"]    # bytes, as they were exported

Files are read with a limit, are no links, and must have the checksums of the manifest: a download that was cut short is
refused here, and not by a crash of an inference library.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from inference.errors import ModelError
from protocol.errors import FileError
from protocol.regular_file import is_file, read_regular
from protocol.toml_file import read_toml

MANIFEST: Final = "model.toml"
FORMAT: Final = 1
#: Of one graph.
MAX_BYTES: Final = 16 * 1024 * 1024
MAX_MANIFEST_BYTES: Final = 64 * 1024
MAX_TEXT: Final = 2000


@dataclass(frozen=True, slots=True)
class ModelKind:
    """What this program expects of a network's folder.

    Attributes:
        name: of the network.
        files: its graphs. extra: graphs that a folder may have besides.
        sizes: whole numbers of the manifest that must be the same in the network and in this program.
        limits: whole numbers that are the network's own business: key -> least and greatest.
        advice: what to do where there is no such network, for messages: "or choose --engine head".
        is_shipped: whether one comes with Omote.
    """

    name: str
    files: tuple[str, ...]
    sizes: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    advice: str = "or name another folder"
    is_shipped: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class ModelFolder:
    """A checked model folder.

    Attributes:
        path: the folder. name: of the network.
        trained_on: the data, in words. hours: of training.
        is_trial: not good enough yet to be used without being asked for.
        graphs: file name -> ONNX graph.
        numbers: the values of `ModelKind.limits`.
    """

    path: Path
    name: str
    trained_on: str
    hours: float
    is_trial: bool
    graphs: Mapping[str, bytes]
    numbers: Mapping[str, int] = field(default_factory=dict)


def is_model_folder(path: Path) -> bool:
    """Whether a folder looks like a model folder; `load_model_folder` says what is wrong with it."""
    return is_file(path / MANIFEST)


def network_name(path: Path) -> str:
    """The name of the network that a folder holds.

    Raises:
        ModelError: the folder has no manifest, or it cannot be read.
    """
    try:
        manifest = read_toml(path / MANIFEST, max_bytes=MAX_MANIFEST_BYTES, follow_links=False)
    except FileError as error:
        raise ModelError(
            f"{path} holds no network: {error}; expected a folder of omote-train export"
        ) from error
    return str(manifest.get("name", ""))


def load_model_folder(path: Path, kind: ModelKind) -> ModelFolder:
    """Read and check a model folder.

    Args:
        path: the folder.
        kind: the network that is expected in it.

    Raises:
        ModelError: a file is missing, damaged or too large, or the network is another or a newer one.
    """
    if not is_model_folder(path):
        remedy = "install an Omote that comes with it, " if kind.is_shipped else ""
        raise ModelError(
            f"{path} has no {MANIFEST}, so there is no {kind.name} network; {remedy}{kind.advice}"
        )
    try:
        manifest = read_toml(path / MANIFEST, max_bytes=MAX_MANIFEST_BYTES, follow_links=False)
        _check_manifest(path, manifest, kind)
        graphs = {}
        for file, wanted in _checksums(path, manifest, kind).items():
            graphs[file] = read_regular(path / file, max_bytes=MAX_BYTES, follow_links=False)
            got = hashlib.sha256(graphs[file]).hexdigest()
            if got != wanted:
                raise ModelError(
                    f"{path / file} is damaged: its sha256 is {got[:12]}…, {MANIFEST} says {wanted[:12]}…; "
                    "copy the folder again"
                )
    except FileError as error:
        raise ModelError(f"the {kind.name} network cannot be read: {error}; copy the folder again") from error
    return ModelFolder(
        path=path,
        name=kind.name,
        trained_on=str(manifest.get("trained_on", ""))[:MAX_TEXT],
        hours=_hours(manifest.get("hours")),
        is_trial=manifest.get("trial") is True,
        graphs=graphs,
        numbers={key: manifest[key] for key in kind.limits},
    )


def _check_manifest(path: Path, manifest: dict[str, Any], kind: ModelKind) -> None:
    written_as = manifest.get("format")
    if type(written_as) is not int or written_as < 1:
        raise ModelError(f"{path / MANIFEST} has no format number; export the network again")
    if written_as > FORMAT:
        raise ModelError(
            f"{path} has model format {written_as}, this Omote reads up to {FORMAT}; update Omote"
        )
    if manifest.get("name") != kind.name:
        raise ModelError(
            f"{path} holds the network {manifest.get('name')!r:.80}, expected {kind.name!r}; name another folder"
        )
    for key, wanted in kind.sizes.items():
        if type(manifest.get(key)) is not int or manifest[key] != wanted:
            raise ModelError(
                f"{path / MANIFEST}: {key} is {manifest.get(key)!r:.80}, this Omote expects {wanted}; "
                "export the network again with this version"
            )
    for key, (least, greatest) in kind.limits.items():
        got = manifest.get(key)
        if type(got) is not int or not least <= got <= greatest:
            raise ModelError(f"{path / MANIFEST}: {key} is {got!r:.80}, expected {least} to {greatest}")


def _checksums(path: Path, manifest: dict[str, Any], kind: ModelKind) -> dict[str, str]:
    table = manifest.get("sha256")
    if not isinstance(table, dict) or any(not isinstance(table.get(file), str) for file in kind.files):
        raise ModelError(
            f"{path / MANIFEST}: [sha256] must name {' and '.join(kind.files)}; export the network again"
        )
    files = (*kind.files, *(file for file in kind.extra if isinstance(table.get(file), str)))
    return {file: table[file] for file in files}


def _hours(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and abs(value) < 1e9 else 0.0
