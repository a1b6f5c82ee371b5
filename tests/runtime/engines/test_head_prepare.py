"""What is prepared without a graphics context: sides, orders and layouts, against the rig itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from face.avatar import load_avatar
from face.camera import PortraitCamera
from face.rig import load_rig
from face.textures import load_picture
from runtime.engines.head_prepare import OPTIONAL, TEXTURES, prepare_head, texture_side
from runtime.engines.triangle_order import back_to_front


@pytest.mark.parametrize(
    ("role", "size", "side"),
    [("sheet", 512, 640), ("back", 1024, 2048), ("face", 512, 512), ("face", 2048, 1024), ("iris_left", 64, 1024)],
)  # fmt: skip
def test_textures_have_the_side_they_are_drawn_at(role: str, size: int, side: int) -> None:
    assert texture_side(role, size) == side


def test_arrays_hold_the_rig_and_the_pictures(drawn_avatar: Path) -> None:
    avatar = load_avatar(drawn_avatar)
    arrays, rig = prepare_head(avatar, 64), load_rig(avatar)
    lacking = set(OPTIONAL) - set(avatar.files)
    assert lacking == {"mouth"}
    for role in lacking:
        assert not arrays[f"texture_{role}"].any()  # nothing is seen there
    for role in set(TEXTURES) - lacking:
        upright = load_picture(avatar, role, texture_side(role, 64))
        assert (arrays[f"texture_{role}"] == upright[::-1]).all()
    assert arrays["plate"].shape == (64, 64, 4)
    assert (arrays["sheet_fixed"][:, 1] == 1 - rig.sheet.uv[:, 1]).all()
    assert (arrays["neck_fixed"][:, 3] == rig.neck.follow).all()
    camera = PortraitCamera(
        float(arrays["focal"]), arrays["rotation"], arrays["translation"], arrays["pivot"]
    )
    assert (camera.projection() == rig.camera.projection()).all()
    depths = arrays["neutral"][arrays["face_triangles"]][:, :, 2].mean(1)
    assert (np.diff(depths) >= 0).all()  # from back to front
    assert (arrays["sheet_triangles"] == back_to_front(rig.sheet.vertices, rig.sheet.triangles)).all()
    assert all(values.flags.c_contiguous for values in arrays.values())
    assert {values.dtype.name for values in arrays.values()} == {"uint8", "float32", "int32"}


def test_nothing_is_prepared_behind_a_transparent_background(drawn_avatar: Path) -> None:
    assert "plate" not in prepare_head(replace(load_avatar(drawn_avatar), background="transparent"), 64)


def test_a_picture_of_shut_eyes_of_any_side_is_drawn_where_it_is_opaque(
    drawn_avatar: Path, tmp_path: Path
) -> None:
    avatar, drawn = load_avatar(drawn_avatar), []
    for side in (64, 63):
        picture = np.zeros((side, side, 4), np.uint8)
        picture[side // 2 + side % 2 :] = 255  # the right eye
        Image.fromarray(picture).save(tmp_path / f"{side}.png")
        files = avatar.files | {"lids": tmp_path / f"{side}.png"}
        drawn.append(prepare_head(replace(avatar, files=files), 64)["lids_triangles"])
    assert len(drawn[0]) > 50
    np.testing.assert_array_equal(drawn[1], drawn[0])
