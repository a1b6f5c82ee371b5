"""LivePortrait's files for `omote avatar make`: found, their licence shown, and converted if they are torch checkpoints."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from inference.errors import ModelError
from inference.weight_search import find_weights, weights_folder
from inference.weight_sets import weight_sets
from runtime.inference.liveportrait_network import ONNX_SET, find_liveportrait


def ready_weights(named: Path | None) -> Path | None:
    """The folder of LivePortrait's ONNX files for the next steps; None = the usual places.

    Prints the licence. Torch checkpoints are converted first, by a program of its own, into this user's folder.

    Args:
        named: the folder that the user named.

    Raises:
        ModelError: there are none, or they cannot be converted.
    """
    sets = {one.key: find_weights(one, named) for one in weight_sets("liveportrait")}
    complete = next((found for found in sets.values() if found.is_complete), None)
    if complete is None:
        find_liveportrait(named)  # says what is missing
        return named
    print(
        f"{complete.weights.title}: {complete.folder}\nlicence: {complete.weights.licence}", file=sys.stderr
    )
    if complete.weights.key == ONNX_SET:
        return named
    own = weights_folder() / ONNX_SET
    if not find_weights(sets[ONNX_SET].weights, own).is_complete:
        _convert(complete.folder, own)
    return own


def _convert(folder: Path | None, output: Path) -> None:
    missing = [name for name in ("torch", "onnx", "onnxruntime") if find_spec(name) is None]
    if missing:
        raise ModelError(
            f"{folder} must be converted to ONNX once, which needs {', '.join(missing)}: "
            "pip install 'omote[export,neural]'; or get the ONNX files: omote weights"
        )
    command = [sys.executable, "-m", "training", "convert", "--weights", str(folder), "-o", str(output)]
    print("converting them to ONNX, once; a few minutes", file=sys.stderr)
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
        raise ModelError(f"{folder} could not be converted; the reason is above")
