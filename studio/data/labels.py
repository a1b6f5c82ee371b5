"""Labels: everything true about a picture that is no picture itself, by one table for files, batches and readers.

    labels = labels_of(picture, scene, ...)       # Labels of arrays, ready for JSON or for a batch
    camera = camera_of(labels)

docs/studio.md says what each holds, in which unit.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES, REGION
from protocol.channels import EMOTIONS
from studio.camera import StudioCamera
from studio.errors import StudioError
from studio.factors import IDENTITY_MODES, STYLES
from studio.head.identity import SPLITS, identity_weights, split_of
from studio.motion.emotion import dominant
from studio.renderer import StudioPicture

_WHOLE, _REAL = np.int64, np.float32

#: name -> shape of one picture's, and kind of number.
LABEL_SHAPES: Final[dict[str, tuple[tuple[int, ...], type[np.generic]]]] = {
    "moment": ((), _WHOLE),
    "camera": ((), _WHOLE),
    "frame": ((), _WHOLE),
    "time_s": ((), _REAL),
    "identity": ((), _WHOLE),
    "split": ((), _WHOLE),
    "identity_weights": ((IDENTITY_MODES,), _REAL),
    "look": ((), _WHOLE),
    "background": ((), _WHOLE),
    "style": ((), _WHOLE),
    "pose": ((7,), _REAL),
    "articulation": ((len(BLENDSHAPES),), _REAL),
    "emotion_shapes": ((len(BLENDSHAPES),), _REAL),
    "expression": ((len(BLENDSHAPES),), _REAL),
    "emotion": ((len(EMOTIONS),), _REAL),
    "emotion_label": ((), _WHOLE),
    "emotion_intensity": ((), _REAL),
    "gaze": ((2,), _REAL),
    "focal": ((), _REAL),
    "intrinsics": ((3, 3), _REAL),
    "world_to_camera": ((4, 4), _REAL),
    "landmarks": ((68, 3), _REAL),
    "landmarks_world": ((68, 3), _REAL),
    "mediapipe_landmarks": ((478, 3), _REAL),
}

#: Region -> places of its coefficients in articulation, emotion_shapes and expression.
REGION_INDICES: Final[dict[str, NDArray[np.intp]]] = {
    region: np.array([i for i, name in enumerate(BLENDSHAPES) if REGION[name] == region])
    for region in dict.fromkeys(REGION.values())
}


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """One picture's labels, or a batch's with (B,) before every shape; LABEL_SHAPES has shapes and kinds.

    Attributes:
        moment, camera, frame: which instant of the data set, seen from which camera, at which step of a sequence.
        time_s: since the sequence's beginning.
        identity: its number. split: place in SPLITS. style: place in STYLES. look, background: seeds.
        pose: yaw, pitch, roll in radians, x, y, z in head-model units, scale.
        articulation, emotion_shapes: (52,) what each factor asks for alone. expression: what was drawn.
        emotion: (8,) intensities. emotion_label: place in EMOTIONS of the strongest, -1 = none.
        gaze: yaw, pitch in radians, relative to the head.
        focal: picture heights. intrinsics: pixels. world_to_camera: rigid, the camera looks along -Z.
        landmarks: Multi-PIE's 68, pixels x, y and depth. landmarks_world: head-model units.
        mediapipe_landmarks: the face landmarker's 478, pixels x, y and depth.
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
    """Where a picture stands in a data set, and whose it is."""

    moment: int
    camera: int
    frame: int
    time_s: float
    identity: int

    @property
    def key(self) -> str:
        """The sample's name in a shard."""
        return sample_key(self.moment, self.camera, self.frame)


def sample_key(moment: int, camera: int, frame: int) -> str:
    """The name of a picture in a data set."""
    return f"{moment:08d}-c{camera:02d}-t{frame:04d}"


def labels_of(picture: StudioPicture, place: SampleId) -> Labels:
    """All labels of a picture."""
    factors, camera = picture.factors, picture.camera
    size = picture.image.shape[0]
    pose = factors.pose
    emotion_label, intensity = dominant(factors.emotion)
    f, middle = camera.focal * size, size / 2
    return labels_from_json(
        {
            "moment": place.moment,
            "camera": place.camera,
            "frame": place.frame,
            "time_s": place.time_s,
            "identity": place.identity,
            "split": SPLITS.index(split_of(place.identity)),
            "identity_weights": identity_weights(place.identity),
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
    """The camera of one picture's labels."""
    return StudioCamera(float(labels.focal), labels.world_to_camera)


def labels_from_json(values: dict[str, Any]) -> Labels:
    """Labels of anything that numpy can read, as JSON gives it.

    Raises:
        StudioError: a label is missing, or has another shape.
    """
    arrays = {}
    for name, (shape, kind) in LABEL_SHAPES.items():
        if name not in values:
            raise StudioError(f"the label {name!r} is missing; was this written by another version?")
        arrays[name] = np.asarray(values[name], kind)
        if arrays[name].shape != shape:
            raise StudioError(f"the label {name!r} has shape {arrays[name].shape}, expected {shape}")
    return Labels(**arrays)


def labels_to_json(labels: Labels) -> dict[str, Any]:
    """The same as plain numbers and lists, for JSON; reals in the fewest digits that lead back to the same float32."""
    plain: dict[str, Any] = {}
    for field in fields(labels):
        array = getattr(labels, field.name)
        # a float32 written out as itself is shorter than as the double that Python has
        plain[field.name] = (array.astype("U").astype(np.float64) if array.dtype == _REAL else array).tolist()
    return plain
