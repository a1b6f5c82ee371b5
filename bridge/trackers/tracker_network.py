"""TrackerNetwork: Omote's own tracker on one provider: crops of a picture to a reading of the face.

network = open_tracker_network(load_tracker_model(installed_tracker()))
reading = network.read(picture, frame)          # where `frame` says that the face is
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.trackers.mirrored_look import mean_reading, mirror
from inference.model_folder import ModelFolder, ModelKind, load_model_folder
from inference.providers import first_that_works
from inference.session import check_shapes, open_session
from vision.face_crops import EYE_PX, FACE_PX, MOUTH_PX, FaceCrops, FaceFrame, face_places
from vision.tracker_outputs import LANDMARKS, READ_SHAPES, REST, SEEN, rotation_of

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]

TRACKER_FILE: Final = "tracker.onnx"
TRACKER: Final = ModelKind(
    "tracker",
    files=(TRACKER_FILE,),
    sizes={
        "face_px": FACE_PX,
        "eye_px": EYE_PX,
        "shapes": len(READ_SHAPES),
        "landmarks": LANDMARKS,
        "rest": REST,
    },
    advice="or choose --tracker mediapipe",
)
#: Where the networks that come with the bridge lie.
INSTALLED: Final = Path(__file__).parents[1] / "networks"
_INPUTS: Final[dict[str, tuple[int, ...]]] = {
    "face": (1, 3, FACE_PX, FACE_PX), "eyes": (2, 3, EYE_PX, EYE_PX), "mouth": (1, 3, *MOUTH_PX),
    "rest": (1, REST),
}  # fmt: skip
_OUTPUTS: Final[dict[str, tuple[int, ...]]] = {
    "expression": (1, len(READ_SHAPES)), "gaze": (1, 2, 2), "turn": (1, 6), "size": (1, 1),
    "landmarks": (1, 2 * LANDMARKS), "seen": (1, len(SEEN)), "code": (1, REST - 1),
}  # fmt: skip
#: A small network gains little from more threads, and the runtime needs cores as well.
_THREADS: Final = 1
_WARM_RUNS: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class FaceReading:
    """What the network reads of one picture; all of it finite.

    Attributes:
        expression: (44,) coefficients 0..1 of READ_SHAPES.
        gaze: (2, 2) of the left and the right eye: yaw and pitch relative to the head, radians.
        turn: (3, 3) rotation of the head as it is seen from its own place, without the frame's tilt.
        unit: pixels in one unit of the head where it is, against the frame's.
        landmarks: (478, 2) pixels.
        seen: (4,) 0..1 of SEEN.
        code: (64,) of the face in this picture; see `bridge.trackers.rest_code`.
    """

    expression: Doubles
    gaze: Doubles
    turn: Doubles
    unit: float
    landmarks: Doubles
    seen: Doubles
    code: Doubles


def installed_tracker() -> Path:
    """The folder of the network that comes with the bridge; it need not exist."""
    return INSTALLED / "tracker"


def load_tracker_model(path: Path) -> ModelFolder:
    """Read and check the folder of a tracker's network.

    Raises:
        ModelError: a file is missing, damaged or too large, or the network is another or a newer one.
    """
    return load_model_folder(path, TRACKER)


def open_tracker_network(
    model: ModelFolder, named: Sequence[str] = ("cpu", "openvino"), *, looks_twice: bool = False
) -> TrackerNetwork:
    """Open the network on the first provider that works.

    Args:
        named: as in `wanted_providers`. A graphics card is slower for one small picture, and the runtime needs it.
        looks_twice: as in `TrackerNetwork`.

    Raises:
        ProviderError: none works; gives the reason for each.
        ModelError: the graph has other inputs or outputs than this version knows.
    """
    return first_that_works(
        named, partial(TrackerNetwork, model, looks_twice=looks_twice), "the tracker's network"
    )


class TrackerNetwork:
    """Belongs to one thread. Allocates nothing large after it is made.

    Attributes:
        provider: what computes, for people.
        crops: the network's input.
        rest: (65,) float32, the network's other input: what the person's face is like at rest, see REST; zeros = not known.
    """

    def __init__(
        self, model: ModelFolder, provider: str, threads: int = _THREADS, *, looks_twice: bool = False
    ) -> None:
        """Load the graph, and run it, because the first run is slower.

        Args:
            looks_twice: each face is read in a mirror as well, and the mean is taken: truer, in twice the time.

        Raises:
            ProviderError: the provider cannot run it here.
            ModelError: the graph has other inputs or outputs than this version knows.
        """
        self._session = open_session(model.graphs[TRACKER_FILE], provider, threads)
        check_shapes(self._session, _INPUTS | _OUTPUTS, model.path / TRACKER_FILE)
        self.provider = self._session.provider
        self._looks_twice = looks_twice
        self.crops = FaceCrops(*(self._session.inputs[name] for name in ("face", "eyes", "mouth")))
        self.rest: Floats = self._session.inputs["rest"][0]
        self.rest[:] = 0.0
        for _ in range(_WARM_RUNS):
            self._session.run()

    def read(self, picture: NDArray[np.uint8], frame: FaceFrame) -> FaceReading | None:
        """Read the face; None where the network's numbers are not finite.

        Args:
            picture: (H, W, 3) uint8 RGB.

        Raises:
            ProviderError: the provider failed.
        """
        self.crops.cut(picture, frame)
        return self.read_crops(frame)

    def read_crops(self, frame: FaceFrame) -> FaceReading | None:
        """Read what is in `crops`, which were cut in this frame.

        Raises:
            ProviderError: the provider failed.
        """
        reading = self._read_once(frame)
        if reading is None or not self._looks_twice:
            return reading
        mirror(self.crops)
        other = self._read_once(frame)
        mirror(self.crops)
        return reading if other is None else mean_reading(reading, other)

    def _read_once(self, frame: FaceFrame) -> FaceReading | None:
        self._session.run()
        out = {name: array[0].astype(np.float64) for name, array in self._session.outputs.items()}
        if not all(np.isfinite(values).all() for values in out.values()):
            return None
        points = np.clip(out["landmarks"].reshape(-1, 2), -4.0, 4.0)
        return FaceReading(
            expression=np.clip(out["expression"], 0.0, 1.0),
            gaze=np.clip(out["gaze"], -1.2, 1.2),
            turn=rotation_of(out["turn"]),
            unit=frame.unit * float(np.exp(np.clip(out["size"][0], -1.0, 1.0))),
            landmarks=frame.to_picture(face_places(points)),
            seen=np.clip(out["seen"], 0.0, 1.0),
            code=out["code"],
        )
