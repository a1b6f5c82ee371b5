from __future__ import annotations

import math

import pytest

from bridge.calibration.profile import Profiles
from bridge.vts.parameters import Injected, Parameters, Plugin
from bridge.vts.plugin_messages import MAX_DRIVERS, TTL_S, PluginMessages
from protocol.codec import MAX_SOURCE, check_control
from protocol.messages import ControlMessage

ANNA, BEN = Plugin("Anna", "Tester"), Plugin("Ben", "Tester")
NOW_NS = 1_800_000_000_000_000_000


def messages_of(
    maker: PluginMessages, parameters: Parameters, plugin: Plugin = ANNA
) -> dict[tuple[str, str], ControlMessage]:
    made = maker.of_plugin(parameters, plugin, now_s=1.0, now_ns=NOW_NS)
    assert all(check_control(message) == (message, ()) for message in made)
    return {(message.layer, message.mode): message for message in made}


def test_set_values_become_messages_of_the_plugins_own_driver() -> None:
    parameters = Parameters()
    parameters.inject(ANNA, "set", [Injected("FaceAngleX", 20.0), Injected("JawOpen", 0.4)], 1.0)
    parameters.inject(BEN, "set", [Injected("FaceAngleY", 5.0)], 1.0)
    made = messages_of(PluginMessages(Profiles()), parameters)
    assert set(made) == {("pose", "set"), ("expression", "set")}
    assert made["pose", "set"].values == pytest.approx({"yaw": math.radians(20.0)})
    assert made["expression", "set"].values == pytest.approx({"jawOpen": 0.4})
    assert {message.source for message in made.values()} == {"vts:Anna"}
    assert {message.capture_time_ns for message in made.values()} == {NOW_NS}
    assert {message.ttl_s for message in made.values()} == {TTL_S}


def test_the_lowest_weight_among_the_values_is_the_messages() -> None:
    parameters = Parameters()
    values = [Injected("FaceAngleX", 20.0), Injected("FaceAngleY", 5.0, 0.25), Injected("JawOpen", 1.0, 0.5)]
    parameters.inject(ANNA, "set", values, 1.0)
    made = messages_of(PluginMessages(Profiles()), parameters)
    assert {message.weight for message in made.values()} == {0.25}


def test_added_values_are_messages_in_mode_add() -> None:
    parameters = Parameters()
    parameters.inject(BEN, "set", [Injected("FaceAngleX", 20.0)], 1.0)
    parameters.inject(ANNA, "add", [Injected("FaceAngleX", 10.0)], 1.0)
    made = messages_of(PluginMessages(Profiles()), parameters)
    assert made.keys() == {("pose", "add")}
    assert made["pose", "add"].values == pytest.approx({"yaw": math.radians(10.0)})


def test_the_mirror_exchanges_left_and_right() -> None:
    parameters = Parameters()
    parameters.inject(ANNA, "set", [Injected("FaceAngleX", 20.0), Injected("MouthSmileLeft", 1.0)], 1.0)
    made = messages_of(PluginMessages(Profiles(), mirror=True), parameters)
    assert made["pose", "set"].values == pytest.approx({"yaw": -math.radians(20.0)})
    assert made["expression", "set"].values == pytest.approx({"mouthSmileRight": 1.0})


def test_sequence_numbers_rise_and_other_drivers_do_not_disturb_them() -> None:
    parameters, maker = Parameters(), PluginMessages(Profiles(), layers=("pose",))
    parameters.inject(ANNA, "set", [Injected("FaceAngleX", 1.0)], 1.0)
    numbers = [messages_of(maker, parameters)["pose", "set"].sequence for _ in range(3)]
    for number in range(MAX_DRIVERS):  # more plugins than are kept: the first one's driver is made anew
        plugin = Plugin(f"Plugin {number}", "Tester")
        parameters.inject(plugin, "add", [Injected("FaceAngleX", 1.0)], 1.0)
        messages_of(maker, parameters, plugin)
    numbers.append(messages_of(maker, parameters)["pose", "set"].sequence)
    assert numbers[:3] == sorted(set(numbers[:3]))
    assert numbers[3] >= numbers[0]


def test_switched_on_emotions_are_full_and_belong_to_the_hotkeys() -> None:
    maker = PluginMessages(Profiles(), source="studio")
    assert maker.of_emotions((), now_ns=NOW_NS) == []
    first, second = (maker.of_emotions(("happy", "angry"), now_ns=NOW_NS)[0] for _ in range(2))
    assert (first.layer, first.source, first.values) == (
        "emotion",
        "studio:hotkeys",
        {"happy": 1.0, "angry": 1.0},
    )
    assert second.sequence == first.sequence + 1
    assert PluginMessages(Profiles(), layers=("pose",)).of_emotions(("happy",), now_ns=NOW_NS) == []


def test_a_long_plugin_name_is_cut_to_a_valid_source() -> None:
    name = PluginMessages(Profiles(), source="s" * 50).name_of(Plugin("p" * 32, "Tester"))
    assert name == "s" * 50 + ":" + "p" * (MAX_SOURCE - 51)
