"""Probes: small networks that read pose, expression, gaze, emotion and identity off a picture.

    probes = load_probes(Path("probes.npz"))
    seen = probes.read([picture])            # ProbeReadings

They are trained on the studio's labels alone (`omote-measure train-probes`), so what they say of true pictures of
people whom they never saw is their floor, and is to be read beside everything they say of a method's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

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
_BATCH: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class ProbeReadings:
    """What the probes see in N pictures, or in one (without N).

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
        """One picture's."""
        return ProbeReadings(
            self.pose[k],
            self.expression[k],
            self.gaze[k],
            self.emotion[k],
            self.intensity[k],
            self.identity[k],
        )

    def score(self, factors: Factors, gallery: ProbeReadings, place: int) -> Score:
        """One picture's errors.

        Args:
            factors: the truth.
            gallery: all portraits; `place` is this person's.
        """
        pose, emotion, intensity = probe_labels(factors)
        nearness = gallery.identity @ self.identity
        has_emotion = emotion < len(EMOTIONS)
        return Score(
            pose_deg=rotation_angle_deg(self.pose, pose),
            expression=float(np.abs(self.expression - factors.expression()).mean()),
            gaze_deg=float(np.degrees(np.linalg.norm(self.gaze - np.array(factors.gaze, np.float32)))),
            # whether the right one of the eight is the strongest
            emotion=float(int(self.emotion[: len(EMOTIONS)].argmax()) == emotion) if has_emotion else NAN,
            intensity=abs(float(self.intensity) - intensity) if has_emotion else NAN,
            identity=float(nearness[place]),
            retrieved=float(int(nearness.argmax()) == place) if len(nearness) > 1 else NAN,
        )


class Probes:
    """Trained networks, ready to look."""

    def __init__(self, net: ProbeNet) -> None:
        self._net = net

    def read(self, pictures: Sequence[NDArray[np.uint8]]) -> ProbeReadings:
        """Look at pictures (S, S, 3) uint8 sRGB of any sizes."""
        return self.read_crops(np.stack([crop_of(picture) for picture in pictures]))

    def read_crops(self, crops: NDArray[np.uint8]) -> ProbeReadings:
        """Look at what `crop_of` made of pictures: (N, 96, 96, 3) uint8."""
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
        MeasureError: no torch, no such file, or one that holds something else.
    """
    try:
        import torch

        from networks.probe import ProbeNet
    except ImportError as error:
        raise MeasureError(
            f"probes need torch ({error}); install it with: pip install 'omote[torch]'"
        ) from error
    try:
        with np.load(path, allow_pickle=False) as data:
            weights = {name: torch.from_numpy(data[name].astype(np.float32)) for name in data.files}
        net = ProbeNet()
        net.load_state_dict(weights)
    except FileNotFoundError as error:
        raise MeasureError(
            f"there are no probes at {path}; train them with: omote-measure train-probes -o {path.parent}"
        ) from error
    except Exception as error:  # a damaged npz raises whatever its first bad byte leads to
        raise MeasureError(
            f"{path} holds no probes of this version ({error}); train them with: omote-measure train-probes"
        ) from error
    return Probes(net.eval())


def rotation_angle_deg(one: Floats, other: Floats) -> float:
    """Degrees of the one rotation that leads from a pose (yaw, pitch, roll in radians) to another."""
    a, b = (rotation(*(float(v) for v in pose)).astype(np.float64) for pose in (one, other))
    # by the matrices' distance: an arc cosine would lose what is small
    return float(np.degrees(2.0 * np.arcsin(min(np.linalg.norm(a - b) / np.sqrt(8.0), 1.0))))
