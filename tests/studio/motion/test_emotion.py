from __future__ import annotations

import numpy as np
import pytest

from protocol.channels import EMOTIONS
from studio.motion.emotion import EmotionArc, EmotionArcs, dominant


def test_emotions_rise_stay_and_fall() -> None:
    seen = np.zeros(len(EMOTIONS), bool)
    quiet = []
    for seed in range(10):
        arcs = EmotionArcs(seed)
        rows = np.array([arcs.intensities(t) for t in np.arange(0, 60, 0.1)])
        seen |= rows.max(0) > 0.2
        quiet.append((rows.max(1) < 0.08).mean())
        assert (np.sort(rows, 1)[:, -3] == 0.0).all()  # never more than two at once
    assert seen.all()
    assert 0.05 < np.mean(quiet) < 0.6


def test_dominant_is_the_strongest_or_none() -> None:
    intensities = np.zeros(8, np.float32)
    assert dominant(intensities) == (-1, 0.0)
    intensities[[2, 4]] = 0.7, 0.5
    number, intensity = dominant(intensities)
    assert EMOTIONS[number] == "angry"
    assert intensity == pytest.approx(0.7)


def test_an_arc_has_onset_apex_and_offset() -> None:
    arc = EmotionArc(begin_s=2.0, number=1, peak=0.8, onset_s=1.0, apex_s=2.0, offset_s=0.5)
    assert arc.end_s == 5.5
    assert [arc.intensity(t) for t in (2.0, 2.5, 3.0, 4.0, 5.0, 5.25, 5.5, 9.0)] == pytest.approx(
        [0.0, 0.4, 0.8, 0.8, 0.8, 0.4, 0.0, 0.0]
    )
