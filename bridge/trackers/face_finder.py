"""Face finders: where the face is that a tracker's network reads next: Omote's own small network, or MediaPipe.

    finder = open_finder(load_finder_model(installed_finder()))
    frame = finder.find(picture, time_s=0.04)        # FaceFrame or None

A finder is asked at first, where the face is lost, and now and then in between; the tracker's network follows the face by
itself. Omote's own says where a mean face would lie, so the network looks a few times before the frame fits the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.trackers.tracker_network import INSTALLED
from inference.model_folder import ModelFolder, ModelKind, load_model_folder
from inference.providers import first_that_works
from inference.session import check_shapes, open_session
from vision.face_crops import FaceFrame, frame_of
from vision.face_search import CELLS, PLACES, SEARCH_PX, fill_search, found_face, search_view
from vision.landmarker import FaceLandmarker

FINDER_FILE: Final = "finder.onnx"
FINDER: Final = ModelKind(
    "finder",
    files=(FINDER_FILE,),
    sizes={"search_px": SEARCH_PX, "cells": CELLS, "places": PLACES},
    advice="or choose --finder mediapipe",
)
_INPUTS: Final[dict[str, tuple[int, ...]]] = {"planes": (1, 3, SEARCH_PX, SEARCH_PX)}
_OUTPUTS: Final[dict[str, tuple[int, ...]]] = {
    "score": (1, CELLS, CELLS),
    "places": (1, PLACES, CELLS, CELLS),
}
_THREADS: Final = 1
#: A picture that is lower or narrower shows no face that could be read.
_LEAST_PX: Final = 16


class FaceFinder(Protocol):
    """Belongs to one thread.

    Attributes:
        looks: how often the tracker's network has to read until its own landmarks give the frame.
    """

    looks: int

    def find(self, picture: NDArray[np.uint8], time_s: float) -> FaceFrame | None:
        """The frame of the most prominent face in a picture (H, W, 3) uint8 RGB.

        Raises:
            ProviderError: the network's provider failed.
        """
        ...

    def close(self) -> None:
        """Free what it holds; may be called twice."""
        ...


class LandmarkerFinder:
    """MediaPipe's landmarker as a finder; owns it."""

    looks: int = 1

    def __init__(self, landmarker: FaceLandmarker) -> None:
        self._landmarker = landmarker

    def find(self, picture: NDArray[np.uint8], time_s: float) -> FaceFrame | None:
        """See `FaceFinder`."""
        faces = self._landmarker.detect(picture, int(time_s * 1000))
        return frame_of(faces[0].landmarks) if faces else None

    def close(self) -> None:
        """See `FaceFinder`."""
        self._landmarker.close()


class NetworkFinder:
    """Omote's own finder on one provider."""

    looks: int = 3

    def __init__(self, model: ModelFolder, provider: str, threads: int = _THREADS) -> None:
        """Load the graph.

        Raises:
            ProviderError: the provider cannot run it here.
            ModelError: the graph has other inputs or outputs than this version knows.
        """
        self._session = open_session(model.graphs[FINDER_FILE], provider, threads)
        check_shapes(self._session, _INPUTS | _OUTPUTS, model.path / FINDER_FILE)

    def find(self, picture: NDArray[np.uint8], time_s: float) -> FaceFrame | None:
        """See `FaceFinder`."""
        if min(picture.shape[:2]) < _LEAST_PX:
            return None
        view = search_view(*picture.shape[:2])
        fill_search(picture, view, self._session.inputs["planes"][0])
        self._session.run()
        score, places = self._session.outputs["score"][0], self._session.outputs["places"][0]
        if not (np.isfinite(score).all() and np.isfinite(places).all()):
            return None
        found = found_face(score, places, view)
        return None if found is None else found.frame

    def close(self) -> None:
        """See `FaceFinder`."""


def installed_finder() -> Path:
    """The folder of the network that comes with the bridge; it need not exist."""
    return INSTALLED / "finder"


def load_finder_model(path: Path) -> ModelFolder:
    """Read and check the folder of a finder.

    Raises:
        ModelError: a file is missing, damaged or too large, or the network is another or a newer one.
    """
    return load_model_folder(path, FINDER)


def open_finder(model: ModelFolder, named: Sequence[str] = ("cpu", "openvino")) -> NetworkFinder:
    """Open the network on the first provider that works; arguments and errors as of `open_tracker_network`."""
    return first_that_works(named, partial(NetworkFinder, model), "the finder's network")
