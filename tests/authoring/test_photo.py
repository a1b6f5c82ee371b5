"""From a picture file to an avatar, with real portraits and the real landmarker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

pytest.importorskip("mediapipe")

from authoring import photo
from authoring.errors import FaceError
from authoring.make import FaceInCanvas, canvas_picture
from authoring.photo import STEPS, AvatarOptions, avatar_from_photo, see_photo
from authoring.portrait.canvas import Canvas, Cut, draw_canvas
from authoring.portrait.detect import AT_ONCE, find_faces
from authoring.portrait.occluders import GLASSES
from authoring.portrait.portrait import load_portrait
from authoring.report import AvatarReport
from face.avatar import load_avatar
from face.landmarks import LID_EDGES
from face.rig import load_rig
from inference.errors import ModelError
from vision.landmarker import FaceLandmarker

Make = Callable[..., AvatarReport]

#: The photo from which most avatars are made here; making one takes seconds.
PLAIN = "s4"


@pytest.fixture(scope="module")
def landmarker(shared: Path) -> Iterator[FaceLandmarker]:
    with FaceLandmarker(shared / "models" / "face_landmarker.task", video=False, num_faces=AT_ONCE) as made:
        yield made


@pytest.fixture(scope="module")
def portraits(shared: Path) -> Path:
    return shared / "media" / "portraits"


@pytest.fixture
def make(landmarker: FaceLandmarker, tmp_path: Path) -> Make:
    """make(photo) -> the report; the avatar lies at tmp_path / "avatar"."""

    def made(photo: Path, **options: object) -> AvatarReport:
        chosen = AvatarOptions(name="test", replace=True, **options)
        return avatar_from_photo(photo, tmp_path / "avatar", chosen, landmarker, progress=lambda _: None)

    return made


@pytest.fixture(scope="module")
def whole(
    landmarker: FaceLandmarker, portraits: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[AvatarReport, Path]:
    """The avatar of PLAIN with its preview: what was said, and its folder, which is alone in its own."""
    folder = tmp_path_factory.mktemp("whole") / "avatar"
    photo, options = portraits / f"{PLAIN}.jpg", AvatarOptions(name="test")
    return avatar_from_photo(photo, folder, options, landmarker, progress=lambda _: None), folder


def check_likeness(report: AvatarReport) -> None:
    assert report.face_psnr_db >= 32
    assert report.landmark_error_px < 4.5
    assert np.abs(report.pose_deg).max() < 25
    assert report.size_bytes < 12e6


@pytest.mark.parametrize("name", [PLAIN, "s7"])  # s5 is the chosen one of two, below
def test_a_portrait_becomes_an_avatar_that_looks_like_it(
    request: pytest.FixtureRequest, make: Make, portraits: Path, tmp_path: Path, name: str
) -> None:
    if name == PLAIN:
        report, folder = request.getfixturevalue("whole")
    else:
        report, folder = make(portraits / f"{name}.jpg"), tmp_path / "avatar"
    check_likeness(report)
    avatar = load_avatar(folder)
    assert avatar.engine == "head"
    assert np.isfinite(load_rig(avatar).neutral).all()
    with Image.open(folder / "preview.png") as preview:
        assert min(preview.size) > 500
    with Image.open(folder / "thumbnail.png") as thumbnail:
        assert (thumbnail.size, thumbnail.mode) == ((192, 192), "RGBA")
    assert (folder / "report.txt").read_text(encoding="utf-8") == report.text() + "\n"
    assert [f.name for f in folder.parent.iterdir()] == ["avatar"]


def test_without_a_preview_the_avatar_is_the_same_and_nothing_is_compared(
    whole: tuple[AvatarReport, Path], make: Make, portraits: Path, tmp_path: Path
) -> None:
    report = make(portraits / f"{PLAIN}.jpg", preview=False)
    seen, plain = (
        {path.name: path.read_bytes() for path in folder.iterdir()}
        for folder in (whole[1], tmp_path / "avatar")
    )
    assert set(seen) - set(plain) == {"preview.png", "thumbnail.png"}
    assert {name for name in plain if plain[name] != seen[name]} == {"report.txt"}
    assert np.isnan(report.face_psnr_db)
    assert "nan" not in report.text()
    assert not any("differs from the portrait" in warning for warning in report.warnings)
    assert load_avatar(tmp_path / "avatar").engine == "head"


def test_the_chosen_face_of_two_becomes_the_avatar(
    landmarker: FaceLandmarker, make: Make, portraits: Path, tmp_path: Path
) -> None:
    pictures = [np.asarray(Image.open(portraits / f"{name}.jpg")) for name in ("s4", "s5")]
    two = tmp_path / "two.png"
    Image.fromarray(np.hstack(pictures)).save(two)
    with pytest.raises(FaceError, match="2 faces found"):
        make(two)
    assert not (tmp_path / "avatar").exists()
    steps: list[str] = []
    options = AvatarOptions(name="Zoë", background="plate", face=2)
    report = avatar_from_photo(two, tmp_path / "avatar", options, landmarker, progress=steps.append)
    check_likeness(report)
    assert report.face_px == pytest.approx(151, rel=0.15)
    assert report.pose_deg[1] == pytest.approx(-11, abs=5)  # the girl of s5 looks a little down
    assert len(steps) == STEPS
    avatar = load_avatar(tmp_path / "avatar")
    assert (avatar.name, avatar.background) == ("Zoë", "plate")


def test_a_chosen_cut_is_what_the_avatar_shows(
    landmarker: FaceLandmarker, make: Make, portraits: Path, tmp_path: Path
) -> None:
    """The avatar shows what lies in the cut: the head is as high in the drawn picture as in the photo cut so."""
    steps: list[str] = []
    seen = see_photo(portraits / "s5.jpg", landmarker, steps.append)
    assert (len(seen.faces), len(steps)) == (1, 2)
    side = 470.0
    left, top = 352 - side / 2, 266 - side / 2
    options = AvatarOptions(name="test", cut=Cut(left, top, side))
    report = avatar_from_photo(
        portraits / "s5.jpg", tmp_path / "avatar", options, landmarker, progress=steps.append, seen=seen
    )
    check_likeness(report)
    assert len(steps) == STEPS  # the photo was not looked at again
    with Image.open(portraits / "s5.jpg") as photo:
        cut = photo.convert("RGB").crop((round(left), round(top), round(left + side), round(top + side)))
    heights = []
    with Image.open(tmp_path / "avatar" / "thumbnail.png") as thumbnail:
        for picture in (cut, thumbnail.convert("RGB")):
            [face] = landmarker.detect(np.asarray(picture.resize((768, 768))), None)
            heights.append(np.ptp(face.landmarks[:, 1]))
    assert heights[1] == pytest.approx(heights[0], rel=0.04)


@pytest.mark.parametrize("name", ["s23", "s40"])
def test_an_animal_is_refused_and_nothing_is_left(
    make: Make, portraits: Path, tmp_path: Path, name: str
) -> None:
    with pytest.raises(FaceError, match="face"):
        make(portraits / f"{name}.jpg")
    assert list(tmp_path.iterdir()) == []


def test_a_large_photo_keeps_its_own_pixels(make: Make, portraits: Path, tmp_path: Path) -> None:
    """A head that is small in 24 megapixels is cut from the file, not from the picture shrunk for searching."""
    size = 1800
    with Image.open(portraits / "s5.jpg") as image:
        head = image.convert("RGB").resize((size, size), Image.Resampling.LANCZOS)
    grain = np.random.default_rng(0).integers(-40, 41, (size, size, 1))
    head = Image.fromarray((np.asarray(head) + grain).clip(0, 255).astype(np.uint8))
    large = Image.new("RGB", (6000, 4000), (120, 130, 140))
    large.paste(head, (3900, 300))
    large.save(tmp_path / "large.jpg", quality=95)
    report = make(tmp_path / "large.jpg", preview=False)
    assert report.face_px == pytest.approx(151 * size / 720, rel=0.12)
    with Image.open(tmp_path / "avatar" / "sheet.png") as sheet:
        values = np.asarray(sheet, float)
    hair = values[200:320, 500:760, :3].mean(2)
    fine = (
        hair - (np.roll(hair, 1, 0) + np.roll(hair, -1, 0) + np.roll(hair, 1, 1) + np.roll(hair, -1, 1)) / 4
    )
    assert fine.std() > 8  # the grain is still there


def test_a_cut_out_picture_keeps_its_own_alpha(make: Make, portraits: Path, tmp_path: Path) -> None:
    with Image.open(portraits / "s7.jpg") as image:
        cut_out = image.convert("RGBA")
    x, y = np.meshgrid(np.arange(852), np.arange(852))
    alpha = ((x - 426) / 330) ** 2 + ((y - 420) / 420) ** 2 < 1
    cut_out.putalpha(Image.fromarray((alpha * 255).astype(np.uint8)))
    cut_out.save(tmp_path / "cut.png")
    report = make(tmp_path / "cut.png")
    assert load_avatar(tmp_path / "avatar").background == "transparent"
    assert report.face_psnr_db > 28
    with Image.open(tmp_path / "avatar" / "sheet.png") as sheet:
        drawn = np.asarray(sheet)[..., 3]
    assert drawn[640:, :60].max() < 10  # outside the ellipse, though a shoulder is in the picture there


def test_a_second_face_under_the_alpha_channel_is_neither_found_nor_in_the_pictures(
    landmarker: FaceLandmarker, portraits: Path, tmp_path: Path
) -> None:
    seen, hidden = (Image.open(portraits / name).convert("RGBA") for name in ("s5.jpg", "s7.jpg"))
    two = Image.new("RGBA", (1600, 800))
    two.paste(seen.resize((800, 800)), (0, 0))
    two.paste(hidden.resize((800, 800)), (800, 0))
    photo = tmp_path / "two.png"
    two.save(photo)
    assert len(find_faces(landmarker, load_portrait(photo).shown)) == 2
    alpha = Image.new("L", two.size, 0)
    alpha.paste(255, (0, 0, 800, 800))
    two.putalpha(alpha)
    two.save(photo)
    portrait = load_portrait(photo)
    assert len(find_faces(landmarker, portrait.shown)) == 1
    canvas = draw_canvas(portrait, Cut(left=400, top=0, side=800))
    beside = canvas_picture(canvas)[:, 600:].reshape(-1, 3)
    assert np.ptp(beside, axis=0).max() <= 1  # one plain tone


def test_sunglasses_are_said_in_the_report(
    landmarker: FaceLandmarker, make: Make, portraits: Path, tmp_path: Path
) -> None:
    portrait = load_portrait(portraits / "s4.jpg")
    (face,) = find_faces(landmarker, portrait.shown)
    picture = Image.fromarray(portrait.rgb)
    draw = ImageDraw.Draw(picture)
    for edge in LID_EDGES:
        (left, top), (right, bottom) = (
            face.landmarks[list(edge), :2].min(0),
            face.landmarks[list(edge), :2].max(0),
        )
        reach = 0.35 * (right - left)
        draw.ellipse((left - reach, top - reach, right + reach, bottom + reach), fill=(25, 22, 24))
    photo = tmp_path / "glasses.png"
    picture.save(photo)
    report = make(photo, preview=False)
    assert [line for line in report.warnings if "sunglasses" in line] == [GLASSES]
    lines = (tmp_path / "avatar" / "report.txt").read_text("utf-8").splitlines()
    assert f"warning     {GLASSES}" in lines


def test_without_onnx_runtime_colours_decide_and_the_report_says_what_to_install(
    make: Make, portraits: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(photo, "INSTALLED", tmp_path)
    monkeypatch.setattr(photo, "find_spec", lambda name: None)
    report = make(portraits / f"{PLAIN}.jpg", preview=False)
    assert [line for line in report.warnings if "omote[neural]" in line] == [photo.BY_COLOURS]
    canvas = Canvas(np.zeros((8, 8, 3), np.float32), np.ones((8, 8), np.float32), None)
    face = FaceInCanvas(np.zeros((478, 2), np.float32), np.zeros(52, np.float32))
    assert photo._parsed(canvas, face, "auto") == (None, [photo.BY_COLOURS])
    assert photo._parsed(canvas, face, "colours") == (None, [])  # as was asked


def test_a_network_that_is_asked_for_and_missing_is_an_error(
    make: Make, portraits: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("onnxruntime")
    monkeypatch.setattr(photo, "INSTALLED", tmp_path / "gone")
    with pytest.raises(ModelError, match="there is no parsing network"):
        make(portraits / "s4.jpg", preview=False, matte="parsing")
