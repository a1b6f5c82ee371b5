"""Parses a portrait: which part every pixel shows, by a small network in ONNX Runtime.

parser = open_parser()                            # None where ONNX Runtime is not installed
parsed = parser.parse(canvas.rgb, canvas.known, landmarks)
parsed.part[PORTRAIT_PART["hair"]]                # (INPUT_PX, INPUT_PX) float32 0..1

What the network was trained on, and its figures: docs/training.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.model_folder import ModelFolder, ModelKind, load_model_folder
from inference.session import Session, open_session
from vision.face_outline import face_outline
from vision.portrait_parts import INPUT_PLANES, INPUT_PX, PORTRAIT_PARTS

Image = NDArray[np.float32]

PARSING_FILE: Final = "parsing.onnx"
#: The network that comes with Omote.
INSTALLED: Final = Path(__file__).parents[1] / "networks" / "parsing"


#: What a folder with a parsing network must hold.
PARSING: Final = ModelKind(
    "parsing",
    files=(PARSING_FILE,),
    sizes={"input_px": INPUT_PX, "planes": INPUT_PLANES, "parts": len(PORTRAIT_PARTS)},
    advice="or go without it: --matte colours",
)


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """A parsed portrait; S = INPUT_PX.

    Attributes:
        part: (len(PORTRAIT_PARTS), S, S) float32 0..1, shares that add up to 1.
        alpha: (S, S) float32 0..1, the person's coverage.
    """

    part: Image
    alpha: Image


class Parser:
    """The network, opened; used by one thread at a time."""

    def __init__(self, folder: ModelFolder) -> None:
        """Open it, which takes a tenth of a second.

        Raises:
            ProviderError: ONNX Runtime cannot run it.
        """
        self._session: Session = open_session(folder.graphs[PARSING_FILE], "cpu")

    def parse(self, rgb: Image, known: Image, landmarks: Image) -> Parsed:
        """Parse a square picture.

        Args:
            rgb: (E, E, 3) float32 0..1 sRGB. known: (E, E) float32, 1 where the portrait has pixels, else 0.
            landmarks: (478, 2) float32, the face's landmarks in pixels of the picture.

        Raises:
            ProviderError: ONNX Runtime failed.
        """
        planes = self._session.inputs["planes"][0]
        size = (INPUT_PX, INPUT_PX)
        planes[:3] = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).transpose(2, 0, 1)
        planes[3] = face_outline(landmarks * np.float32(INPUT_PX / len(rgb)), INPUT_PX)
        planes[4] = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
        self._session.run()
        outputs = self._session.outputs
        return Parsed(outputs["part"][0].copy(), outputs["alpha"][0, 0].copy())


def open_parser(folder: Path | None = None) -> Parser | None:
    """Open the network that comes with Omote, or another one; None where ONNX Runtime or the network is missing, or the
    network is marked as a trial and not asked for.

    Args:
        folder: a model folder, asked for.

    Raises:
        ModelError: the folder is damaged, or asked for and missing.
        ProviderError: ONNX Runtime cannot run it.
    """
    if find_spec("onnxruntime") is None or (folder is None and not INSTALLED.is_dir()):
        return None
    found = load_model_folder(folder or INSTALLED, PARSING)
    if found.is_trial and folder is None:
        return None
    return Parser(found)
