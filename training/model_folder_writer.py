"""Writes a trained network's graphs and their `model.toml` as a folder that `inference.model_folder` reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from inference.model_folder import FORMAT, MANIFEST, MAX_BYTES
from protocol.toml_text import toml_string
from training.errors import TrainingError


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is said of a network beside its files.

    Attributes:
        trained_on: the data, in words.
        hours: of training.
        is_trial: to be used only where it is asked for.
    """

    trained_on: str
    hours: float
    is_trial: bool = False


def write_model_folder(
    folder: Path, name: str, graphs: Mapping[str, bytes], numbers: Mapping[str, int], card: ModelCard
) -> None:
    """Write a model folder; files that are there are replaced.

    Args:
        folder: is made if missing.
        name: of the network.
        graphs: file name -> ONNX graph.
        numbers: the sizes that the reading program checks.

    Raises:
        TrainingError: a file would be larger than is read.
    """
    for file, graph in graphs.items():
        if len(graph) > MAX_BYTES:
            raise TrainingError(
                f"{file} has {len(graph):,} bytes, expected at most {MAX_BYTES:,}; make the network smaller"
            )
    folder.mkdir(parents=True, exist_ok=True)
    for file, graph in graphs.items():
        (folder / file).write_bytes(graph)
    lines = [
        f"# The network {name}, written by omote-train export.",
        f"name = {toml_string(name)}",
        f"format = {FORMAT}",
        *(f"{key} = {value}" for key, value in numbers.items()),
        f"trained_on = {toml_string(card.trained_on)}",
        f"hours = {card.hours:.2f}",
        f"trial = {str(card.is_trial).lower()}",
        "",
        "[sha256]",
        *(f'"{file}" = "{hashlib.sha256(graph).hexdigest()}"' for file, graph in graphs.items()),
    ]
    (folder / MANIFEST).write_text("\n".join(lines) + "\n", encoding="utf-8")
