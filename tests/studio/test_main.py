from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.__main__ import COMMANDS, main
from studio.commands.preview import COLUMNS, factor_rows
from studio.commands.video import held_emotion, orbit
from studio.data.recipe import Recipe
from studio.data.sample import FILES
from studio.errors import StudioError
from studio.head.source_path import find_face_source


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"example: omote-studio {command}" in " ".join(capsys.readouterr().out.split())


def test_preview_draws_a_sheet(small_head: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    assert (
        main(["preview", "-o", str(sheet), "--ict", str(small_head), "--style", "clay", "--size", "48"]) == 0
    )
    with Image.open(sheet) as picture:
        width, height = picture.size
    assert width == COLUMNS * 48
    assert height > 9 * 48


def test_a_row_changes_one_factor() -> None:
    from studio.factors import Factors

    names = ("identity", "look", "background", "style", "pose", "articulation", "emotion", "gaze", "view")
    for caption, row in factor_rows(Factors()):
        assert len(row) == COLUMNS
        changed = {
            name for other in row[1:] for name in names
            if not np.array_equal(getattr(row[0], name), getattr(other, name))
        }  # fmt: skip
        assert len(changed) == 1, caption


def test_render_tells_what_it_did_and_what_is_next(
    small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "data"
    code = main(f"render --count 2 --size 32 --style clay --workers 1 --ict {small_head} --out {out}".split())
    said = capsys.readouterr().err
    assert code == 0
    assert "2 shards" in said
    assert "read_shards" in said
    assert len(list(out.glob("*.tar"))) == Recipe(count=2).shards


def test_serve_says_how_fast(small_head: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(f"serve --batches 2 --batch 2 --size 32 --style clay --workers 1 --ict {small_head}".split())
    assert code == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["batch 0", "batch 1"]


def test_serve_writes_a_tar_into_a_pipe(small_head: Path) -> None:
    options = f"serve --tar --batches 1 --batch 2 --size 32 --style clay --workers 1 --ict {small_head}"
    done = subprocess.run([sys.executable, "-m", "studio", *options.split()], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        assert [name.partition(".")[2] for name in tar.getnames()] == list(FILES) * 2


def test_video_draws_an_acted_face(small_head: Path, tmp_path: Path) -> None:
    out = tmp_path / "frames"
    options = (
        f"video -o {out} --ict {small_head} --style clay --size 48 --seconds 0.4 --orbit --emotion sad=0.5"
    )
    assert main(options.split()) == 0
    frames = sorted(out.glob("*.png"))
    assert len(frames) == 10
    first, last = (np.asarray(Image.open(io.BytesIO(path.read_bytes()))) for path in (frames[0], frames[-1]))
    assert first.shape == (48, 48, 4)
    assert not np.array_equal(first, last)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ("render --count 0 --out x", "count"),
        ("render --count 5 --out x --size 7", "size"),
        ("render --count 5 --out x --workers 0", "workers"),
        ("render --count 5 --out x --ict nowhere.npz", "nowhere.npz"),
        ("preview -o nowhere/sheet.png", "nowhere"),
        ("preview -o sheet.txt", "sheet.txt"),
        ("serve --batch 0", "batch"),
        ("serve --batches 0", "--batches"),
        ("video -o clip.mp4 --emotion glad", "glad"),
        ("video -o clip.mp4 --driver gone.mcap", "gone.mcap"),
        ("video -o clip.mp4 --seconds 1e9", "--seconds"),
        ("video -o clip.xyz", "clip.xyz"),
    ],
)
def test_absurd_options_are_said_in_one_line(
    options: str, word: str, small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMOTE_ICT", str(small_head))
    assert main(options.split()) == 1
    said = capsys.readouterr().err
    assert word in said
    assert "Traceback" not in said
    assert not list(tmp_path.rglob("*.tar"))


def test_the_head_is_found_where_it_usually_lies(
    small_head: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OMOTE_ICT", raising=False)
    with pytest.raises(StudioError, match="ICT-FaceKit"):
        find_face_source(None)
    (tmp_path / "ict-facekit").mkdir()
    usual = tmp_path / "ict-facekit" / "ict_facekit.npz"
    usual.write_bytes(small_head.read_bytes())
    assert find_face_source(None) == usual.resolve()
    assert find_face_source(small_head.parent) == small_head.resolve()
    monkeypatch.setenv("OMOTE_ICT", str(small_head))
    assert find_face_source(None) == small_head.resolve()


def test_held_emotion_reads_a_name_and_an_intensity() -> None:
    assert held_emotion(None) is None
    none = held_emotion("none")
    assert none is not None
    assert not none.any()
    angry = held_emotion("angry=0.5")
    assert angry is not None
    assert angry.tolist() == [0, 0, 0.5, 0, 0, 0, 0, 0]


def test_the_orbit_begins_and_ends_in_front() -> None:
    assert orbit(0.0).azimuth == pytest.approx(0.0)
    assert orbit(6.0).azimuth == pytest.approx(0.0, abs=1e-6)
    assert max(orbit(t).azimuth for t in np.arange(0, 6, 0.1)) > 0.7
