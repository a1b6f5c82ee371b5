from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from face.camera import rotation
from protocol.blendshapes import INDEX, mirrored
from tests.made_faces import made_faces
from training.tracker.batches import (
    GROUP,
    FaceBatches,
    TrackerBatch,
    _mirrored,
    _Rows,
    landmark_mirror,
    plain_batch,
)
from training.tracker.face_pictures import FACE_PX, read_faces, write_faces
from training.tracker.recipe import RESTS
from vision.face_crops import frame_of
from vision.tracker_outputs import READ_PLACES, READ_SHAPES


@pytest.fixture
def people(tmp_path: Path) -> list[Path]:
    folders = [tmp_path / f"p{k:06d}" for k in range(2)]
    for k, folder in enumerate(folders):
        write_faces(made_faces(k, 5), folder)
    return folders


def same(first: TrackerBatch, second: TrackerBatch) -> bool:
    return all(torch.equal(getattr(first, f.name), getattr(second, f.name)) for f in fields(TrackerBatch))


def mirrored_row(row: tuple[float, ...]) -> tuple[float, ...]:
    """Coefficients of READ_SHAPES with left and right swapped."""
    return tuple(row[READ_SHAPES.index(mirrored(name))] for name in READ_SHAPES)


def test_a_batch_follows_from_the_seed_and_its_number(people: list[Path]) -> None:
    """Also where the batches before it were never made, as after a resume."""
    began, resumed, other = (FaceBatches(people, batch=8, seed=seed) for seed in (5, 5, 6))
    batches = [began.make(number) for number in range(4)]
    assert same(batches[3], resumed.make(3))
    assert not same(batches[3], other.make(3))
    assert not same(batches[3], batches[2])


def test_labels_are_those_of_the_picture_in_the_crop() -> None:
    person = made_faces(4, 1)
    batch = plain_batch([person], 0, disturbed=False)
    np.testing.assert_array_equal(batch.expression[0], person.expression[0, READ_PLACES])
    frame = frame_of(person.landmarks[0])
    assert frame is not None
    # a landmark's place in the crop, -1..1 from edge to edge of 22 units about a point 4 units below the eyes
    x, y = (float(v) for v in batch.landmarks[0, 168])
    root = frame.to_places(person.landmarks[0, 168, :2])
    assert (x, y) == pytest.approx((root[0] / 11, -(root[1] + 4.0) / 11), abs=1e-5)
    assert batch.seen.tolist() == [[1.0] * 4]
    # the left eye's corners lie 30 pixels apart; the crop's side is 6.8 units
    outer, inner = batch.eye_points[0, 0, [0, 8]].numpy()
    assert np.hypot(*(outer - inner)) == pytest.approx(30 / frame.unit / 3.4, abs=1e-5)
    right_outer, right_inner = batch.eye_points[0, 1, [0, 8]].numpy()  # as in a mirror
    assert right_outer[0] > right_inner[0]
    first, second = batch.mouth_points[0, [0, 10]].numpy()
    assert np.hypot(*((second - first) * (1.0, 80 / 96))) == pytest.approx(56 / frame.unit / 5.4, abs=1e-5)
    # the crop shows the red disc in its middle
    assert float(batch.face[0, 0, 64, 64]) > 0.6 > 0.3 > float(batch.face[0, 2, 64, 64])


def test_the_turn_is_that_of_the_levelled_head() -> None:
    """A head that only rolls is straight in its crop."""
    person, turns = made_faces(4, 1), []
    for roll in (-0.4, 0.0, 0.5):
        points = person.landmarks[0].copy()
        cos, sin = np.cos(roll), np.sin(roll)
        # towards the right shoulder, which is left in the picture: counter-clockwise
        away = points[:, :2] - FACE_PX / 2
        points[:, :2] = FACE_PX / 2 + away @ np.array([[cos, -sin], [sin, cos]])
        person.landmarks[0], person.turn[0] = points, rotation(0.0, 0.0, roll)
        person.focal[0] = 1000.0  # from far away, every ray is the axis
        turns.append(plain_batch([person], 0, disturbed=False).turn[0].numpy())
        np.testing.assert_allclose(turns[-1], turns[0], atol=2e-3)
        person.landmarks[0] = made_faces(4, 1).landmarks[0]


def test_mirroring_twice_changes_nothing_and_once_swaps_the_sides() -> None:
    order = landmark_mirror()
    assert np.array_equal(order[order], np.arange(478))
    for one, other in ((33, 263), (133, 362), (61, 291), (468, 473), (159, 386), (234, 454)):
        assert order[one] == other
    assert order[10] == 10
    person = made_faces(4, 1)
    labels = (
        person.landmarks[0, :, :2], person.landmarks[0, :, 2], person.expression[0], person.gaze[0], person.turn[0],
    )  # fmt: skip
    flipped = _mirrored(*labels)
    assert flipped[2][INDEX["mouthLeft"]] == labels[2][INDEX["mouthRight"]]
    assert flipped[3].tolist() == pytest.approx([-labels[3][0], labels[3][1]])
    for one, same_again in zip(labels, _mirrored(*flipped), strict=True):
        np.testing.assert_allclose(one, same_again, atol=1e-4)
    np.testing.assert_allclose(
        _mirrored(*labels[:4], rotation(0.3, 0.2, 0.1))[4], rotation(-0.3, 0.2, -0.1), atol=1e-6
    )


def test_each_group_is_one_person_and_begins_with_a_face_at_rest(people: list[Path]) -> None:
    batch = FaceBatches(people, batch=32, seed=1).make(5)
    assert batch.rest_row.tolist() == [row // GROUP * GROUP for row in range(32)]
    rests = {
        tuple(read_faces(folder).expression[number, READ_PLACES].tolist()): folder.name
        for folder in people
        for number in range(RESTS)
    }
    both_sides = {mirrored_row(row): name for row, name in rests.items()} | rests
    assert all(tuple(row.tolist()) in both_sides for row in batch.expression[::GROUP])
    assert batch.is_face[::GROUP].min() == 1.0


def test_the_network_is_told_of_most_rests_but_of_no_rest_itself(people: list[Path]) -> None:
    batches = [FaceBatches(people, batch=64, seed=2).make(number) for number in range(6)]
    known = torch.cat([one.known for one in batches])
    is_rest = torch.cat([one.rest_row == torch.arange(64) for one in batches])
    assert known[is_rest].max() == 0.0
    assert 0.5 < float((known[~is_rest] == 1.0).float().mean()) < 0.8
    assert 0.1 < float((known[~is_rest] == 0.0).float().mean()) < 0.4


def test_a_hidden_rest_tells_nothing() -> None:
    rows = _Rows(2 * GROUP)
    rows.seen[:] = 1.0
    rows.seen[0, 3] = 0.2  # a hand before the first person's mouth
    told = np.zeros(2 * GROUP)
    for seed in range(20):
        rows.tell(np.random.default_rng(seed))
        told = np.maximum(told, rows.known)
    assert told.tolist() == [0.0] * GROUP + [0.0, 1.0, 1.0, 1.0]


def test_some_crops_miss_the_face_and_teach_only_that(people: list[Path]) -> None:
    batches = FaceBatches(people, batch=64, seed=0)
    made = [batches.make(number) for number in range(4)]
    is_face = torch.cat([one.is_face for one in made])
    seen = torch.cat([one.seen for one in made])
    assert 0.0 < float((is_face == 0).float().mean()) < 0.2
    assert float(seen[is_face == 0].max()) == 0.0
    assert float(seen[is_face == 1, 0].min()) == 1.0
