from __future__ import annotations

import numpy as np

from protocol.blendshapes import INDEX
from studio.motion.interaction import combine_expression, lip_closure
from training.emotion.combining import closures, combine_expressions


def faces(seed: int) -> np.ndarray:
    """(6, 50, 52): all kinds of faces, many with shapes at rest, some with the lips shut over an open jaw."""
    random = np.random.default_rng(seed)
    out = random.random((6, 50, 52)).astype(np.float32)
    out[random.random(out.shape) < 0.4] = 0.0
    out[:, ::5, INDEX["mouthClose"]] = out[:, ::5, INDEX["jawOpen"]]
    return out


def test_whole_takes_are_combined_as_the_studio_combines_a_frame() -> None:
    speech, mood = faces(1), faces(2)
    known = np.array(
        [
            [combine_expression(a, b) for a, b in zip(*pair, strict=True)]
            for pair in zip(speech, mood, strict=True)
        ]
    )
    np.testing.assert_allclose(combine_expressions(speech, mood), known, atol=1e-6)
    assert not np.may_share_memory(combine_expressions(speech, mood), speech)


def test_closures_are_the_studios() -> None:
    every = faces(3)
    known = np.array([[lip_closure(frame) for frame in take] for take in every])
    np.testing.assert_allclose(closures(every), known, atol=1e-6)
