"""The emotion networks' model folder: which files and sizes this version expects."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from face.frame_history import AGES
from inference.model_folder import ModelFolder, ModelKind, load_model_folder
from protocol.blendshapes import BLENDSHAPES

FILTER_FILE: Final = "filter.onnx"
#: What the composite takes from an emotion, and the rest of it, which runs for each frame.
FELT_FILE: Final = "felt.onnx"
COMPOSITE_FILE: Final = "composite.onnx"
EMOTION: Final = ModelKind(
    "emotion",
    files=(FILTER_FILE,),
    extra=(FELT_FILE, COMPOSITE_FILE),
    sizes={"ages": len(AGES), "shapes": len(BLENDSHAPES)},
    advice='or set emotion_filter = "analytic"',
)


def load_emotion_model(path: Path) -> ModelFolder:
    """Read and check the folder of an emotion filter, with or without a composite.

    Raises:
        ModelError: a file is missing, damaged or too large, or the network is another or a newer one.
    """
    return load_model_folder(path, EMOTION)
