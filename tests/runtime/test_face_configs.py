from __future__ import annotations

from pathlib import Path

import pytest

from runtime.config import Ports, RunConfig
from runtime.errors import ConfigError
from runtime.face_configs import MAX_FACES, face_configs


def test_each_face_has_its_avatar_its_stream_and_ports_ten_higher_than_the_one_before() -> None:
    made = face_configs(
        RunConfig(fps=30.0, stream="unused"), ["kofi", "left=avatars/me", str(Path("avatars") / "you")]
    )
    assert [(name, one.avatar, one.stream) for name, one in made.items()] == [
        ("kofi", "kofi", "kofi"),
        ("left", "avatars/me", "left"),
        ("you", str(Path("avatars") / "you"), "you"),
    ]
    assert made["kofi"].ports == Ports()
    assert made["you"].ports == Ports(
        control=5590, request=5591, publish=5592, osc=9590, vmc=39559, panel=8790
    )
    assert {one.fps for one in made.values()} == {30.0}


def test_free_and_closed_ports_stay_free_and_closed() -> None:
    made = face_configs(RunConfig(ports=Ports(control=0, panel=None)), ["a", "b"])
    assert (made["b"].ports.control, made["b"].ports.panel, made["b"].ports.osc) == (0, None, 9580)


@pytest.mark.parametrize(
    ("avatars", "says"),
    [
        ([], "got 0 avatars"),
        ([f"a{number}" for number in range(MAX_FACES + 1)], "got 65 avatars"),
        (["kofi", "kofi"], "two faces are called kofi"),
        (["Anna Müller"], "give it one, such as left=AVATAR"),
        (["=kofi"], "no name for a face"),
    ],
)
def test_names_that_cannot_be_told_apart_or_typed_are_refused(avatars: list[str], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        face_configs(RunConfig(), avatars)


def test_a_port_beyond_the_last_is_named() -> None:
    with pytest.raises(ConfigError, match="--vmc-port 65530: the one of face 2 would be 65540"):
        face_configs(RunConfig(ports=Ports(vmc=65530)), ["a", "b"])


def test_only_the_first_face_hears_keys() -> None:
    config = RunConfig(hotkeys={"f13": "recenter"})
    first, second = face_configs(config, ["kofi", "mio"]).values()
    assert (first.hotkeys, second.hotkeys) == (config.hotkeys, {})
