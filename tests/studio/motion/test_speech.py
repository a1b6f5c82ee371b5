from __future__ import annotations

from itertools import pairwise

import numpy as np

from protocol.blendshapes import INDEX
from studio.motion.interaction import lip_closure
from studio.motion.speech import Speech


def test_lips_close_in_speech_and_the_jaw_opens() -> None:
    for seed in range(5):
        speech = Speech(seed)
        shapes = [speech.shapes(t) for t in np.arange(0, 25, 1 / 60)]
        closed = [lip_closure(s) for s in shapes]
        assert sum(a < 0.9 <= b for a, b in pairwise(closed)) >= 4
        assert max(s[INDEX["jawOpen"]] for s in shapes) > 0.3
        assert max(s[INDEX["mouthPucker"]] for s in shapes) > 0.4


def test_neighbouring_sounds_change_a_sound() -> None:
    """Coarticulation: the same consonant has another shape beside other vowels."""
    speech = Speech(1)
    roundness = [
        speech.shapes((sound.begin_s + sound.end_s) / 2)[INDEX["mouthPucker"]]
        for sound in speech._sounds.between(0.0, 120.0)
        if sound.viseme.targets[2] == 0.0 and not sound.is_pause  # asks for no rounding itself
    ]
    assert np.std(roundness) > 0.05
    assert max(roundness) > 0.2
