from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.tracker import TrackerNet, TrackerReading, known, rotation_of
from tests.networks.tracker_models import random_crops, random_tracker
from vision.tracker_outputs import rotation_of as reference


def read(net: TrackerNet, **changes: np.ndarray) -> TrackerReading:
    crops = {name: torch.from_numpy(crop) for name, crop in (random_crops() | changes).items()}
    with torch.no_grad():
        return net(**crops)


def test_the_reading_has_the_documented_shapes_and_ranges() -> None:
    reading = read(random_tracker(), **random_crops(count=3))
    shapes = {name: tuple(value.shape) for name, value in reading._asdict().items()}
    assert shapes == {
        "expression": (3, 44), "gaze": (3, 2, 2), "turn": (3, 6), "size": (3, 1), "landmarks": (3, 956),
        "eye_points": (3, 2, 54), "mouth_points": (3, 86), "seen": (3, 4), "code": (3, 64),
    }  # fmt: skip
    for bounded in (reading.expression, reading.seen):
        assert 0.0 <= float(bounded.min()) <= float(bounded.max()) <= 1.0


def test_the_pose_does_not_depend_on_eyes_and_mouth() -> None:
    """The separation of pose and expression: other eyes and mouths, in their crops and in the face, change no pose."""
    net, crops = random_tracker(), random_crops()
    other = crops["face"].copy()
    # inside the covered rectangles; the mean and the contrast of the whole face stay as they were
    for rows, columns in ((slice(26, 52), slice(18, 110)), (slice(72, 108), slice(32, 96))):
        inside = other[:, :, rows, columns]
        other[:, :, rows, columns] = inside[:, :, ::-1].copy()
    before = read(net)
    after = read(net, face=other, eyes=crops["eyes"][::-1].copy(), mouth=crops["mouth"][..., ::-1].copy())
    torch.testing.assert_close(after.turn, before.turn, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(after.size, before.size, atol=1e-4, rtol=1e-4)
    assert not torch.allclose(after.expression, before.expression, atol=1e-4)


def test_a_rest_changes_what_is_read_as_far_as_it_is_known() -> None:
    net, crops = random_tracker(), {name: torch.from_numpy(one) for name, one in random_crops().items()}
    code = torch.from_numpy(np.random.default_rng(0).normal(size=(1, 64)).astype(np.float32))
    with torch.no_grad():
        untold, nothing = net(**crops), net(**crops, rest=known(code, 0.0))
        half, whole = (net(**crops, rest=known(code, share)) for share in (0.5, 1.0))
    for one, other in zip(untold, nothing, strict=True):
        assert torch.equal(one, other)
    moved, further = ((one.expression - untold.expression).abs().sum() for one in (half, whole))
    assert 0.0 < float(moved) < float(further)
    # it says what the picture means, not what is in it
    for name in ("landmarks", "eye_points", "mouth_points", "seen", "code"):
        assert torch.equal(getattr(whole, name), getattr(untold, name)), name


def test_brightness_and_contrast_change_nothing() -> None:
    before = read(random_tracker())
    after = read(random_tracker(), **{name: 0.5 * crop + 0.2 for name, crop in random_crops().items()})
    torch.testing.assert_close(after.expression, before.expression, atol=2e-2, rtol=2e-2)
    torch.testing.assert_close(after.turn, before.turn, atol=2e-2, rtol=2e-2)


def test_both_eyes_are_read_by_one_network() -> None:
    """The same crop for both eyes, the right one's mirrored: they look the same way, with the yaw's sign reversed."""
    crops = random_crops()
    crops["eyes"][1] = crops["eyes"][0]
    gaze = read(random_tracker(), **crops).gaze[0]
    torch.testing.assert_close(gaze[1], gaze[0] * torch.tensor([-1.0, 1.0]))


def test_six_numbers_become_the_rotation_of_the_reference() -> None:
    numbers = np.random.default_rng(0).normal(size=(10, 6)).astype(np.float32)
    made = rotation_of(torch.from_numpy(numbers)).numpy()
    np.testing.assert_allclose(made, [reference(one) for one in numbers], atol=1e-5)
