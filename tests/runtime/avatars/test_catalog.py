from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from face.errors import AvatarError
from runtime.avatars.builtin import DEFAULT, FOLDER, builtin_avatars
from runtime.avatars.catalog import AvatarCatalog
from runtime.avatars.shelf import Shelf
from runtime.avatars.thumbnail import THUMBNAIL_PX

BUILT_IN = list(builtin_avatars())


def make_avatar(folder: Path, *, name: str = "Ann", files: str = "") -> Path:
    folder.mkdir(parents=True)
    (folder / "avatar.toml").write_text(f'format = 1\nname = "{name}"\nengine = "null"\n{files}')
    return folder


def test_the_shelf_holds_the_built_in_one_the_named_one_and_the_folders(tmp_path: Path) -> None:
    make_avatar(tmp_path / "avatars" / "zoe")
    make_avatar(tmp_path / "avatars" / "ann")
    (tmp_path / "avatars" / "notes.txt").write_text("no avatar")
    (tmp_path / "avatars" / "empty").mkdir()
    named = make_avatar(tmp_path / "elsewhere" / "mine")
    catalog = AvatarCatalog(Shelf(tmp_path / "avatars", named=named))
    assert [avatar.key for avatar in catalog.avatars()] == [*BUILT_IN, "mine", "ann", "zoe"]
    assert catalog.path_of("mine") == named
    assert catalog.path_of("builtin") == FOLDER / DEFAULT


def test_a_folder_that_is_not_there_is_an_empty_shelf(tmp_path: Path) -> None:
    assert [avatar.key for avatar in AvatarCatalog(Shelf(tmp_path / "none")).avatars()] == BUILT_IN


def test_a_broken_avatar_is_listed_with_its_problem(tmp_path: Path) -> None:
    make_avatar(tmp_path / "ann", files='[files]\nrig = "../../secret"\n')
    [*_, ann] = AvatarCatalog(Shelf(tmp_path)).avatars()
    assert "leaves the avatar's folder" in ann.problem


def test_an_avatar_cannot_take_the_default_ones_key(tmp_path: Path) -> None:
    make_avatar(tmp_path / "builtin", name="Impostor")
    catalog = AvatarCatalog(Shelf(tmp_path))
    assert [avatar.key for avatar in catalog.avatars()] == BUILT_IN
    assert catalog.path_of("builtin") == FOLDER / DEFAULT


def test_an_own_avatar_replaces_a_built_in_one_of_its_name(tmp_path: Path) -> None:
    mine = make_avatar(tmp_path / BUILT_IN[1], name="Mine")
    catalog = AvatarCatalog(Shelf(tmp_path))
    assert catalog.path_of(BUILT_IN[1]) == mine
    assert [avatar.name for avatar in catalog.avatars()].count("Mine") == 1


def test_only_listed_avatars_have_a_path(tmp_path: Path) -> None:
    make_avatar(tmp_path / "ann")
    for key in ("..", "ann/../ann", str(tmp_path / "ann")):
        with pytest.raises(AvatarError, match="there is no avatar"):
            AvatarCatalog(Shelf(tmp_path)).path_of(key)


def test_a_thumbnail_is_small_keeps_its_alpha_and_follows_its_file(tmp_path: Path) -> None:
    file = make_avatar(tmp_path / "ann") / "thumbnail.png"
    catalog = AvatarCatalog(Shelf(tmp_path))
    assert catalog.thumbnail("ann") is None
    for color in ((200, 20, 20, 255), (20, 20, 200, 0)):
        Image.fromarray(np.broadcast_to(np.uint8(color), (600, 600, 4)).copy()).save(file)
        made = catalog.thumbnail("ann")
        assert made is not None
        with Image.open(BytesIO(made)) as picture:
            assert picture.size == (THUMBNAIL_PX, THUMBNAIL_PX)
            assert picture.convert("RGBA").getpixel((90, 90))[3] == color[3]  # type: ignore[index]
        assert catalog.thumbnail("ann") is made  # kept


def test_an_avatar_that_was_made_anew_has_another_time_of_its_thumbnail(tmp_path: Path) -> None:
    file = make_avatar(tmp_path / "ann") / "thumbnail.png"
    catalog = AvatarCatalog(Shelf(tmp_path))

    def written_ms() -> int:
        return next(entry.thumbnail_ms for entry in catalog.avatars() if entry.key == "ann")

    try:
        assert written_ms() == 0
        Image.new("RGB", (64, 64)).save(file)
        os.utime(file, (1_700_000_000, 1_700_000_000))
        assert written_ms() == 1_700_000_000_000
        os.utime(file, (1_700_000_000, 1_700_000_000.5))
        assert written_ms() == 1_700_000_000_500
    finally:
        catalog.close()


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_a_thumbnail_that_is_none_is_left_out(tmp_path: Path, content: bytes) -> None:
    (make_avatar(tmp_path / "ann") / "thumbnail.png").write_bytes(content)
    assert AvatarCatalog(Shelf(tmp_path)).thumbnail("ann") is None


def test_a_huge_thumbnail_is_not_unpacked(tmp_path: Path) -> None:
    file = make_avatar(tmp_path / "ann") / "thumbnail.png"
    Image.new("1", (9_000, 3_000)).save(file)
    assert AvatarCatalog(Shelf(tmp_path)).thumbnail("ann") is None


@pytest.mark.skipif(os.name == "nt", reason="links and named pipes in folders")
def test_no_thumbnail_hangs_leads_elsewhere_or_starts_a_program(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    Image.new("L", (8, 8)).save(secret)
    for name in ("pipe", "link", "eps"):
        make_avatar(tmp_path / "avatars" / name)
    os.mkfifo(tmp_path / "avatars" / "pipe" / "thumbnail.png")
    (tmp_path / "avatars" / "link" / "thumbnail.png").symlink_to(secret)
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n%%EOF\n"
    (tmp_path / "avatars" / "eps" / "thumbnail.png").write_bytes(eps)
    catalog = AvatarCatalog(Shelf(local=tmp_path / "avatars"))
    try:
        for name in ("pipe", "link", "eps"):
            assert catalog.thumbnail(name) is None
        assert catalog.thumbnail("kofi") is not None
    finally:
        catalog.close()


def test_a_hostile_manifest_is_a_problem_of_its_own_entry(tmp_path: Path) -> None:
    make_avatar(tmp_path / "ann")
    (make_avatar(tmp_path / "deep") / "avatar.toml").write_text("format = 1\na = " + "[" * 60_000)
    catalog = AvatarCatalog(Shelf(local=tmp_path))
    try:
        problems = {avatar.key: avatar.problem for avatar in catalog.avatars()}
    finally:
        catalog.close()
    assert "nested too deeply" in problems["deep"]
    assert {problem for key, problem in problems.items() if key != "deep"} == {""}
