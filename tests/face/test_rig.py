from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from face.avatar import load_avatar
from face.errors import AvatarError
from face.rig import load_rig, save_rig, usual_mouth


@pytest.fixture
def changed(drawn_avatar: Path, tmp_path: Path) -> Callable[..., Path]:
    """changed(name=array) -> a copy of the drawn avatar whose rig holds other arrays; None leaves one out."""

    def make(**arrays: Any) -> Path:
        folder = tmp_path / "avatar"
        shutil.copytree(drawn_avatar, folder)
        with np.load(drawn_avatar / "rig.npz") as data:
            content = {name: data[name] for name in data.files} | arrays
        np.savez(folder / "rig.npz", **{name: a for name, a in content.items() if a is not None})
        return folder

    return make


def test_a_rig_comes_back_as_it_was_saved(drawn_avatar: Path, tmp_path: Path) -> None:
    rig = load_rig(load_avatar(drawn_avatar))
    folder = tmp_path / "avatar"
    shutil.copytree(drawn_avatar, folder)
    save_rig(rig, folder / "rig.npz")
    again = load_rig(load_avatar(folder))
    for one, other in (
        (rig, again),
        (rig.camera, again.camera),
        (rig.sheet, again.sheet),
        (rig.neck, again.neck),
    ):
        for field in fields(one):
            value = getattr(one, field.name)
            if isinstance(value, np.ndarray):
                assert (value == getattr(other, field.name)).all()


def test_every_sheet_has_valid_arrays(drawn_avatar: Path) -> None:
    rig = load_rig(load_avatar(drawn_avatar))
    for sheet in (rig.sheet, rig.back):
        assert np.isfinite(sheet.vertices).all()
        assert sheet.vertices[:, 2].max() < 0  # before the camera
        assert 0 <= sheet.follow.min() <= sheet.follow.max() <= 1
        assert 0 <= sheet.bound_share.min() <= sheet.bound_share.max() <= 1
        assert 0 <= sheet.uv.min() <= sheet.uv.max() <= 1
        assert len(np.unique(sheet.triangles)) == len(sheet.vertices)
        assert sheet.triangles.max() < len(sheet.vertices)
    assert rig.sheet.follow.max() > 0.95
    assert rig.sheet.follow.min() < 0.05
    top = rig.sheet.vertices[:, 1].argmax()
    low = rig.sheet.vertices[:, 1].argmin()
    assert rig.sheet.follow[top] > 0.95  # hair turns with the head, shoulders stay
    assert rig.sheet.follow[low] < 0.05


def test_the_sheet_lies_on_its_own_pixels(drawn_avatar: Path) -> None:
    """Every point, projected by the portrait's camera, falls on its own texture coordinate."""
    rig = load_rig(load_avatar(drawn_avatar))
    inside = (np.abs(rig.sheet.uv - 0.5) < 0.499).all(1)  # beyond the canvas its border is repeated
    vertices = rig.sheet.vertices[inside]
    seen = np.stack([vertices[:, 0], -vertices[:, 1]], 1) / -vertices[:, 2:] * rig.camera.focal
    assert np.abs(seen - (rig.sheet.uv[inside] - 0.5) * 1.25).max() < 1e-4


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"neutral": np.zeros((10, 3), np.float32)}, "another head model"),
        ({"portrait": np.zeros(3, np.float32)}, "another head model"),
        ({"focal": None}, "damaged"),
        ({"sheet_uv": None}, "damaged"),
        ({"focal": np.zeros(4, np.float32)}, "damaged"),
        ({"rotation": np.eye(2, dtype=np.float32)}, "rotation"),
        ({"translation": np.full(3, np.nan, np.float32)}, "holds non-finite numbers"),
        ({"sheet_triangles": np.full((5, 3), 10**6, np.int32)}, "has vertex indices out of range"),
        ({"back_triangles": np.full((5, 3), -1, np.int32)}, "has vertex indices out of range"),
        ({"neck_triangles": np.zeros((5, 3), np.float32)}, "neck_triangles is float32"),
        ({"sheet_follow": np.zeros(3, np.float32)}, "sheet_follow is"),
        ({"lid_vertices": np.full((2, 7), 10**6, np.int32), "lid_closing": np.zeros((2, 7, 3), np.float32)},
         "lid_vertices has vertex indices"),
        ({"mouth_colours": np.array([{"a": 1}], object)}, "damaged"),
        ({"mouth_colours": None, "mouth_tint": np.array(["a", "b", "c"])}, "mouth_colours is missing"),
        ({"lid_paint": np.ones((3, 4), np.float32)}, "lid_paint is"),
        ({"ink": np.zeros(3, np.float32)}, "ink is"),
    ],
)  # fmt: skip
def test_a_rig_that_does_not_fit_together_is_refused(
    changed: Callable[..., Path], arrays: dict[str, Any], words: str
) -> None:
    with pytest.raises(AvatarError, match=words):
        load_rig(load_avatar(changed(**arrays)))


def test_a_bound_vertex_out_of_range_is_refused(drawn_avatar: Path, changed: Callable[..., Path]) -> None:
    count = len(load_rig(load_avatar(drawn_avatar)).sheet.bound)
    with pytest.raises(AvatarError, match="sheet_bound has vertex indices"):
        load_rig(load_avatar(changed(sheet_bound=np.full(count, 99_999, np.int32))))


def test_a_manifest_without_a_rig_is_refused(drawn_avatar: Path, tmp_path: Path) -> None:
    folder = tmp_path / "avatar"
    shutil.copytree(drawn_avatar, folder)
    manifest = folder / "avatar.toml"
    manifest.write_text(manifest.read_text().replace('rig = "rig.npz"\n', ""))
    with pytest.raises(AvatarError, match="names no rig"):
        load_rig(load_avatar(folder))


def test_a_rig_without_ink_has_zero_ink(changed: Callable[..., Path]) -> None:
    assert (load_rig(load_avatar(changed(ink=None))).ink == 0).all()


def test_an_older_rig_has_a_usual_mouth_in_its_light_and_no_paint_on_its_lids(
    changed: Callable[..., Path],
) -> None:
    tint = np.array([1.0, 0.5, 0.25], np.float32)
    rig = load_rig(load_avatar(changed(mouth_colours=None, lid_paint=None, mouth_tint=tint)))
    assert rig.mouth_colours == pytest.approx(usual_mouth(np.ones(3, np.float32)) * tint)
    assert not rig.lid_paint.any()
