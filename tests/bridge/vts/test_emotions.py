from __future__ import annotations

import pytest

from bridge.vts.emotions import COOLDOWN_S, HOTKEYS, EmotionSwitches, emotion_of_file, find_hotkey
from protocol.channels import EMOTIONS


def test_every_emotion_has_one_hotkey_with_an_id_of_32_hexadecimal_digits() -> None:
    assert list(HOTKEYS.values()) == list(EMOTIONS)
    assert all(len(hotkey_id) == 32 and int(hotkey_id, 16) >= 0 for hotkey_id in HOTKEYS)
    # Plugins store the ids: a change would break every stored binding.
    assert find_hotkey("Happy") == ("fedb3289ed367e99dd1375dd6cee12b3", "happy")


@pytest.mark.parametrize("text", ["happy", " HAPPY ", "Happy"])
def test_a_hotkey_is_found_by_name_and_by_id(text: str) -> None:
    found = find_hotkey(text)
    assert found is not None
    hotkey_id, emotion = found
    assert emotion == "happy"
    assert find_hotkey(hotkey_id.upper()) == found
    assert find_hotkey("no such key") is None


@pytest.mark.parametrize(
    ("file", "emotion"),
    [
        ("happy.exp3.json", "happy"),
        ("SAD.EXP3.JSON", "sad"),
        ("angry", "angry"),
        ("hat.exp3.json", None),
        ("", None),
    ],
)
def test_an_expression_file_names_its_emotion(file: str, emotion: str | None) -> None:
    assert emotion_of_file(file) == emotion


def test_toggling_switches_on_and_off_but_not_within_the_cooldown() -> None:
    switches = EmotionSwitches()
    assert switches.toggle("happy", 10.0)
    assert not switches.toggle("happy", 10.0 + COOLDOWN_S * 0.9)
    assert switches.active == ("happy",)
    assert switches.toggle("sad", 10.0 + COOLDOWN_S * 0.9)  # another hotkey has its own cooldown
    assert switches.toggle("happy", 10.0 + COOLDOWN_S * 1.01)
    assert switches.active == ("sad",)


def test_active_emotions_are_listed_in_the_order_in_which_they_were_switched_on() -> None:
    switches = EmotionSwitches()
    for emotion in ("sad", "happy", "angry"):
        switches.switch(emotion, True)
    switches.switch("happy", False)
    switches.switch("sad", True)
    assert switches.active == ("angry", "sad")
