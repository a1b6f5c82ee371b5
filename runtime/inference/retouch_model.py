"""The retouch network's model folder: which files and sizes this version expects, and where the installed one lies."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from face.conditions import CHANNELS_IN, CODE, CONDITION_PX
from inference.model_folder import ModelFolder, ModelKind, load_model_folder

AVATAR_FILE: Final = "avatar.onnx"
FORM_FILE: Final = "form.onnx"
#: One step of several; networks without it are older, and go in one.
STEP_FILE: Final = "step.onnx"
#: Mouth and eyes; networks without it are older, and work.
REGIONS_FILE: Final = "regions.onnx"
#: Where the networks that come with the runtime lie.
INSTALLED: Final = Path(__file__).parents[1] / "networks"
RETOUCH: Final = ModelKind(
    "retouch",
    files=(AVATAR_FILE, FORM_FILE),
    extra=(REGIONS_FILE, STEP_FILE),
    sizes={"channels_in": CHANNELS_IN, "condition_px": CONDITION_PX, "code": CODE},
    limits={"avatar_code": (1, 4096)},
    advice="name a folder with --model, or choose --engine head",
)


def installed_model(name: str) -> Path:
    """The folder of a network that comes with the runtime; it need not exist."""
    return INSTALLED / name


def load_retouch_model(path: Path) -> ModelFolder:
    """Read and check the folder of a retouch network; `numbers["avatar_code"]` is the size of an avatar's code.

    Raises:
        ModelError: a file is missing, damaged or too large, or the network is another or a newer one.
    """
    return load_model_folder(path, RETOUCH)


def fingerprint(model: ModelFolder) -> bytes:
    """SHA-256 of a network's graphs: what a fitted code belongs to."""
    summed = hashlib.sha256()
    for name in sorted(model.graphs):
        summed.update(hashlib.sha256(model.graphs[name]).digest())
    return summed.digest()
