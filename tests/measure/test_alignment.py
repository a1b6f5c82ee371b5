from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from face.head_model import load_head_model
from face.landmarks import FIRST_IRIS, load_landmarks
from measure.alignment import (
    ALL,
    REGIONS,
    AlignmentRow,
    Gap,
    alignment_moments,
    gaps_of,
    markdown_of,
    measure_alignment,
    rows_of,
)
from measure.factors_to_motion import head_in_camera
from studio.factors import CameraView, Factors, Pose
from studio.head.identity import identities_of
from studio.renderer import Studio


def test_regions_are_where_their_names_say_on_both_sides_of_the_head() -> None:
    points = load_landmarks().of(load_head_model().vertices)
    middle = {region: points[list(chosen)].mean(0) for region, chosen in REGIONS.items()}
    heights = [middle[region][1] for region in ("brows", "eyes", "nose", "mouth", "chin")]
    assert heights == sorted(heights, reverse=True)
    assert max(abs(place[0]) for place in middle.values()) < 0.25
    assert middle["nose"][2] == max(place[2] for place in middle.values())
    inner = sorted({point for region, chosen in REGIONS.items() if region != "outline" for point in chosen})
    outline = points[list(REGIONS["outline"])]
    for axis in (0, 1):
        assert outline[:, axis].min() < points[inner, axis].min()
        assert outline[:, axis].max() > points[inner, axis].max()
    assert all(len(set(chosen)) == len(chosen) and max(chosen) < FIRST_IRIS for chosen in REGIONS.values())


@pytest.mark.parametrize(("yaw", "sign"), [(0.4, 1), (-0.4, -1)])
def test_along_is_the_direction_of_the_turn(yaw: float, sign: int) -> None:
    gap = np.zeros((478, 2), np.float32)
    gap[list(REGIONS["mouth"])] = (3.0, 4.0)
    found = {one.region: one for one in gaps_of(gap, Factors(pose=Pose(yaw=yaw)), has_own_pivot=True)}
    assert found["mouth"].along == pytest.approx(sign * 3.0)
    assert found["mouth"].down == pytest.approx(4.0)
    assert found["mouth"].distance == pytest.approx(5.0)
    assert found["nose"].distance == 0.0
    assert 0 < found[ALL].distance < 5
    assert found["mouth"].yaw_deg == pytest.approx(np.degrees(yaw), abs=1e-3)


def test_rows_are_means_and_spreads_of_pictures_by_yaw_and_region() -> None:
    gaps = [
        Gap("eyes", yaw, along, 0.5, 2.0, True)
        for yaw, along in ((-20.0, 1.0), (25.9, 3.0), (26.0, 9.0), (50.0, 99.0))
    ]
    gaps += [Gap("eyes", 20.0, 70.0, 0.0, 70.0, False), Gap(ALL, 3.0, 7.0, 0.0, 7.0, False)]
    assert rows_of(gaps) == [
        AlignmentRow(ALL, "0–8°", False, 1, (7.0, 0.0), (0.0, 0.0), 7.0),
        AlignmentRow("eyes", "16–26°", True, 2, (2.0, 1.0), (0.5, 0.0), 2.0),
        AlignmentRow("eyes", "26–45°", True, 1, (9.0, 0.0), (0.5, 0.0), 2.0),
    ]
    assert "| eyes | the avatar's pivot | 16–26° | 2 | +2.00 ± 1.00 | +0.50 ± 0.00 | 2.00 |" in markdown_of(
        rows_of(gaps)
    )


def test_moments_follow_from_the_seed_and_turn_head_and_camera() -> None:
    portrait = Factors(view=CameraView(distance=84.0))
    one, again, other = (list(alignment_moments(portrait, 3, 12, seed)) for seed in (0, 0, 1))
    yaws = [[head_in_camera(factors)[0] for factors in run] for run in (one, again, other)]
    assert yaws[0] == yaws[1]
    assert yaws[0] != yaws[2]
    assert len({factors.view.azimuth for factors in one}) > 3
    assert len({factors.pose.yaw for factors in one if factors.view == portrait.view}) > 3
    assert max(np.abs(yaws[0])) > np.radians(16)


def test_an_avatars_own_pivot_brings_the_drafts_of_a_person_to_the_truth(
    shared: Path, ict_studio: Studio
) -> None:
    pytest.importorskip("mediapipe")
    from authoring.portrait.detect import AT_ONCE
    from vision.landmarker import FaceLandmarker

    model = shared / "models" / "face_landmarker.task"
    done: list[int] = []
    with FaceLandmarker(model, video=False, num_faces=AT_ONCE) as landmarker:
        gaps, refused = measure_alignment(
            ict_studio,
            landmarker,
            identities_of("test", 1),
            motions=6,
            seed=0,
            style="real",
            progress=done.append,
        )
    assert refused == 0
    assert done == [1]
    mine = {own: [g for g in gaps if g.region == ALL and g.has_own_pivot is own] for own in (True, False)}
    assert len(mine[True]) == len(mine[False]) == 6
    assert max(gap.distance for gap in mine[True]) < 3.0
    spread = {own: np.abs([gap.along for gap in found]).mean() for own, found in mine.items()}
    assert spread[True] < spread[False]


def test_a_person_without_a_face_is_refused(shared: Path, small_studio: Studio) -> None:
    pytest.importorskip("mediapipe")
    from authoring.portrait.detect import AT_ONCE
    from vision.landmarker import FaceLandmarker

    model = shared / "models" / "face_landmarker.task"
    with FaceLandmarker(model, video=False, num_faces=AT_ONCE) as landmarker:
        found = measure_alignment(small_studio, landmarker, [7], motions=1, seed=0, style="clay")
    assert found == ([], 1)
