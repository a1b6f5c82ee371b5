from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import ReplayError
from bridge.takes.face_parts import FaceParts, parts_of_take
from bridge.takes.open_take import open_take
from protocol.channels import CHANNELS
from protocol.messages import ControlMessage
from protocol.parts import PART_CHANNELS, PART_LAYER, PARTS, Part
from protocol.take import TakeWriter
from protocol.take_schedule import ReplayPlan, schedule

SECOND_NS = 1_000_000_000


def whole_face(source: str = "cam") -> list[ControlMessage]:
    """Every channel of every layer at half its range."""
    layers = dict.fromkeys(channel.layer for channel in CHANNELS)
    return [
        ControlMessage(
            layer=layer,  # type: ignore[arg-type]
            source=source,
            values={c.name: (c.low + c.high) / 2 for c in CHANNELS if c.layer == layer},
        )
        for layer in layers
    ]


@pytest.mark.parametrize("part", PARTS)
def test_one_part_keeps_its_channels_values_and_nothing_else(part: Part) -> None:
    keep = FaceParts((part,))
    given = {(m.layer, name): value for m in whole_face() for name, value in m.values.items()}
    found = [kept for message in whole_face() for kept in keep(message, 0.0)]
    assert [(kept.layer, kept.source) for kept in found] == [(PART_LAYER[part], f"cam:{part}")]
    assert set(found[0].values) == PART_CHANNELS[part]
    assert all(given[PART_LAYER[part], name] == value for name, value in found[0].values.items())


def test_several_parts_are_drivers_of_their_own_with_names_that_fit() -> None:
    keep = FaceParts(("mouth", "pose", "eyes"))
    found = [kept for message in whole_face("x" * 64) for kept in keep(message, 0.0)]
    assert sorted(kept.source for kept in found) == [
        "x" * 58 + ":mouth",
        "x" * 59 + ":eyes",
        "x" * 59 + ":pose",
    ]


def test_a_message_without_these_channels_gives_nothing() -> None:
    jaw = ControlMessage(layer="expression", source="mic", values={"jawOpen": 0.5}, weight=0.5, mode="add")
    assert list(FaceParts(("eyes", "gaze"))(jaw, 0.0)) == []
    (kept,) = FaceParts(("mouth",))(jaw, 0.0)
    assert (kept.values, kept.weight, kept.mode) == ({"jawOpen": 0.5}, 0.5, "add")


def written(path: Path, messages: list[ControlMessage]) -> Path:
    with TakeWriter(path) as writer:
        for number, message in enumerate(messages):
            writer.write(message, SECOND_NS + number * 10_000_000)
    return path


def test_a_recorded_emotion_is_kept_and_a_missing_one_is_estimated(tmp_path: Path) -> None:
    smile = ControlMessage(
        layer="expression", source="cam", values={"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0}
    )
    recorded = ControlMessage(layer="emotion", source="key", values={"sad": 0.3}, weight=0.4)
    for name, messages in (("both", [smile, recorded] * 100), ("one", [smile] * 200)):
        with open_take(written(tmp_path / f"{name}.mcap", messages)) as take:
            parts = parts_of_take(take, ("emotion",))
            found = [due.message for due in parts.schedule(schedule(take, ReplayPlan(layers=parts.layers)))]
        assert {message.layer for message in found} == {"emotion"}
        if name == "both":
            assert {(m.source, m.values["sad"], m.weight) for m in found} == {("key:emotion", 0.3, 0.4)}
        else:
            assert found[-1].values["happy"] > 0.5
            assert found[-1].weight == 1.0


def test_a_take_without_the_part_says_what_it_has(tmp_path: Path) -> None:
    jaw = ControlMessage(layer="expression", source="mic", values={"jawOpen": 0.5})
    with (
        open_take(written(tmp_path / "jaw.mcap", [jaw])) as take,
        pytest.raises(ReplayError, match="has no eyes or gaze; it has mouth, emotion"),
    ):
        parts_of_take(take, ("eyes", "gaze"))
