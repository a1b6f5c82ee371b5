from __future__ import annotations

import numpy as np
import pytest

from protocol.channels import EMOTIONS
from protocol.codec import MIN_TTL_S, check_control
from protocol.messages import ControlMessage
from runtime.control.control import Control
from runtime.errors import TriggerError
from runtime.intake.inbox import Received
from runtime.triggers.held_values import EMOTION, LOOK, HeldValues
from runtime.triggers.look_shelf import Look, LookShelf


class Held:
    """HeldValues on a real Control; `drive` passes on what was offered, as the loop does every frame."""

    def __init__(self) -> None:
        self.sent: list[ControlMessage] = []
        self.control = Control()
        looks = LookShelf(None)
        looks.save(Look("Grim", {"emotion": {"angry": 1.0}, "pose": {"yaw": 0.3, "pitch": 0.1}}))
        looks.save(Look("Glad", {"pose": {"yaw": -0.3}}))
        self.values = HeldValues(self.sent.append, self.control.release, looks)

    def drive(self, now_s: float) -> dict[str, dict[str, list[str]]]:
        """Driver -> layer -> the channels that it owns."""
        assert all(check_control(message) == (message, ()) for message in self.sent)
        self.control.update([Received(message, 0) for message in self.sent], now_s)
        self.sent.clear()
        self.control.settle(np.zeros(len(self.control.change), np.float32), 0.016)
        found: dict[str, dict[str, list[str]]] = {}
        for driver in self.control.status():
            found.setdefault(driver.source, {})[driver.layer] = driver.owned
        return found


def test_an_emotion_stays_until_the_same_again() -> None:
    held = Held()
    assert held.values.emotion("Happy") == "happy is on; the same again, or none, lets go"
    assert held.sent[0].values == {name: float(name == "happy") for name in EMOTIONS}
    for second in range(10):
        held.values.renew()
        assert held.drive(float(second)) == {EMOTION: {"emotion": list(EMOTIONS)}}
    assert held.values.emotion("happy") == "happy is off"
    held.values.renew()
    assert held.sent[0].ttl_s == MIN_TTL_S
    assert len(held.sent) == 1
    held.drive(10.0)
    assert held.drive(10.1) == {}


def test_without_renewal_it_ends() -> None:
    held = Held()
    held.values.emotion("sad")
    assert held.drive(0.0) != {}
    assert held.drive(3.1) == {}


def test_another_emotion_takes_the_place_and_none_lets_go() -> None:
    held = Held()
    held.values.emotion("happy")
    held.drive(0.0)
    held.values.emotion("sad")
    assert [message.values["sad"] for message in held.sent] == [1.0]
    held.drive(0.1)
    assert held.values.emotion("none") == "sad is off"
    assert held.values.emotion("none") == "no emotion is on"


def test_a_look_ends_the_one_before_and_the_emotion() -> None:
    held = Held()
    held.values.emotion("happy")
    held.drive(0.0)
    held.values.look("grim")
    held.drive(0.1)
    assert set(held.drive(0.2)) == {LOOK}
    held.values.look("Glad")
    assert held.drive(0.3) == {LOOK: {"pose": ["yaw"]}}  # pitch and emotion went with the look before
    held.values.emotion("sad")  # over a look
    held.values.renew()
    assert set(held.drive(0.4)) == {LOOK, EMOTION}
    assert held.values.look("none") == "Glad is off"


def test_what_somebody_else_released_is_not_sent_again() -> None:
    held = Held()
    held.values.emotion("happy")
    held.drive(0.0)
    assert held.control.release(EMOTION) == 1
    held.values.forget(EMOTION)
    held.values.renew()
    assert held.drive(1.0) == {}
    assert "is on" in held.values.emotion("happy")


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("emotion", "hapy", "did you mean happy? (there are: happy, sad"),
        ("emotion", "", "there is no emotion ''"),
        ("look", "grimm", "did you mean Grim? (there are: Grim, Glad)"),
        ("look", "x" * 500, "there is no look"),
    ],
)
def test_unknown_names_are_answered_with_the_list(kind: str, name: str, words: str) -> None:
    held = Held()
    with pytest.raises(TriggerError) as refused:
        getattr(held.values, kind)(name)
    assert words in str(refused.value)
    assert len(str(refused.value)) < 300
    assert held.sent == []


def test_without_looks_it_says_how_to_save_one() -> None:
    with pytest.raises(TriggerError, match="save one in the panel"):
        HeldValues(lambda message: None, lambda source: 0).look("Grim")


def test_the_commands_of_what_is_on_switch_the_same_on_elsewhere() -> None:
    held, other = Held(), Held()
    held.values.look("Grim")
    held.values.emotion("happy")
    for command in held.values.commands():
        getattr(other.values, command.name)(command.argument)
    assert other.drive(0.0) == held.drive(0.0) != {}
    assert other.values.commands() == held.values.commands()
    held.values.look("none")
    held.values.emotion("none")
    assert held.values.commands() == []
