"""Probes: a small network that estimates pose, expression, gaze, emotion and identity from a picture.

    probes = load_probes(Path("probes.npz"))
    readings = probes.read([picture])        # ProbeReadings

They are trained on the studio's labels alone (`omote-measure train-probes`). Their error on true pictures of unseen
people is reported beside their figures of a method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from face.array_file import read_arrays
from face.camera import rotation
from measure.errors import MeasureError
from measure.probes.samples import crop_of, probe_labels
from measure.score import NAN, Score
from protocol.channels import EMOTIONS
from studio.factors import Factors

if TYPE_CHECKING:
    from networks.probe import ProbeNet

Floats = NDArray[np.float32]

#: The probes that come with the project.
SHIPPED: Final = Path(__file__).parent / "probes.npz"
MAX_BYTES: Final = 256 * 1024 * 1024
_BATCH: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class ProbeReadings:
    """The probes' estimates of N pictures, or of one picture (without N).

    Attributes:
        pose: (N, 3) radians. expression: (N, 52). gaze: (N, 2) radians.
        emotion: (N, 9) logits, the last is none. intensity: (N,). identity: (N, D) unit vectors.
    """

    pose: Floats
    expression: Floats
    gaze: Floats
    emotion: Floats
    intensity: Floats
    identity: Floats

    def at(self, k: int) -> ProbeReadings:
        """The readings of picture `k`."""
        return ProbeReadings(
            self.pose[k],
            self.expression[k],
            self.gaze[k],
            self.emotion[k],
            self.intensity[k],
            self.identity[k],
        )

    def score(self, factors: Factors, gallery: ProbeReadings, place: int) -> Score:
        """The errors of one picture's readings.

        Args:
            factors: the truth.
            gallery: readings of all portraits. place: index of this person's portrait.
        """
        pose, emotion, intensity = probe_labels(factors)
        nearness = gallery.identity @ self.identity
        has_emotion = emotion < len(EMOTIONS)
        return Score(
            pose_deg=rotation_angle_deg(self.pose, pose),
            expression=float(np.abs(self.expression - factors.expression()).mean()),
            gaze_deg=float(np.degrees(np.linalg.norm(self.gaze - np.array(factors.gaze, np.float32)))),
            # 1 if the true one of the eight is the strongest
            emotion=float(int(self.emotion[: len(EMOTIONS)].argmax()) == emotion) if has_emotion else NAN,
            intensity=abs(float(self.intensity) - intensity) if has_emotion else NAN,
            identity=float(nearness[place]),
            retrieved=float(int(nearness.argmax()) == place) if len(nearness) > 1 else NAN,
        )


class Probes:
    """A trained probe network. Use it on one thread at a time."""

    def __init__(self, net: ProbeNet) -> None:
        self._net = net

    def read(self, pictures: Sequence[NDArray[np.uint8]]) -> ProbeReadings:
        """Readings of pictures (S, S, 3) uint8 sRGB; S may differ."""
        return self.read_crops(np.stack([crop_of(picture) for picture in pictures]))

    def read_crops(self, crops: NDArray[np.uint8]) -> ProbeReadings:
        """Readings of crops (N, 96, 96, 3) uint8 sRGB, as `crop_of` makes them."""
        import torch

        parts = []
        with torch.inference_mode():
            for first in range(0, len(crops), _BATCH):
                out = self._net(torch.from_numpy(crops[first : first + _BATCH]))
                parts.append([value.numpy() for value in out])
        return ProbeReadings(*(np.concatenate([part[k] for part in parts]) for k in range(6)))


def load_probes(path: Path) -> Probes:
    """Read trained probes.

    Raises:
        MeasureError: torch is missing, the file is missing, or it holds no probes.
    """
    try:
        import torch

        from networks.probe import ProbeNet
    except ImportError as error:
        raise MeasureError(
            f"probes need torch ({error}); install it with: pip install 'omote[torch]'"
        ) from error
    try:
        arrays = read_arrays(path, max_bytes=MAX_BYTES)
        weights = {name: torch.from_numpy(values.astype(np.float32)) for name, values in arrays.items()}
        net = ProbeNet()
        net.load_state_dict(weights)
    except Exception as error:  # also what torch raises for arrays of another network
        if isinstance(error.__cause__, FileNotFoundError):
            raise MeasureError(
                f"there are no probes at {path}; train them with: omote-measure train-probes -o {path.parent}"
            ) from error
        raise MeasureError(
            f"{path} holds no probes of this version ({error}); train them with: omote-measure train-probes"
        ) from error
    return Probes(net.eval())


def rotation_angle_deg(one: Floats, other: Floats) -> float:
    """Angle in degrees of the rotation between two poses (yaw, pitch, roll), (3,) radians each."""
    a, b = (rotation(*(float(v) for v in pose)).astype(np.float64) for pose in (one, other))
    # from the matrices' distance: an arc cosine loses precision for small angles
    return float(np.degrees(2.0 * np.arcsin(min(np.linalg.norm(a - b) / np.sqrt(8.0), 1.0))))
