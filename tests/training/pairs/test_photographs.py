"""Pairs of photographs: the studio stands in for the camera, so that what they should show is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("mediapipe")

from studio.labelled_image import FACE_PARTS
from studio.renderer import Studio, StudioPicture
from tests.authoring.clip.made_clips import clip_of
from training.errors import TrainingError
from training.pairs.person_pairs import DRAWN_PX, PAIR_PX, PersonPairs, read_pairs
from training.pairs.photographs import PhotographMaker, parts_of
from training.pairs.recipe import portrait_factors

PERSON = 4
YAWS = (0.0, 0.15, 0.3, -0.2)
#: Avatars of a file.
PORTRAITS = 2


@pytest.fixture(scope="module")
def pictures(ict_studio: Studio) -> list[StudioPicture]:
    """A head that turns."""
    factors = portrait_factors(PERSON, 0)
    pose = factors.pose
    turned = [replace(factors, pose=replace(pose, yaw=pose.yaw + yaw)) for yaw in YAWS]
    return [ict_studio.render(one, DRAWN_PX) for one in turned]


@pytest.fixture(scope="module")
def maker(
    pictures: list[StudioPicture], shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PhotographMaker]:
    place = tmp_path_factory.mktemp("files")
    photo, wall = place / "photo.png", place / "wall.png"
    Image.fromarray(pictures[0].composed()).save(photo)
    Image.fromarray(np.full((300, 300, 3), 120, np.uint8)).save(wall)
    clip = clip_of(place / "clip.mp4", [one.composed() for one in pictures])
    model = shared / "models" / "face_landmarker.task"
    made = PhotographMaker(model, [photo, clip, wall], count=8, portraits=PORTRAITS, seed=0)
    yield made
    made.close()


@pytest.fixture(scope="module")
def warped_back(maker: PhotographMaker, tmp_path_factory: pytest.TempPathFactory) -> PersonPairs:
    folder = tmp_path_factory.mktemp("pairs") / "p000000"
    assert maker.make(0, folder)
    return read_pairs(folder)


def face_off(draft: np.ndarray, truth: np.ndarray, part: np.ndarray) -> float:
    """Mean difference of colours in the face."""
    inside = np.isin(part, FACE_PARTS)
    return float(np.abs(draft[..., :3].astype(float) - truth[..., :3])[inside].mean())


def test_a_photograph_is_turned_away_and_back(
    warped_back: PersonPairs, pictures: list[StudioPicture]
) -> None:
    """The draft lies on the photograph, which the portrait it is made from does not."""
    photo = np.asarray(
        Image.fromarray(pictures[0].composed()).resize((PAIR_PX, PAIR_PX), Image.Resampling.BOX)
    )
    assert len(warped_back.draft) == 2
    truth, part = warped_back.truth[1], warped_back.part[1]
    assert face_off(truth, photo, part) < 6.0
    off = face_off(warped_back.draft[1], truth, part)
    assert off < 0.5 * face_off(warped_back.portrait, truth, part)
    apart = np.linalg.norm(warped_back.place_draft[1] - warped_back.place_truth[1], axis=1) * PAIR_PX
    assert np.median(apart) < 2.5
    assert np.array_equal(warped_back.draft[0], warped_back.portrait_draft)
    assert not warped_back.is_lit


def test_avatars_of_a_photograph_are_turned_differently(
    maker: PhotographMaker, warped_back: PersonPairs, tmp_path: Path
) -> None:
    assert maker.make(1, tmp_path / "p000001")
    assert np.abs(read_pairs(tmp_path / "p000001").code[0] - warped_back.code[0]).max() > 0.05


def test_frames_of_a_clip_are_the_truth_of_an_avatar_of_another(
    maker: PhotographMaker, pictures: list[StudioPicture], tmp_path: Path
) -> None:
    assert maker.make(PORTRAITS, tmp_path / "p000002")
    pairs = read_pairs(tmp_path / "p000002")
    assert len(pairs.draft) == len(YAWS)
    for number in range(1, len(YAWS)):
        truth, part = pairs.truth[number], pairs.part[number]
        assert face_off(pairs.draft[number], truth, part) < 0.8 * face_off(pairs.portrait, truth, part)
        true = pairs.place_truth[number]
        apart, moved = (
            np.median(np.linalg.norm(one - true, axis=1))
            for one in (pairs.place_draft[number], pairs.place_truth[0])
        )
        assert apart < 0.4 * moved
    assert int(pairs.identity) == PORTRAITS
    assert pairs.is_lit


def test_a_picture_without_a_face_ends_the_work_with_why(maker: PhotographMaker, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"wall\.png: no face"):
        maker.make(2 * PORTRAITS, tmp_path / "p000004")
    assert not any(tmp_path.iterdir())


def test_parts_are_those_that_the_studio_labels(pictures: list[StudioPicture]) -> None:
    for picture in pictures:
        points = np.asarray(picture.mediapipe_landmarks[:, :2] / DRAWN_PX - 0.5, np.float32)
        told, true = np.isin(parts_of(points), FACE_PARTS), picture.face_mask
        assert (told & true).sum() > 0.93 * told.sum()
        assert (told & true).sum() > 0.55 * true.sum()
