from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import EMOTIONS
from studio.data.labels import (
    LABEL_SHAPES,
    REGION_INDICES,
    Labels,
    SampleId,
    camera_of,
    labels_from_json,
    labels_of,
    labels_to_json,
)
from studio.errors import StudioError
from studio.factors import CameraView, Factors, Pose
from studio.head.identity import identity_weights
from studio.renderer import Studio

PLACE = SampleId(moment=12, camera=1, frame=3, time_s=0.12, identity=5)
#: What is seen follows from everything, so it may change with any factor that moves the face.
SEEN = {"landmarks", "landmarks_world", "mediapipe_landmarks"}
DRAWN = {"expression"}


def base() -> Factors:
    articulation = np.zeros(52, np.float32)
    articulation[INDEX["jawOpen"]] = 0.4
    emotion = np.zeros(8, np.float32)
    emotion[EMOTIONS.index("angry")] = 0.8
    return Factors(
        identity=identity_weights(5),
        look=3,
        background=4,
        style="clay",
        pose=Pose(0.1, 0.2, -0.1, 1.0, 0.5, -0.5, 1.1),
        articulation=articulation,
        emotion=emotion,
        gaze=(0.1, -0.1),
        view=CameraView(azimuth=0.2),
    )


def labels(studio: Studio, factors: Factors, place: SampleId = PLACE) -> Labels:
    return labels_of(studio.render(factors, 64), place)


def different(a: Labels, b: Labels) -> set[str]:
    return {f.name for f in fields(a) if not np.array_equal(getattr(a, f.name), getattr(b, f.name))}


def test_labels_have_the_documented_shapes(small_studio: Studio) -> None:
    made = labels(small_studio, base())
    assert [f.name for f in fields(Labels)] == list(LABEL_SHAPES)
    for name, (shape, kind) in LABEL_SHAPES.items():
        array = getattr(made, name)
        assert (array.shape, array.dtype) == (shape, np.dtype(kind)), name


def test_labels_equal_the_factors_and_project_to_the_landmarks(small_studio: Studio) -> None:
    made = labels(small_studio, base())
    assert (int(made.moment), int(made.camera), int(made.frame), int(made.identity)) == (12, 1, 3, 5)
    np.testing.assert_allclose(made.pose, (0.1, 0.2, -0.1, 1.0, 0.5, -0.5, 1.1), atol=1e-6)
    assert EMOTIONS[int(made.emotion_label)] == "angry"
    assert float(made.emotion_intensity) == pytest.approx(0.8)
    assert made.emotion_shapes[INDEX["browDownLeft"]] > 0.7
    assert made.articulation[INDEX["browDownLeft"]] == 0.0
    assert made.articulation[INDEX["jawOpen"]] == pytest.approx(0.4)
    # pixels by the intrinsics are the landmarks
    seen = made.landmarks_world @ made.world_to_camera[:3, :3].T + made.world_to_camera[:3, 3]
    pixels = (seen * (1, -1, -1)) @ made.intrinsics.T
    np.testing.assert_allclose(pixels[:, :2] / pixels[:, 2:], made.landmarks[:, :2], atol=1e-3)
    np.testing.assert_allclose(camera_of(made).project(made.landmarks_world, 64), made.landmarks, atol=1e-3)


FACTOR_CHANGES: list[tuple[str, dict[str, Any], set[str]]] = [
    ("look", {"look": 9}, {"look"}),
    ("background", {"background": 9}, {"background"}),
    ("pose", {"pose": Pose(yaw=-0.3)}, {"pose", *SEEN}),
    ("articulation", {"articulation": np.zeros(52, np.float32)}, {"articulation", *DRAWN, *SEEN}),
    (
        "emotion",
        {"emotion": np.eye(8, dtype=np.float32)[0]},
        {"emotion", "emotion_shapes", "emotion_label", "emotion_intensity", *DRAWN, *SEEN},
    ),
    ("gaze", {"gaze": (-0.3, 0.3)}, {"gaze", *DRAWN, *SEEN}),
    (
        "view",
        {"view": CameraView(azimuth=-0.2, focal=2.0)},
        {"focal", "intrinsics", "world_to_camera", *SEEN} - {"landmarks_world"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "may_differ"), [c[1:] for c in FACTOR_CHANGES], ids=[c[0] for c in FACTOR_CHANGES]
)
def test_changing_one_factor_leaves_the_labels_of_the_others(
    small_studio: Studio, change: dict[str, Any], may_differ: set[str]
) -> None:
    before, after = labels(small_studio, base()), labels(small_studio, replace(base(), **change))
    changed = different(before, after)
    assert changed
    assert changed <= may_differ


def test_changing_the_identity_leaves_everything_but_the_face(small_studio: Studio) -> None:
    other = replace(base(), identity=identity_weights(6))
    after = labels(small_studio, other, replace(PLACE, identity=6))
    assert different(labels(small_studio, base()), after) <= {"identity", "identity_weights", "split", *SEEN}


def test_every_coefficient_is_in_one_region() -> None:
    places = np.concatenate(list(REGION_INDICES.values()))
    assert sorted(places) == list(range(len(BLENDSHAPES)))
    assert INDEX["jawOpen"] in REGION_INDICES["mouth"]


def test_labels_survive_json_exactly(small_studio: Studio) -> None:
    made = labels(small_studio, base())
    assert different(labels_from_json(labels_to_json(made)), made) == set()


@pytest.mark.parametrize("change", [{"pose": None}, {"pose": [1.0, 2.0]}])
def test_a_label_that_is_missing_or_has_another_shape_is_an_error(
    small_studio: Studio, change: dict[str, Any]
) -> None:
    plain = {**labels_to_json(labels(small_studio, base())), **change}
    if plain["pose"] is None:
        del plain["pose"]
    with pytest.raises(StudioError, match="pose"):
        labels_from_json(plain)
