"""Performances: interpolation, silence, looping, refusal; and the built-in one as the face would show it."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import numpy as np
import pytest

from face.motion import Motion
from protocol.channels import CHANNEL_INDEX, CHANNELS, LAYERS
from protocol.messages import ControlMessage
from runtime.control.control import Control
from runtime.errors import ConfigError
from runtime.layers.compose import compose, default_layers
from runtime.layers.idle import IdleSettings
from runtime.takes.performance import BUILTIN, Performance, PerformanceFile, load_performance
from scripts.builtin_performance import performance_file


def yaw(value: float, ttl_s: float = 1.0) -> ControlMessage:
    return ControlMessage(layer="pose", source="script", values={"yaw": value}, ttl_s=ttl_s)


def value_at(performance: Performance, time_s: float, name: str = "yaw") -> float | None:
    said = performance.at(time_s)
    return said[0].message.values.get(name) if said else None


def test_keys_are_eased_and_held() -> None:
    performance = Performance(
        PerformanceFile(duration_s=10.0, ease=True, messages=[(6.0, yaw(0.8)), (2.0, yaw(0.4))])
    )
    assert value_at(performance, 0.0) == pytest.approx(0.4)
    assert value_at(performance, 4.0) == pytest.approx(0.6, abs=1e-4)
    assert value_at(performance, 3.0) == pytest.approx(0.4 + 0.4 * (3 * 0.25**2 - 2 * 0.25**3), abs=1e-4)
    assert value_at(performance, 9.0) == pytest.approx(0.8)
    assert value_at(performance, 14.0) == pytest.approx(0.6, abs=1e-4)  # it begins again


def test_a_recording_is_straight_and_silent_where_its_driver_was() -> None:
    performance = Performance(
        PerformanceFile(
            duration_s=10.0, messages=[(1.0, yaw(0.0, 0.5)), (1.4, yaw(0.4, 0.5)), (5.0, yaw(0.1, 0.5))]
        )
    )
    assert value_at(performance, 0.5) is None
    assert value_at(performance, 1.1) == pytest.approx(0.1, abs=1e-3)
    assert value_at(performance, 3.0) is None
    assert value_at(performance, 5.2) == pytest.approx(0.1)
    assert value_at(performance, 8.0) is None


def test_a_message_keeps_its_mode_weight_and_priority() -> None:
    message = ControlMessage(
        layer="emotion", source="bot", values={"happy": 1.0}, mode="add", weight=0.4, priority=3
    )
    (said,) = Performance(PerformanceFile(duration_s=1.0, messages=[(0.0, message)])).at(0.5)
    assert (said.message.mode, said.message.weight, said.message.priority) == ("add", 0.4, 3)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"hello", "is not a performance"),
        (b'{"duration_s": 5}', "is not a performance"),
        (b'{"duration_s": 0, "messages": []}', "duration_s 0"),
        (b'{"duration_s": 5, "messages": []}', "no messages"),
        (
            b'{"duration_s": 5, "messages": [[9, {"type": "control", "layer": "pose",'
            b' "source": "a", "values": {"yaw": 0}}]]}',
            "outside",
        ),
        (
            b'{"duration_s": 5, "messages": [[1, {"type": "control", "layer": "pose",'
            b' "source": "a", "values": {"yow": 0}}]]}',
            "unknown channel",
        ),
    ],
)
def test_a_file_that_cannot_be_played_is_an_error(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "performance.json"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=complaint):
        load_performance(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        load_performance(tmp_path / "nowhere.json")


def test_messagepack_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "performance.msgpack"
    path.write_bytes(msgspec.msgpack.encode(PerformanceFile(duration_s=2.0, messages=[(0.5, yaw(0.3))])))
    assert value_at(load_performance(path), 0.7) == pytest.approx(0.3)


def test_the_builtin_file_matches_its_table() -> None:
    assert BUILTIN.read_bytes() == msgspec.json.encode(performance_file()) + b"\n"


def test_the_builtin_performance_shows_every_layer_and_never_jumps() -> None:
    performance = load_performance(BUILTIN)
    assert performance.duration_s == pytest.approx(20.0)
    control, layers, motion = Control(), default_layers(IdleSettings()), Motion.neutral()
    shown = []
    for number in range(round(2.2 * performance.duration_s * 60)):  # over the seam, twice
        control.update(performance.at(number / 60), number / 60)
        shown.append(compose(layers, motion, control, 1 / 60).values.copy())
    values = np.array(shown)
    moved = np.ptp(values, axis=0)
    for layer in LAYERS:
        assert moved[list(CHANNEL_INDEX[layer].values())].max() > 0.2, layer
    for emotion in list(CHANNEL_INDEX["emotion"])[:8]:
        assert values[:, CHANNEL_INDEX["emotion"][emotion]].max() > 0.5, emotion
    steps = np.abs(np.diff(values, axis=0)).max(axis=0)
    for channel, step in zip(CHANNELS, steps, strict=True):
        if channel.name.startswith(("eyeBlink", "eyeWide")):
            continue  # a lid closes within 60 ms, and is not wide then
        assert step < (0.12 if channel.layer in ("expression", "emotion", "gaze") else 0.03), channel


@pytest.mark.skipif(os.name == "nt", reason="named pipes in folders")
def test_a_pipe_and_a_deep_file_are_no_performances(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "deep.json").write_text('{"duration_s": 1, "messages": [], "x": ' + "[" * 100_000)
    for name, words in (("pipe", "is a named pipe"), ("deep", "is not a performance")):
        with pytest.raises(ConfigError, match=words):
            load_performance(tmp_path / f"{name}.json")
