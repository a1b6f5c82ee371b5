"""The diffusion network's model folder: which files and sizes this version expects, and what to do where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from face.conditions import CHANNELS_IN, CONDITION_PX
from inference.errors import ModelError
from inference.model_folder import ModelFolder, ModelKind, load_model_folder
from runtime.inference.retouch_model import installed_model

#: Of the portrait, once for an avatar; networks that do not see one have no such file.
PORTRAIT_FILE: Final = "portrait.onnx"
#: One step of one frame.
FRAMES_FILE: Final = "frames.onnx"
ADVICE: Final = (
    "train one (omote-train diffusion --data pairs/ -o runs/nano, omote-train export diffusion runs/nano -o FOLDER) "
    "and name it with --model FOLDER, or choose --engine head"
)
DIFFUSION: Final = ModelKind(
    "diffusion",
    files=(FRAMES_FILE,),
    extra=(PORTRAIT_FILE,),
    sizes={"channels_in": CHANNELS_IN, "chunk": 1},
    limits={
        "side": (16, CONDITION_PX),
        "grid": (1, CONDITION_PX),
        "past": (0, 64),
        "from_draft": (0, 1),
        "noise_percent": (0, 400),
    },
    advice=ADVICE,
    is_shipped=False,
)


def find_diffusion_model(named: str) -> Path:
    """The folder that the user named; "" = the place of installed ones. It need not exist."""
    return Path(named) if named else installed_model("diffusion")


def load_diffusion_model(path: Path) -> ModelFolder:
    """Read and check the folder of a diffusion network; `numbers` are those of DIFFUSION's limits.

    Raises:
        ModelError: a file is missing, damaged or too large, or the network is another or a newer one.
    """
    model = load_model_folder(path, DIFFUSION)
    if CONDITION_PX % model.numbers["side"]:
        raise ModelError(
            f"{path}: side is {model.numbers['side']}, which {CONDITION_PX} is no multiple of; export the network again "
            "with this version"
        )
    return model
