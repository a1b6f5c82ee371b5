from __future__ import annotations

import pytest

from face.emotion_argument import parse_emotion
from protocol.channels import EMOTIONS


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("happy=0.8", ("happy", 0.8)),
        ("relaxed=0", ("relaxed", 0.0)),
        ("sad=1", ("sad", 1.0)),
        ("sad", ("sad", None)),
    ],
)
def test_a_name_and_an_intensity_are_read(text: str, parsed: tuple[str, float | None]) -> None:
    assert parse_emotion(text) == parsed


@pytest.mark.parametrize("text", ["", "none", "=1", "valence=0.5", "Happy=1"])
def test_an_unknown_emotion_is_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(ValueError, match=", ".join(EMOTIONS)):
        parse_emotion(text)


@pytest.mark.parametrize(
    "text", ["happy=", "happy=2", "happy=-0.1", "happy=nan", "happy=much", "happy=0.5=1"]
)
def test_an_impossible_intensity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="from 0 to 1 after happy="):
        parse_emotion(text)
