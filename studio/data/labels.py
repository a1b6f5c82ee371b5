"""Labels: the ground truth of a picture that has no value for each pixel. One table serves files, batches and readers.

    labels = labels_of(picture, sample_id)       # Labels of arrays, ready for JSON or for a batch
    camera = camera_of(labels)

docs/studio.md describes each label and its unit.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES, REGION
from protocol.channels import EMOTIONS
from studio.camera import StudioCamera
from studio.errors import StudioError
from studio.factors import IDENTITY_MODES, STYLES
from studio.head.identity import SPLITS, identity_weights, split_of
from studio.motion.emotion import dominant

if TYPE_CHECKING:
    from studio.renderer import StudioPicture

_INT, _FLOAT = np.int64, np.float32

#: Label -> its shape for one picture, and its dtype.
LABEL_SHAPES: Final[dict[str, tuple[tuple[int, ...], type[np.generic]]]] = {
    "moment": ((), _INT),
    "camera": ((), _INT),
    "frame": ((), _INT),
    "time_s": ((), _FLOAT),
    "identity": ((), _INT),
    "split": ((), _INT),
    "identity_weights": ((IDENTITY_MODES,), _FLOAT),
    "look": ((), _INT),
    "background": ((), _INT),
    "style": ((), _INT),
    "pose": ((7,), _FLOAT),
    "articulation": ((len(BLENDSHAPES),), _FLOAT),
    "emotion_shapes": ((len(BLENDSHAPES),), _FLOAT),
    "expression": ((len(BLENDSHAPES),), _FLOAT),
    "emotion": ((len(EMOTIONS),), _FLOAT),
    "emotion_label": ((), _INT),
    "emotion_intensity": ((), _FLOAT),
    "gaze": ((2,), _FLOAT),
    "focal": ((), _FLOAT),
    "intrinsics": ((3, 3), _FLOAT),
    "world_to_camera": ((4, 4), _FLOAT),
    "landmarks": ((68, 3), _FLOAT),
    "landmarks_world": ((68, 3), _FLOAT),
    "mediapipe_landmarks": ((478, 3), _FLOAT),
}

#: Region of the face -> indices of its coefficients in articulation, emotion_shapes and expression.
REGION_INDICES: Final[dict[str, NDArray[np.intp]]] = {
    region: np.array([i for i, name in enumerate(BLENDSHAPES) if REGION[name] == region])
    for region in dict.fromkeys(REGION.values())
}


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Labels of one picture, or of a batch with B before every shape; LABEL_SHAPES has shapes and dtypes.

    Attributes:
        moment, camera, frame: number of the moment in the data set, of the camera, and of the step in a sequence.
        time_s: seconds since the beginning of the sequence.
        identity: number of the identity. identity_weights: standard deviations of ICT-FaceKit's modes.
        split: index in SPLITS. style: index in STYLES. look, background: seeds.
        pose: yaw, pitch, roll in radians; x, y, z in head-model units; scale.
        articulation, emotion_shapes: ARKit coefficients 0..1 of each factor alone.
        expression: ARKit coefficients 0..1 that were drawn.
        emotion: intensities 0..1. emotion_label: index in EMOTIONS of the strongest, -1 = none.
        emotion_intensity: intensity of the strongest, 0..1.
        gaze: yaw, pitch in radians, relative to the head.
        focal: focal length in picture heights. intrinsics: pinhole matrix in pixels.
        world_to_camera: rigid; the camera looks along -Z.
        landmarks: 68 Multi-PIE points, x and y in pixels, depth in head-model units.
        landmarks_world: the same points in head-model units.
        mediapipe_landmarks: MediaPipe's 478 points, as `landmarks`.
    """

    moment: NDArray[Any]
    camera: NDArray[Any]
    frame: NDArray[Any]
    time_s: NDArray[Any]
    identity: NDArray[Any]
    split: NDArray[Any]
    identity_weights: NDArray[Any]
    look: NDArray[Any]
    background: NDArray[Any]
    style: NDArray[Any]
    pose: NDArray[Any]
    articulation: NDArray[Any]
    emotion_shapes: NDArray[Any]
    expression: NDArray[Any]
    emotion: NDArray[Any]
    emotion_label: NDArray[Any]
    emotion_intensity: NDArray[Any]
    gaze: NDArray[Any]
    focal: NDArray[Any]
    intrinsics: NDArray[Any]
    world_to_camera: NDArray[Any]
    landmarks: NDArray[Any]
    landmarks_world: NDArray[Any]
    mediapipe_landmarks: NDArray[Any]


