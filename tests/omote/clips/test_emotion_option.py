from __future__ import annotations

from pathlib import Path

import pytest

from omote.clips.emotion_option import example_of, held_emotion
from runtime.errors import ConfigError


@pytest.mark.parametrize("text", ["happy=", "happy=2", "happy=nan", "=1", "valence=0.5", "bored", "bored=1"])
def test_impossible_emotion_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="--emotion"):
        held_emotion([text], 1.0)


def test_emotions_become_one_message() -> None:
    (message,) = held_emotion(["happy=0.8", "surprised"], 0.5)
    assert message.values == {"happy": 0.8, "surprised": 1.0}
    assert message.weight == 0.5
    assert held_emotion([], 1.0) == ()
    with pytest.raises(ConfigError, match="--emotion-weight 2"):
        held_emotion([], 2.0)


def test_a_file_is_told_from_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("happy", "furious", "mood=strong.mp4"):
        Path(name).touch()
    assert example_of(["happy"]) is None  # the emotion, though a file has this name
    assert example_of(["./happy"]) == Path("happy")
    assert example_of(["furious"]) == Path("furious")
    assert example_of(["mood=strong.mp4"]) == Path("mood=strong.mp4")
    assert example_of(["gone.mp4"]) == Path("gone.mp4")
    assert example_of(["bored"]) is None
    assert held_emotion(["furious"], 1.0) == ()
    with pytest.raises(ConfigError, match="from one file alone"):
        example_of(["furious", "happy=1"])
