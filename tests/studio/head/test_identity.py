from __future__ import annotations

import numpy as np
import pytest

from studio.head.identity import SPLITS, Split, identities_of, identity_weights, split_of


def test_splits_share_no_identity_and_every_number_is_in_one() -> None:
    found = {split: set(identities_of(split, 300)) for split in SPLITS}
    assert found["train"] & found["validation"] == set()
    assert found["train"] & found["test"] == set()
    assert found["validation"] & found["test"] == set()
    assert {split_of(number) for number in range(500)} == set(SPLITS)


@pytest.mark.parametrize(("split", "share"), [("train", 0.8), ("validation", 0.1), ("test", 0.1)])
def test_splits_have_their_documented_sizes(split: Split, share: float) -> None:
    assert np.mean([split_of(number) == split for number in range(6000)]) == pytest.approx(share, abs=0.015)


def test_identities_of_starts_at_the_first_number() -> None:
    some = identities_of("test", 20)
    assert identities_of("test", 10, first=some[9] + 1) == some[10:]


def test_identities_never_change() -> None:
    """These numbers may never change: trained networks depend on the split of each identity."""
    np.testing.assert_allclose(
        identity_weights(7)[:4], [-0.06640039, -1.30529773, 1.58161664, -0.48923600], atol=1e-6
    )
    assert [split_of(number) for number in (0, 1, 2, 11)] == ["test", "validation", "train", "test"]
    assert (identity_weights(7) == identity_weights(7)).all()


def test_weights_have_the_documented_spread_and_no_correlation() -> None:
    identities = np.array([identity_weights(number) for number in range(400)])
    assert identities.shape == (400, 100)
    assert np.abs(identities).max() <= 2.6
    np.testing.assert_allclose(identities.mean(0), 0.0, atol=0.25)
    assert 0.95 < identities[:, :12].std() < 1.2
    assert 0.8 < identities[:, 12:].std() < 0.95
    # no mode tells anything about another one
    correlation = np.corrcoef(identities.T) - np.eye(100)
    assert np.abs(correlation).max() < 0.25
