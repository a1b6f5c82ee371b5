from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from protocol.blendshapes import BLENDSHAPES, INDEX
from training.emotion.combining import closures, combine_expressions
from training.emotion.mannerisms import with_mannerisms
from training.emotion.takes import Takes, load_takes


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Takes:
    return load_takes(tmp_path_factory.mktemp("takes") / "takes.npz", range(8), seconds=5.0)


def test_speech_gets_the_shapes_that_visemes_lack(takes: Takes) -> None:
    made = with_mannerisms(takes, 3)
    for name in ("mouthShrugLower", "mouthLeft", "jawForward"):
        before, after = (one.spoken[..., INDEX[name]].std() for one in (takes, made))
        assert after > before + 0.003, name
    eyes = [i for i, name in enumerate(BLENDSHAPES) if name.startswith(("eyeBlink", "eyeLook"))]
    np.testing.assert_array_equal(made.spoken[..., eyes], takes.spoken[..., eyes])


def test_emotions_and_the_trackers_faults_stay(takes: Takes) -> None:
    made = with_mannerisms(takes, 3)
    assert made.felt is takes.felt
    felt = takes.felt * takes.gains[:, None]
    faults = [one.seen - combine_expressions(one.spoken, felt) for one in (takes, made)]
    free = (made.seen > 0.0) & (made.seen < 1.0)  # those that no limit cuts off
    np.testing.assert_allclose(faults[0][free], faults[1][free], atol=1e-4)
    for array in (made.seen, made.spoken):
        assert 0.0 <= array.min() <= array.max() <= 1.0
    silent = takes.gains == 0.0
    for mover in range(8):
        assert not made.spoken[mover][:, silent[mover]].any()


def test_lips_that_met_still_meet(takes: Takes) -> None:
    made = with_mannerisms(takes, 3)
    shut = (closures(takes.spoken) > 0.9) & (takes.spoken[..., INDEX["jawOpen"]] > 0.05)
    shut &= made.spoken[..., INDEX["jawOpen"]] > 0.05
    assert shut.sum() > 10
    assert closures(made.spoken)[shut].min() > 0.85


def test_seeds_repeat_and_differ(takes: Takes) -> None:
    one, again, other = (with_mannerisms(takes, seed).spoken for seed in (1, 1, 2))
    assert one.tobytes() == again.tobytes()
    assert one.tobytes() != other.tobytes()
