from __future__ import annotations

import pytest

from face.mouth_controls import CONTROLS, shapes_of
from face.viseme_shapes import CONSONANTS, REST, VOWELS
from protocol.blendshapes import INDEX
from studio.motion.interaction import lip_closure

SOUNDS = {**VOWELS, **CONSONANTS}


@pytest.mark.parametrize("name", SOUNDS)
def test_targets_durations_and_dominance_are_in_range(name: str) -> None:
    sound = SOUNDS[name]
    assert sound.targets.shape == sound.dominance.shape == (len(CONTROLS),)
    assert 0.0 <= sound.targets.min() <= sound.targets.max() <= 1.0
    assert sound.dominance.min() > 0.0
    assert 0.0 < sound.seconds[0] < sound.seconds[1] < 0.5


def test_a_pause_is_the_face_at_rest() -> None:
    assert not shapes_of(REST.targets, 1.0).any()


def test_open_vowels_open_the_jaw_most_and_rounded_ones_pucker() -> None:
    jaw = {name: shapes_of(vowel.targets, 1.0)[INDEX["jawOpen"]] for name, vowel in VOWELS.items()}
    assert max(jaw, key=lambda name: jaw[name]) == "a"
    pucker = {name: shapes_of(vowel.targets, 1.0)[INDEX["mouthPucker"]] for name, vowel in VOWELS.items()}
    assert max(pucker, key=lambda name: pucker[name]) == "oo"


def test_lips_meet_in_a_p_and_only_there() -> None:
    closure = {name: lip_closure(shapes_of(sound.targets, 1.0)) for name, sound in SOUNDS.items()}
    assert closure.pop("p") == pytest.approx(1.0)
    assert max(closure.values()) < 0.5
