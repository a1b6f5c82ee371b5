from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.tracker import TrackerReading
from tests.made_faces import made_faces
from training.tracker.batches import TrackerBatch, plain_batch
from training.tracker.losses import tracker_loss, weights_of
from vision.tracker_outputs import READ_SHAPES, REST


@pytest.fixture
def batch() -> TrackerBatch:
    return plain_batch([made_faces(k, 1) for k in range(3)], 0, disturbed=False)


def perfect(batch: TrackerBatch) -> TrackerReading:
    return TrackerReading(
        expression=batch.expression.clone(),
        gaze=batch.gaze[:, None].repeat(1, 2, 1),
        turn=batch.turn[:, :, :2].transpose(1, 2).flatten(1),
        size=batch.size.clone(),
        landmarks=batch.landmarks.flatten(1),
        eye_points=batch.eye_points.flatten(2),
        mouth_points=batch.mouth_points.flatten(1),
        seen=batch.seen.clone(),
        code=torch.zeros(len(batch.seen), REST - 1),
    )


def test_a_perfect_reading_costs_nothing(batch: TrackerBatch) -> None:
    loss = tracker_loss(perfect(batch), batch, torch.ones(44))
    assert float(loss.total) < 1e-3


@pytest.mark.parametrize(
    "part", ["expression", "gaze", "turn", "size", "landmarks", "eye_points", "mouth_points"]
)
def test_every_part_is_felt_where_there_is_a_face_and_only_there(batch: TrackerBatch, part: str) -> None:
    name = "points" if part.endswith("points") else part
    wrong = perfect(batch)._replace(**{part: getattr(perfect(batch), part) + 0.1})
    assert tracker_loss(wrong, batch, torch.ones(44)).parts[name] > 1e-4
    empty = replace(batch, is_face=torch.zeros(3))
    assert tracker_loss(wrong, empty, torch.ones(44)).parts[name] == pytest.approx(0.0, abs=1e-6)


def test_what_is_hidden_counts_less(batch: TrackerBatch) -> None:
    smile = READ_SHAPES.index("mouthSmileLeft")
    wrong = perfect(batch)
    wrong.expression[:, smile] += 0.2
    hidden = replace(batch, seen=batch.seen * torch.tensor([1.0, 1.0, 1.0, 0.0]))
    open_cost, hidden_cost = (
        tracker_loss(wrong, one, torch.ones(44)).parts["expression"] for one in (batch, hidden)
    )
    assert hidden_cost < 0.3 * open_cost


def test_rare_shapes_weigh_as_much_as_common_ones() -> None:
    """Errors in proportion to the spread cost the same; a shape that never moves does not rule the loss."""
    spread = np.full(44, 0.2, np.float32)
    spread[20], spread[21] = 0.4, 0.0
    weights = weights_of(spread).numpy()
    plain = next(k for k in range(44) if k not in (20, 21) and "Blink" not in READ_SHAPES[k])
    assert weights[20] * 0.4**2 == pytest.approx(weights[plain] * 0.2**2, rel=1e-5)
    assert weights[21] < 4 * weights[plain]
    assert weights.mean() == pytest.approx(1.0, rel=1e-5)
