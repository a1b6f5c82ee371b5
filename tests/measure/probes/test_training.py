"""Training, where torch is installed."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="probes are torch networks; pip install 'omote[torch]'")

from measure.errors import MeasureError
from measure.probes.accuracy import probe_accuracy
from measure.probes.probes import load_probes
from measure.probes.samples import ProbeSamples, draw_probe_samples
from measure.probes.training import augmented, train_probes, with_mirrored
from protocol.blendshapes import INDEX


@pytest.fixture(scope="module")
def samples(small_head: Path) -> ProbeSamples:
    """Crops of two people. Not to be changed."""
    return draw_probe_samples(small_head, [3, 4], seed=1, style="clay")


def some_of(samples: ProbeSamples, count: int) -> ProbeSamples:
    """Samples of all people."""
    chosen = np.linspace(0, len(samples.crops) - 1, count).astype(int)
    return ProbeSamples(**{field.name: getattr(samples, field.name)[chosen] for field in fields(samples)})


def test_probes_are_read_back_and_a_damaged_file_is_refused(tmp_path: Path, samples: ProbeSamples) -> None:
    path = tmp_path / "probes.npz"
    # Of 8 crops and their mirrored copies the schedule takes 15 steps, of 16 pictures each.
    assert train_probes(some_of(samples, 8), minutes=0.02, seed=0, path=path) > 0
    assert path.stat().st_size < 2_000_000
    probes = load_probes(path)
    seen = probes.read(list(samples.crops))
    assert np.linalg.norm(seen.identity, axis=1) == pytest.approx(1.0, abs=1e-3)
    assert "pose" in str(probe_accuracy(probes, samples))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(MeasureError, match="train-probes"):
        load_probes(path)


def test_mirrored_copies_swap_sides_and_signs(samples: ProbeSamples) -> None:
    both = with_mirrored(samples)
    half = len(samples.crops)
    assert np.array_equal(both.crops[half:], samples.crops[:, :, ::-1])
    left, right = INDEX["mouthSmileLeft"], INDEX["mouthSmileRight"]
    assert np.array_equal(both.expression[half:, left], samples.expression[:, right])
    assert np.array_equal(both.pose[half:], samples.pose * (-1, 1, -1))
    assert np.array_equal(both.gaze[half:], samples.gaze * (-1, 1))


def test_augmentation_changes_pixels_and_keeps_shape_and_type() -> None:
    crops = np.random.default_rng(0).integers(0, 256, (4, 96, 96, 3), np.uint8)
    found = augmented(crops, np.random.default_rng(1))
    assert found.shape == crops.shape
    assert found.dtype == np.uint8
    assert (found != crops).mean() > 0.5