@dataclass(frozen=True, slots=True)
class SampleId:
    """Identifies a picture in a data set: its moment, camera and frame, with the frame's time and the identity."""

    moment: int
    camera: int
    frame: int
    time_s: float
    identity: int

    @property
    def key(self) -> str:
        """The sample's key in a shard."""
        return sample_key(self.moment, self.camera, self.frame)


def sample_key(moment: int, camera: int, frame: int) -> str:
    """The key of a picture in a data set, such as 00000017-c00-t0000."""
    return f"{moment:08d}-c{camera:02d}-t{frame:04d}"


def labels_of(picture: StudioPicture, sample_id: SampleId) -> Labels:
    """All labels of a drawn picture."""
    factors, camera = picture.factors, picture.camera
    size = picture.image.shape[0]
    pose = factors.pose
    emotion_label, intensity = dominant(factors.emotion)
    f, middle = camera.focal * size, size / 2
    return labels_from_json(
        {
            "moment": sample_id.moment,
            "camera": sample_id.camera,
            "frame": sample_id.frame,
            "time_s": sample_id.time_s,
            "identity": sample_id.identity,
            "split": SPLITS.index(split_of(sample_id.identity)),
            "identity_weights": identity_weights(sample_id.identity),
            "look": factors.look,
            "background": factors.background,
            "style": STYLES.index(factors.style),
            "pose": [pose.yaw, pose.pitch, pose.roll, pose.x, pose.y, pose.z, pose.scale],
            "articulation": factors.articulation,
            "emotion_shapes": factors.emotion_shapes(),
            "expression": picture.expression,
            "emotion": factors.emotion,
            "emotion_label": emotion_label,
            "emotion_intensity": intensity,
            "gaze": factors.gaze,
            "focal": camera.focal,
            "intrinsics": [[f, 0, middle], [0, f, middle], [0, 0, 1]],
            "world_to_camera": camera.world_to_camera,
            "landmarks": picture.landmarks,
            "landmarks_world": picture.landmarks_world,
            "mediapipe_landmarks": picture.mediapipe_landmarks,
        }
    )


def camera_of(labels: Labels) -> StudioCamera:
    """The camera that the labels of one picture describe."""
    return StudioCamera(float(labels.focal), labels.world_to_camera)


def labels_from_json(values: dict[str, Any]) -> Labels:
    """Labels of one picture from numbers and nested lists.

    Args:
        values: label -> value, as `labels_to_json` returns them.

    Raises:
        StudioError: a label is missing, or has another shape than LABEL_SHAPES says.
    """
    arrays = {}
    for name, (shape, kind) in LABEL_SHAPES.items():
        if name not in values:
            raise StudioError(f"the label {name!r} is missing; render the data set again with this version")
        arrays[name] = np.asarray(values[name], kind)
        if arrays[name].shape != shape:
            raise StudioError(f"the label {name!r} has shape {arrays[name].shape}, expected {shape}")
    return Labels(**arrays)


def labels_to_json(labels: Labels) -> dict[str, Any]:
    """Labels as numbers and nested lists. Floats have the fewest digits that give the same float32 when read."""
    plain: dict[str, Any] = {}
    for field in fields(labels):
        array = getattr(labels, field.name)
        # the text of a float32 is shorter than the text of the double that Python would convert it to
        plain[field.name] = (
            array.astype("U").astype(np.float64) if array.dtype == _FLOAT else array
        ).tolist()
    return plain
