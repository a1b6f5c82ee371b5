from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from training.emotion.combining import combine_expressions
from training.emotion.quick_changes import with_quick_changes
from training.emotion.takes import Takes, load_takes


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Takes:
    return load_takes(tmp_path_factory.mktemp("takes") / "takes.npz", range(16), seconds=10.0)


def test_emotions_of_some_movers_change_sooner_than_the_studios(takes: Takes) -> None:
    made = with_quick_changes(takes, 2)
    changed = (made.intensities != takes.intensities).any((1, 2))
    assert 1 <= changed.sum() < 12
    steps = [np.abs(np.diff(one.intensities[changed], axis=1)).max() for one in (takes, made)]
    assert steps[1] > 1.5 * steps[0]


def test_speech_and_the_trackers_faults_stay(takes: Takes) -> None:
    made = with_quick_changes(takes, 2)
    assert made.spoken is takes.spoken
    faults = [
        one.seen - combine_expressions(one.spoken, np.clip(one.felt * one.gains[:, None], 0.0, 1.0))
        for one in (takes, made)
    ]
    free = (made.seen > 0.0) & (made.seen < 1.0) & (takes.seen > 0.0) & (takes.seen < 1.0)
    np.testing.assert_allclose(faults[0][free], faults[1][free], atol=1e-4)


def test_labels_belong_to_the_expression_beside_them(takes: Takes) -> None:
    made = with_quick_changes(takes, 2)
    # a face without any emotion shows none
    calm = made.intensities.max(-1) == 0.0
    assert calm.any()
    assert made.felt[calm].max() < 1e-6


def test_seeds_repeat_and_differ(takes: Takes) -> None:
    one, again, other = (with_quick_changes(takes, seed).seen for seed in (1, 1, 2))
    assert one.tobytes() == again.tobytes()
    assert one.tobytes() != other.tobytes()
