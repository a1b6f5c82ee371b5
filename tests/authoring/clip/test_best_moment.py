from __future__ import annotations

from typing import Any

import pytest

from authoring.clip.best_moment import best_moment, described
from tests.authoring.clip.made_moments import made_moment

#: One flaw each, and the word for it.
FLAWS: dict[str, dict[str, Any]] = {
    "turned away": {"yaw_deg": 25.0},
    "eyes half shut": {"eyeBlinkLeft": 0.9, "eyeBlinkRight": 0.9},
    "mouth open": {"lips_apart": 0.08},
    "with an expression": {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8},
    "looks aside": {"eyeLookOutLeft": 0.9, "eyeLookInRight": 0.9},
    "blurred": {"sharpness": 20.0},
    "badly lit": {"light": 0.4},
    "cut off": {"cut_off": 0.5},
}


def flawed() -> list[Any]:
    return [made_moment(float(k), **flaw) for k, flaw in enumerate(FLAWS.values())]


def test_the_moment_without_flaws_is_chosen_wherever_it_lies() -> None:
    for place in (0, 4, len(FLAWS)):
        moments = flawed()
        moments.insert(place, good := made_moment(50.0, yaw_deg=-3.0, pitch_deg=2.0))
        chosen = best_moment(moments)
        assert chosen.moment is good
        assert chosen.why == (
            "3° aside and 2° up, eyes open, mouth shut, calm, looks ahead, sharp, well lit, wholly seen"
        )


@pytest.mark.parametrize("word", FLAWS)
def test_a_flaw_is_named(word: str) -> None:
    others = [made_moment(float(k)) for k in range(20)]
    why = described(others, made_moment(30.0, **FLAWS[word]))
    assert why.endswith(f"; but {word}")


def test_the_smaller_of_two_flaws_is_taken() -> None:
    slight, strong = made_moment(0.0, yaw_deg=8.0), made_moment(1.0, lips_apart=0.1)
    assert best_moment([strong, slight]).moment is slight


def test_what_a_face_always_shows_is_its_own_rest() -> None:
    moments = [made_moment(float(k), browDownLeft=0.4, browDownRight=0.4) for k in range(10)]
    assert "calm" in best_moment(moments).why
