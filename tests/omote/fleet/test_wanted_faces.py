"""The faces that a fleet is to have, on disk: what a change writes, and what is said of damage."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from omote.fleet.avatar_cargo import AvatarCargo
from omote.fleet.errors import FleetError
from omote.fleet.face_spec import FaceSpec, face_specs
from omote.fleet.wanted_faces import AVATARS, STATE_FILE, WantedFace, WantedFaces

PICTURE = AvatarCargo("me", b"a picture of a person" * 1000)
OTHER = AvatarCargo("you", b"a picture of another person" * 1000)


def face(store: WantedFaces, spec: FaceSpec, cargo: AvatarCargo) -> WantedFace:
    return WantedFace(spec, cargo.name, store.keep(cargo), 1)


def avatars(folder: Path) -> set[str]:
    return {path.name for path in (folder / AVATARS).iterdir()}


def test_faces_come_back_with_the_bytes_of_their_avatars(tmp_path: Path) -> None:
    store = WantedFaces(tmp_path)
    assert store.load() == {}
    left, right, built_in = face_specs(["left=me", "right=me", "kofi"], settings={"fps": 12.5})
    faces = [
        face(store, left, PICTURE),
        face(store, right, PICTURE),
        face(store, built_in, AvatarCargo("kofi")),
    ]
    store.save(faces)
    again = WantedFaces(tmp_path)
    assert list(again.load().values()) == faces
    assert [again.cargo(one) for one in faces] == [PICTURE, PICTURE, AvatarCargo("kofi")]
    assert avatars(tmp_path) == {hashlib.sha256(PICTURE.data).hexdigest()}


def test_a_change_writes_only_the_list_and_what_is_new(tmp_path: Path) -> None:
    store = WantedFaces(tmp_path)
    left, right = face_specs(["left=me", "right=you"])
    store.save([face(store, left, PICTURE), face(store, right, OTHER)])
    kept = {path: path.stat() for path in (tmp_path / AVATARS).iterdir()}
    assert (tmp_path / STATE_FILE).stat().st_size < 400
    store.save([face(store, left, PICTURE), face(store, right, PICTURE)])
    (left_over,) = (tmp_path / AVATARS).iterdir()
    # neither written anew nor replaced: the same file as before
    assert (left_over.stat().st_ino, left_over.stat().st_mtime_ns) == (
        kept[left_over].st_ino,
        kept[left_over].st_mtime_ns,
    )


def test_an_avatar_that_was_kept_for_nothing_goes_with_the_next_change(tmp_path: Path) -> None:
    store = WantedFaces(tmp_path)
    (left,) = face_specs(["left=me"])
    store.save([face(store, left, PICTURE)])
    store.keep(OTHER)
    (tmp_path / AVATARS / "torn.part").write_bytes(b"of a crash")
    store.save([face(store, left, PICTURE)])
    assert avatars(tmp_path) == {hashlib.sha256(PICTURE.data).hexdigest()}
    store.forget()
    assert list(tmp_path.iterdir()) == []


def test_damage_is_said_with_what_to_do(tmp_path: Path) -> None:
    store = WantedFaces(tmp_path)
    (left,) = face_specs(["left=me"])
    wanted = face(store, left, PICTURE)
    store.save([wanted])
    path = tmp_path / AVATARS / wanted.digest
    path.write_bytes(PICTURE.data[:-1])
    with pytest.raises(
        FleetError, match=r"the avatar me of left cannot be read .* is damaged.* omote fleet stop left"
    ):
        store.cargo(wanted)
    path.unlink()
    with pytest.raises(FleetError, match=r"the avatar me of left cannot be read .*No such file"):
        store.cargo(wanted)
    for damaged in (
        b"\xc1",
        b"\x91\x84\xa4spec\x81\xa4name\xa2\xff\xfe",
    ):  # the second one: a name that is no UTF-8
        (tmp_path / STATE_FILE).write_bytes(damaged)
        with pytest.raises(FleetError, match=rf"{STATE_FILE} .*; delete it"):
            store.load()
