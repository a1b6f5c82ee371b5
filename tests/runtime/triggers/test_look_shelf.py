from __future__ import annotations

import json
from pathlib import Path

import pytest

from runtime.errors import TriggerError
from runtime.triggers.look_shelf import DAMAGED, FILE, MAX_LOOKS, Look, LookShelf

GRIM = Look("Grim", {"emotion": {"angry": 1.0}, "pose": {"yaw": 0.3}}, {"emotion": 0.5})


def test_a_look_is_found_by_another_process_and_in_any_case(tmp_path: Path) -> None:
    LookShelf(tmp_path / "avatars").save(GRIM)
    found = LookShelf(tmp_path / "avatars").find("grim")
    assert found == GRIM
    assert LookShelf(tmp_path / "avatars").find("gri") is None


def test_it_is_sent_as_one_message_a_layer() -> None:
    messages = GRIM.messages("trigger:look", priority=10, ttl_s=3.0)
    assert [(m.layer, m.source, m.values, m.weight, m.priority, m.ttl_s) for m in messages] == [
        ("emotion", "trigger:look", {"angry": 1.0}, 0.5, 10, 3.0),
        ("pose", "trigger:look", {"yaw": 0.3}, 1.0, 10, 3.0),
    ]


def test_the_order_is_the_users_and_a_name_is_there_once(tmp_path: Path) -> None:
    shelf = LookShelf(tmp_path)
    for name in ("a", "b", "c"):
        shelf.save(Look(name, {"gaze": {"yaw": 0.1}}))
    shelf.save(Look("b", {"gaze": {"yaw": 0.2}}))
    shelf.delete("a")
    shelf.save(Look("a", {"gaze": {"yaw": 0.3}}), place=0)
    shelf.delete("nothing")
    assert shelf.names() == LookShelf(tmp_path).names() == ["a", "b", "c"]
    found = shelf.find("b")
    assert found is not None
    assert found.values == {"gaze": {"yaw": 0.2}}


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (Look("", {"gaze": {"yaw": 0.1}}), "cannot be a look's name"),
        (Look("x" * 41, {"gaze": {"yaw": 0.1}}), "expected 1 to 40 characters"),
        (Look("a/b", {"gaze": {"yaw": 0.1}}), "without slashes"),
        (Look("a\x00", {"gaze": {"yaw": 0.1}}), "cannot be a look's name"),
        (Look("a", {"gaze": {"jaw": 0.1}}), "gaze has no channel 'jaw'"),
        (Look("a", {"gaze": {"yaw": float("nan")}}), "non-finite"),
        (Look("a", {"gaze": {"yaw": 9.0}}), "expected -"),
        (Look("a", {"gaze": {"yaw": 0.0}}, {"gaze": 2.0}), "expected 0 to 1"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_words(look: Look, words: str) -> None:
    shelf = LookShelf(None)
    with pytest.raises(TriggerError) as refused:
        shelf.save(look)
    assert words in str(refused.value)
    assert shelf.names() == []


def test_there_are_only_so_many(tmp_path: Path) -> None:
    shelf = LookShelf(None)
    for number in range(MAX_LOOKS):
        shelf.save(Look(f"look {number}", {"gaze": {"yaw": 0.1}}))
    with pytest.raises(TriggerError, match="24 looks already"):
        shelf.save(GRIM)


@pytest.mark.parametrize(
    ("kept", "names"),
    [
        ("{", []),
        ("7", []),
        ("\udcff", []),
        (
            json.dumps([{"name": "bad", "values": None}, {"name": "ok", "values": {"gaze": {"yaw": 0}}}]),
            ["ok"],
        ),
    ],
)
def test_a_damaged_file_is_said_and_kept_aside(tmp_path: Path, kept: str, names: list[str]) -> None:
    (tmp_path / FILE).write_bytes(kept.encode(errors="surrogateescape"))
    shelf = LookShelf(tmp_path)
    assert shelf.names() == names
    assert str(tmp_path / FILE) in shelf.problem
    shelf.save(GRIM)
    assert shelf.problem == ""
    assert (tmp_path / DAMAGED).read_bytes() == kept.encode(errors="surrogateescape")
    assert LookShelf(tmp_path).names() == [*names, "Grim"]


def test_a_folder_that_cannot_be_written_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TriggerError, match="cannot be kept in"):
        LookShelf(tmp_path / "file").save(GRIM)
