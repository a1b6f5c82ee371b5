"""`omote avatar` from its command line; in a process of its own where stderr is checked."""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("mediapipe")

from face.avatar import load_avatar
from omote.commands.avatar import add_parser, run
from runtime.avatars.builtin import DEFAULT
from runtime.avatars.shelf import Shelf
from studio.__main__ import main as studio
from tests.authoring.clip.made_clips import clip_of, portrait
from tests.tha_characters import write_character

ROOT = Path(__file__).resolve().parents[3]


def make(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser("omote")
    add_parser(parser.add_subparsers())
    return run(parser.parse_args(["avatar", "make", *map(str, arguments)]))


@pytest.fixture(autouse=True)
def _landmarker(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMOTE_FACE_LANDMARKER", str(shared / "models" / "face_landmarker.task"))


def test_make_writes_an_avatar_and_names_the_next_command(shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "avatars" / "me"
    photo = shared / "media" / "portraits" / "s5.jpg"
    command = [sys.executable, "-m", "omote", "avatar", "make", str(photo), "-o", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert load_avatar(folder).name == "me"
    assert f"omote run --avatar {folder}" in done.stdout
    assert "landmarks" in done.stdout
    assert "painting the face" in done.stderr
    # MediaPipe's and OpenCV's own log lines are suppressed.
    assert all("%|" in line for line in done.stderr.splitlines()), done.stderr
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert "--force" in again.stderr


def test_a_clip_becomes_an_avatar_of_one_of_its_frames_and_is_found_by_its_name(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OMOTE_AVATARS", str(tmp_path / "own"))
    face = portrait(shared, "s4")
    clip = clip_of(tmp_path / "clip.mkv", [face, np.roll(face, 5, 1), np.roll(face, 9, 0)])
    fit = ["--fit-minutes", "1"] if find_spec("onnxruntime") else []
    assert make(clip, "--name", "My face", "--at", "0.25", "--matte", "colours", *fit) == 0
    said = capsys.readouterr()
    assert "clip        portrait at 0.25 s of 0.4 s, 3 frames looked at: " in said.out
    assert "comparing the head with the whole clip" in said.err
    assert ("retouch     not fitted: 3 frames of the clip can be used, at least 8" in said.out) == bool(fit)
    assert said.out.rstrip().endswith("omote run --avatar My-face")
    assert Shelf().resolve("My-face") == tmp_path / "own" / "My-face"
    assert load_avatar(tmp_path / "own" / "My-face").name == "My face"


def test_options_of_pictures_and_clips_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo, clip = white(tmp_path / "white.png", (400, 400)), tmp_path / "clip.mp4"
    clip.write_bytes(b"not a video")
    for options, words in (
        ((photo, "--at", "1"), "--at is for clips, and white.png is a picture"),
        ((clip, "--landmarks", photo), "--landmarks is for pictures"),
        (
            (photo, "--paint-from", "portrait"),
            "--paint-from portrait is for clips, and white.png is a picture",
        ),
        ((photo, "--fit-minutes", "1"), "--fit-minutes needs a clip, and white.png is a picture"),
        ((clip, "--fit-minutes", "-1"), "--fit-minutes -1, expected more than 0 and at most 60"),
        ((clip, "--fit-minutes", "nan"), "--fit-minutes nan, expected more than 0"),
        ((clip,), "cannot be read as a video"),
    ):
        assert make(*options, "-o", tmp_path / "me") == 1
        assert words in capsys.readouterr().err
        assert not (tmp_path / "me").exists()


def white(path: Path, size: tuple[int, int]) -> Path:
    Image.new("RGB", size, "white").save(path)
    return path


@pytest.mark.parametrize(
    ("size", "words"),
    [((400, 400), "no face found"), ((60, 60), "at least 96"), ((3000, 100), "no face found")],
)
def test_an_unusable_picture_is_refused_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], size: tuple[int, int], words: str
) -> None:
    assert make(white(tmp_path / "white.png", size), "-o", tmp_path / "me") == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "me").exists()


def test_a_folder_of_something_else_is_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("years")
    assert make(tmp_path / "nothing.png", "-o", tmp_path, "--force") == 1
    assert "is no avatar" in capsys.readouterr().err
    assert [f.name for f in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_missing_photo_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert make(tmp_path / "nothing.png", "-o", tmp_path / "me") == 1
    assert "nothing.png: no such file" in capsys.readouterr().err


def test_a_missing_or_wrong_model_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = white(tmp_path / "white.png", (200, 200))
    assert make(photo, "-o", tmp_path / "me", "--face-landmarker", tmp_path / "no.task") == 1
    assert "no.task" in capsys.readouterr().err
    (tmp_path / "wrong.task").write_bytes(b"hello")
    assert make(photo, "-o", tmp_path / "me", "--face-landmarker", tmp_path / "wrong.task") == 1
    assert "is not a face landmarker model" in capsys.readouterr().err


def test_an_unknown_background_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        make("a.png", "-o", tmp_path / "me", "--background", "sky")
    assert left.value.code == 2


def test_list_shows_built_in_and_own_avatars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "me").mkdir()
    (tmp_path / "me" / "avatar.toml").write_text('format = 1\nname = "Me"\nengine = "null"\n')
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "avatar.toml").write_text("format = ")
    parser = argparse.ArgumentParser("omote")
    add_parser(parser.add_subparsers())
    assert run(parser.parse_args(["avatar", "list", "--avatars", str(tmp_path)])) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == [DEFAULT, DEFAULT.title() + ",", "the", "default"]
    assert lines[-2].split() == [str(tmp_path / "me"), "Me"]
    assert "cannot be read" in lines[-1]


def test_given_landmarks_need_no_model_compact_is_smaller_and_without_a_folder_it_is_on_the_shelf(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own"
    monkeypatch.setenv("OMOTE_AVATARS", str(own))
    monkeypatch.chdir(tmp_path)
    portrait, points = tmp_path / "IMG 12.png", tmp_path / "her.json"
    head = str(shared / "ict-facekit" / "ict_facekit.npz")
    drawn = ["portrait", "-o", str(portrait), "--landmarks", str(points), "--size", "640", "--ict", head]
    assert studio(drawn) == 0
    given = ("--at-rest", "--landmarks", points, "--face-landmarker", tmp_path / "none")
    assert make(portrait, "--compact", *given) == 0
    assert capsys.readouterr().out.rstrip().endswith("omote run --avatar IMG-12")
    assert Shelf().resolve("IMG-12") == own / "IMG-12"
    avatar = load_avatar(own / "IMG-12")
    assert avatar.name == "IMG-12"
    assert avatar.background == "transparent"
    assert avatar.files["face"].suffix == ".webp"
    assert sum(file.stat().st_size for file in avatar.files.values()) < 1_000_000
    assert make(portrait, *given) == 1
    assert "--force" in capsys.readouterr().err
    points.write_text("[]")
    assert make(portrait, "-o", tmp_path / "him", *given) == 1
    assert not (tmp_path / "him").exists()


def avatar(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser("omote")
    add_parser(parser.add_subparsers())
    return run(parser.parse_args(["avatar", *map(str, arguments)]))


def test_an_avatar_is_exported_and_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OMOTE_AVATARS", str(tmp_path / "avatars"))
    monkeypatch.chdir(tmp_path)
    assert avatar("export", "mio") == 0
    assert avatar("import", "mio.omote", "--name", "Mio the second") == 0
    assert "wear it with: omote run --avatar Mio-the-second" in capsys.readouterr().out
    assert load_avatar(tmp_path / "avatars" / "Mio-the-second").name == "Mio the second"
    assert avatar("export", "mio") == 1  # it is there already
    assert "exists already" in capsys.readouterr().err
    (tmp_path / "noise.omote").write_bytes(b"noise")
    assert avatar("import", "noise.omote") == 1
    assert "not an avatar file" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "avatars").iterdir()] == ["Mio-the-second"]


def test_a_tha_character_becomes_an_avatar_and_its_licence_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    yaml = write_character(tmp_path / "mia")
    parser = argparse.ArgumentParser("omote")
    add_parser(parser.add_subparsers())

    def imported(*more: str) -> int:
        return run(parser.parse_args(["avatar", "import-tha", str(yaml), "-o", str(tmp_path / "out"), *more]))

    assert imported("--name", "Mia") == 0
    said = capsys.readouterr().out
    assert "CC BY-NC 4.0" in said
    assert f"omote run --avatar {tmp_path / 'out'}" in said
    assert load_avatar(tmp_path / "out").engine == "tha"
    assert imported() == 1
    assert "--force" in capsys.readouterr().err
    (tmp_path / "mia" / "face_morpher.pt").write_bytes(b"no")
    assert imported("--force") == 1
    assert "face_morpher.pt is no undamaged file of torch.save" in capsys.readouterr().err
    assert load_avatar(tmp_path / "out").name == "Mia"  # as it was
