from __future__ import annotations

import pytest

from omote.fleet.errors import FleetError
from omote.fleet.face_spec import face_specs


def test_avatars_take_turns_until_all_faces_are_there() -> None:
    specs = face_specs(["kofi", "left=mio"], count=5, settings={"fps": 30.0}, cpus=0.25, gpus=0.1)
    assert [(one.name, one.avatar) for one in specs] == [
        ("kofi", "kofi"),
        ("left", "mio"),
        ("kofi-2", "kofi"),
        ("left-2", "mio"),
        ("kofi-3", "kofi"),
    ]
    assert {(one.cpus, one.gpus, one.settings["fps"]) for one in specs} == {(0.25, 0.1, 30.0)}


def test_a_file_or_folder_gives_its_name() -> None:
    assert [one.name for one in face_specs(["avatars/me.omote", "else/you"])] == ["me", "you"]


@pytest.mark.parametrize(
    ("wanted", "count", "words"),
    [
        ([], None, "such as: omote fleet up kofi mio"),
        (["kofi"], 0, "for 0 faces"),
        (["kofi", "mio"], 1, "--count 1 is less than the 2 avatars"),
        (["kofi", "kofi"], None, "two faces are called kofi"),
        (["kofi-2", "kofi", "mio"], 6, "two faces are called kofi-2"),
        (["a b=kofi"], None, "is no name for a face"),
        (["=kofi"], None, "is no name for a face"),
    ],
)
def test_what_is_no_fleet_is_said(wanted: list[str], count: int | None, words: str) -> None:
    with pytest.raises(FleetError, match=words):
        face_specs(wanted, count=count)
