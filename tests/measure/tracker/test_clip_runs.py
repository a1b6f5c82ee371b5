from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from measure.tracker.clip_runs import clip_pictures, run_network
from protocol.blendshapes import INDEX
from tests.measure.tracker.test_clip_agreement import Network


def test_a_clip_is_read_picture_by_picture(shared: Path) -> None:
    clip = shared / "media" / "driving" / "d3.mp4"
    pictures = list(clip_pictures(clip, 5))
    times = [time_s for time_s, _ in pictures]
    assert len(times) == 5
    assert np.diff(times) == pytest.approx([1 / 30] * 4, abs=0.02)
    network: Any = Network(seen=0.99)
    run = run_network(pictures, network)
    assert run.is_face[0]  # its landmarks are made up: the frame may be lost later
    assert (run.seen == 0.99).all()
    assert (run.expression[run.is_face, INDEX["jawOpen"]] == 0.25).all()
    assert np.isnan(run.expression[~run.is_face]).all()
    assert run.pose.shape == (5, 3)
    blind: Any = Network(seen=0.1)
    lost = run_network(pictures, blind)
    assert not lost.is_face.any()
    assert np.isnan(lost.expression).all()
    assert np.isnan(lost.pose).all()
    assert (lost.seen == 0.1).all()
