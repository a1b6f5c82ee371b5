from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from authoring.portrait.canvas import MARGIN, choose_cut
from studio.__main__ import main
from studio.commands.portrait import cut_out, draw_portrait
from studio.renderer import Studio
from vision.landmark_file import read_landmarks

SIZE = 128


def drawn(head: Path, out: Path, *more: str) -> np.ndarray:
    arguments = [
        "portrait",
        "-o",
        str(out),
        "--style",
        "clay",
        "--size",
        str(SIZE),
        "--ict",
        str(head),
        *more,
    ]
    assert main(arguments) == 0
    with Image.open(out) as picture:
        return np.asarray(picture)


def test_a_portrait_is_cut_out_and_writes_its_landmarks(
    small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, points = tmp_path / "her.png", tmp_path / "her.json"
    picture = drawn(small_head, out, "--landmarks", str(points))
    assert picture.shape == (SIZE, SIZE, 4)
    assert 0.05 < (picture[..., 3] == 255).mean() < 0.9
    assert picture[0, 0, 3] == 0
    landmarks = read_landmarks(points)
    assert landmarks.min() > 0
    assert landmarks.max() < SIZE
    assert f"omote avatar make {out}" in capsys.readouterr().err


def test_an_opaque_portrait_has_the_same_pixels_over_the_background(small_head: Path, tmp_path: Path) -> None:
    cut, opaque = (drawn(small_head, tmp_path / "p.png", *more) for more in ((), ("--opaque",)))
    assert opaque.shape == (SIZE, SIZE, 3)
    solid = cut[..., 3] == 255
    assert (cut[solid][:, :3] == opaque[solid]).all()
    assert (
        cut[cut[..., 3] == 0][:, :3] == opaque[cut[..., 3] == 0]
    ).all()  # what a backdrop's tone comes from


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--size", "9"), "96 to 2048"),
        (("-o", "p.jpg"), "not a PNG"),
        (("--landmarks", "/none/a.json"), "no folder"),
    ],
)
def test_invalid_options_are_errors(
    small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], says: str
) -> None:
    assert main(["portrait", "-o", str(tmp_path / "p.png"), "--ict", str(small_head), *more]) == 1
    assert says in capsys.readouterr().err


def test_the_frame_holds_the_square_that_an_avatar_is_cut_from(ict_studio: Studio) -> None:
    """The square lies inside of the picture with its margins, so no pixels have to be extrapolated."""
    for identity in (7, 37, 134):
        picture = draw_portrait(ict_studio, identity, 0, 0, "clay", 256)
        cut = choose_cut(picture.mediapipe_landmarks[:, :2], 256, 256)
        assert cut.side * (1 + 2 * MARGIN) < 256 * 1.06
        assert 0.1 < cut_out(picture)[..., 3].mean() / 255 < 0.5
