"""The pictures of conditions against geometry: rays cast at the avatar's mesh, and the draft that they belong to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from face.avatar import Avatar, load_avatar
from face.camera import rotation
from face.conditions import CHANNELS_IN, CONDITION_PX, LABEL_STEP, PARTS, as_planes
from face.motion import Motion
from face.regions import REGIONS, RegionCrops, lip_vertices
from face.rig import HeadRig, load_rig
from protocol.channels import CHANNEL_INDEX
from runtime.engines.condition_pass import ConditionPass
from runtime.engines.head import HeadEngine

SIZE = 512
FACE, EYE, MOUTH = (PARTS.index(part) + 1 for part in ("face", "eye", "mouth"))
MOTIONS = {
    "ahead": {},
    "turned": {"pose_yaw": 0.45, "pose_pitch": -0.1, "pose_x": 0.03},
    "seen from the side": {"view_azimuth": -0.5, "view_elevation": 0.15, "pose_roll": 0.2},
}


@pytest.fixture(scope="module")
def avatar(drawn_avatar: Path) -> Avatar:
    return load_avatar(drawn_avatar)


@pytest.fixture(scope="module")
def rig(avatar: Avatar) -> HeadRig:
    return load_rig(avatar)


@pytest.fixture(scope="module")
def conditions(engine: HeadEngine, avatar: Avatar) -> ConditionPass:
    engine.set_avatar(avatar)
    made = ConditionPass(engine.gl)
    made.set_head(engine.draw(Motion.neutral()))
    return made


def moved(**values: float) -> Motion:
    """`pose_yaw=0.1` -> a Motion with it."""
    motion = Motion.neutral()
    for name, value in values.items():
        layer, channel = name.split("_")
        motion.values[CHANNEL_INDEX[layer][channel]] = value
    return motion


def drawn(engine: HeadEngine, conditions: ConditionPass, motion: Motion) -> NDArray[np.uint8]:
    """The three pictures of conditions of a motion, copied."""
    head = engine.draw(motion)
    return conditions.draw(head, engine.drawn, motion).copy()


def labels_of(pictures: NDArray[np.uint8]) -> NDArray[np.int64]:
    return np.round(pictures[1, ..., 3] / LABEL_STEP).astype(int)


def pixel(place: NDArray[np.float32]) -> tuple[int, int]:
    """Row and column of the pixel of a place, heights from the centre."""
    column, row = np.floor((place + 0.5) * CONDITION_PX).astype(int)
    return int(row), int(column)


def angle_deg(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Between two vectors of any length."""
    cosine = one @ other / (np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def ray_of(row: int, column: int, focal: float) -> NDArray[np.float64]:
    """The ray through the centre of a pixel, camera space."""
    x, y = (column + 0.5) / CONDITION_PX - 0.5, (row + 0.5) / CONDITION_PX - 0.5
    return np.array([x, -y, -focal])


def nearest_triangle(
    corners: NDArray[np.float64], ray: NDArray[np.float64]
) -> tuple[int, NDArray[np.float64]] | None:
    """The first triangle (T, 3, 3) that a ray from the origin meets, and where (Möller and Trumbore, 1997)."""
    a, b, c = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    across = np.cross(ray, c)
    area = (b * across).sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        u = (-a * across).sum(1) / area
        up = np.cross(-a, b)
        v = up @ ray / area
        far = (c * up).sum(1) / area
    met = (u >= 0) & (v >= 0) & (u + v <= 1) & (far > 0) & (np.abs(area) > 1e-12)
    if not met.any():
        return None
    found = int(np.where(met, far, np.inf).argmin())
    return found, ray * far[found]


@pytest.mark.parametrize("name", MOTIONS)
def test_normals_are_those_of_the_surface_that_a_ray_meets(
    name: str, engine: HeadEngine, conditions: ConditionPass, rig: HeadRig
) -> None:
    motion = moved(**MOTIONS[name])
    pictures = drawn(engine, conditions, motion)
    planes = as_planes(pictures, out=np.zeros((CHANNELS_IN, CONDITION_PX, CONDITION_PX), np.float32))
    triangles, camera = rig.model.triangles["face"], rig.camera
    still = (
        rig.neutral @ camera.rotation.T.astype(np.float64) + camera.translation
    )  # the portrait's camera space
    seen = camera.seen(rig.neutral, motion).astype(np.float64)
    rows, columns = np.nonzero(labels_of(pictures) == FACE)
    chosen = np.random.default_rng(0).choice(len(rows), 150, replace=False)
    turns, shown, cosines = [], [], []
    for row, column in zip(rows[chosen], columns[chosen], strict=True):
        hit = nearest_triangle(seen[triangles], ray_of(row, column, camera.focal))
        if hit is None:
            continue
        corners = triangles[hit[0]]
        normal, before = (
            np.cross(points[corners[1]] - points[corners[0]], points[corners[2]] - points[corners[0]])
            for points in (seen, still)
        )
        side = -np.sign(normal @ hit[1])  # towards the camera
        normal, before = side * normal / np.linalg.norm(normal), side * before / np.linalg.norm(before)
        turns.append(angle_deg(normal, planes[4:7, row, column].astype(float)))
        shown.append(angle_deg(before, planes[7:10, row, column].astype(float)))
        middle = still[corners].mean(0)
        cosines.append(max(before @ -middle / np.linalg.norm(middle), 0) - planes[10, row, column])
    assert len(turns) > 120
    # A byte a coordinate is within half a degree; pixels at the edge of a triangle may show its neighbour.
    for angles in (turns, shown):
        assert np.median(angles) < 0.6
        assert np.quantile(angles, 0.8) < 1.5
    assert np.quantile(np.abs(cosines), 0.8) < 0.03


def test_a_turned_heads_normals_are_turned_by_exactly_that(
    engine: HeadEngine, conditions: ConditionPass, rig: HeadRig
) -> None:
    """The normal of one point of the surface, before and after."""
    turn = rotation(0.3, 0.1, -0.2)
    before = moved()
    after = moved(pose_yaw=0.3, pose_pitch=0.1, pose_roll=-0.2)
    triangles, camera = rig.model.triangles["face"], rig.camera
    middles = rig.neutral[triangles].mean(1)
    moments = [
        (drawn(engine, conditions, motion), camera.seen(rig.neutral, motion).astype(float)[triangles], motion)
        for motion in (before, after)
    ]
    gaps = []
    for number in np.random.default_rng(1).choice(len(triangles), 500, replace=False):
        normals = []
        for pictures, corners, motion in moments:
            row, column = pixel(camera.project(camera.seen(middles[number : number + 1], motion))[0])
            hit = nearest_triangle(corners, ray_of(row, column, camera.focal))
            if hit is not None and hit[0] == number and pictures[1, row, column, 3] == FACE * LABEL_STEP:
                normals.append(pictures[1, row, column, :3] / 127.5 - 1)
        if len(normals) == 2:  # the pixels' centres show this triangle in both pictures
            gaps.append(angle_deg(turn.astype(float) @ normals[0], normals[1]))
    assert len(gaps) > 20
    assert np.median(gaps) < 1.0
    assert np.quantile(gaps, 0.8) < 2.5


def test_labels_are_the_parts_that_the_draft_shows(
    engine: HeadEngine, conditions: ConditionPass, rig: HeadRig
) -> None:
    motion = moved(pose_yaw=0.2, expression_jawOpen=0.8)
    labels = labels_of(drawn(engine, conditions, motion))
    camera, model = rig.camera, rig.model
    for side in (0, 1):
        ball = rig.neutral[model.eyeball(side)]
        front = ball[ball[:, 2].argmax()][None]
        assert labels[pixel(camera.project(camera.seen(front, motion))[0])] == EYE
    opened = model.expressed(rig.neutral, motion.expression)
    upper, lower = (camera.seen(opened[loop], motion) for loop in (model.lips.upper, model.lips.lower))
    middle = len(upper) // 2
    between = camera.project((upper[middle : middle + 1] + lower[middle : middle + 1]) / 2)[0]
    assert labels[pixel(between)] == MOUTH
    forehead = rig.neutral[[rig.model.triangles["face"].min()]] * 0 + (0, 7.5, 10.5)
    assert labels[pixel(camera.project(camera.seen(forehead.astype(np.float32), motion))[0])] == FACE


def test_the_mouths_crop_is_centred_on_the_mouth_that_is_drawn(
    engine: HeadEngine, conditions: ConditionPass, rig: HeadRig
) -> None:
    motion = moved(pose_yaw=-0.2, pose_roll=0.3, pose_x=0.05, expression_jawOpen=0.9)
    rows, columns = np.nonzero(labels_of(drawn(engine, conditions, motion)) == MOUTH)
    assert len(rows) > 15
    place = np.array([columns.mean() + 0.5, rows.mean() + 0.5]) / CONDITION_PX - 0.5
    crops = RegionCrops(lip_vertices(rig.model), rig.camera, rig.eye_centres)
    matrix = crops.matrix("mouth", rig.model.expressed(rig.neutral, motion.expression), motion)
    region = REGIONS["mouth"]
    at = matrix[:, :2] @ place + matrix[:, 2]
    assert at == pytest.approx((region.width / 2, region.height / 2), abs=0.12 * region.width)


def test_what_has_a_label_is_drawn_and_the_reverse(engine: HeadEngine, conditions: ConditionPass) -> None:
    pictures = drawn(engine, conditions, moved(pose_yaw=0.3))
    alpha, label = pictures[0, ..., 3], labels_of(pictures)
    assert (alpha[label == FACE] > 100).mean() > 0.99
    assert ((alpha > 127) == (label > 0)).mean() > 0.9
    assert set(np.unique(label)) <= set(range(len(PARTS) + 1))


def test_the_first_picture_is_the_draft_averaged(engine: HeadEngine, conditions: ConditionPass) -> None:
    pictures = drawn(engine, conditions, moved(pose_yaw=0.3))
    full = np.frombuffer(engine.drawn.read(), np.uint8).reshape(SIZE, SIZE, 4).astype(float)
    share = SIZE // CONDITION_PX
    mean = full.reshape(CONDITION_PX, share, CONDITION_PX, share, 4).mean((1, 3))
    assert np.abs(pictures[0] - mean).max() <= 2.0


def test_frames_are_the_same_bytes_with_and_without_conditions(
    engine: HeadEngine, conditions: ConditionPass
) -> None:
    motion = moved(pose_yaw=0.25, expression_jawOpen=0.4)
    before = engine.render(motion, 0.0).copy()
    drawn(engine, conditions, motion)
    assert np.array_equal(engine.render(motion, 0.0), before)


def test_another_avatar_after_release_draws_its_own_conditions(
    engine: HeadEngine, conditions: ConditionPass, avatar: Avatar
) -> None:
    motion = moved(pose_yaw=0.2)
    before = drawn(engine, conditions, motion)
    conditions.release_head()
    engine.set_avatar(avatar)
    conditions.set_head(engine.draw(motion))
    assert np.array_equal(drawn(engine, conditions, motion), before)
