from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.parsing import ParsingLogits
from tests.made_portraits import made_portrait
from training.parsing.augment import make_example
from training.parsing.batches import ParsingBatch, parsing_batch
from training.parsing.losses import parsing_loss, soft_parts
from vision.portrait_parts import PORTRAIT_PARTS


@pytest.fixture(scope="module")
def batch() -> ParsingBatch:
    return parsing_batch(
        [make_example(made_portrait(1), lambda random, size: np.zeros((size, size, 3), np.float32), None)]
    )


def logits(batch: ParsingBatch, strength: float) -> ParsingLogits:
    return ParsingLogits(strength * (2 * soft_parts(batch) - 1), strength * (2 * batch.alpha - 1))


def test_shares_add_up_to_one_and_the_person_is_as_opaque_as_the_alpha(batch: ParsingBatch) -> None:
    shares = soft_parts(batch)
    assert shares.shape[1] == len(PORTRAIT_PARTS)
    torch.testing.assert_close(shares.sum(1), torch.ones_like(shares[:, 0]))
    torch.testing.assert_close(shares[:, 1:].sum(1), batch.alpha[:, 0])


def test_the_truth_costs_least(batch: ParsingBatch) -> None:
    right = float(parsing_loss(logits(batch, 12.0), batch)[0])
    unsure = float(parsing_loss(logits(batch, 0.0), batch)[0])
    wrong = float(parsing_loss(logits(batch, -4.0), batch)[0])
    assert right < 0.1 * unsure < unsure < wrong


def test_a_mistake_at_the_outline_costs_more_than_one_far_from_it(batch: ParsingBatch) -> None:
    def cost(rows: slice, columns: slice) -> float:
        made = logits(batch, 6.0)
        made.alpha[:, :, rows, columns] *= -1
        return float(parsing_loss(made, batch)[1]["alpha"])

    # the face's middle, and the outline of the hair at its left
    assert cost(slice(60, 80), slice(47, 51)) > 1.8 * cost(slice(60, 80), slice(78, 82))
