"""The personal head's model folder: which file and sizes this version expects."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from face.vertex_features import FEATURES
from inference.model_folder import ModelFolder, ModelKind, load_model_folder
from protocol.blendshapes import BLENDSHAPES

BASIS_FILE: Final = "basis.onnx"
PERSONAL: Final = ModelKind(
    "personal",
    files=(BASIS_FILE,),
    sizes={"features": FEATURES, "shapes": len(BLENDSHAPES)},
    advice="or remove personal from the avatar's avatar.toml",
)


def load_personal_model(path: Path) -> ModelFolder:
    """Read and check the folder of the personal head's network.

    Raises:
        ModelError: a file is missing, damaged or too large, or the network is another or a newer one.
    """
    return load_model_folder(path, PERSONAL)
