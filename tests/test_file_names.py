"""Awkward file names through the readers and writers of every package: they work, and nothing made is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from authoring.errors import AuthoringError
from authoring.make import write_manifest
from authoring.replace_folder import check_target, new_folder
from bridge.devices.sound_file import read_sound
from bridge.takes.recording import Recording
from face.avatar import load_avatar
from protocol.messages import ControlMessage
from protocol.take import TakeReader
from runtime.avatars.shelf import Shelf
from runtime.avatars.slot import AvatarSlot
from tests.bridge.devices.test_wav_file import f32, wav
from tests.vision.timed_videos import write_video
from vision.video_file import VideoFile
from vision.video_writer import open_writer

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows does not allow these names")
av = pytest.importorskip("av")

ROOT = Path(__file__).resolve().parent.parent
NOT_UTF_8 = os.fsdecode(b"caf\xe9")
STEMS = (
    "😀 𝔘𝔫𝔦", "2024-10-03T12:30:00", NOT_UTF_8, "two  words ", "a%05d b%s", "-o", "http:x", "pipe:0", "a" * 240, "[1]*?",
    "two\nlines \x1b[31m",
)  # fmt: skip
IDS = [ascii(stem)[:20] for stem in STEMS]


@pytest.mark.parametrize("stem", STEMS, ids=IDS)
def test_videos_are_read_and_written_under_any_name(tmp_path: Path, stem: str) -> None:
    folder = tmp_path / stem
    folder.mkdir()
    path = folder / f"{stem}.mp4"
    plain = write_video(tmp_path / "plain.mp4", (0, 40, 900))
    path.write_bytes(plain.read_bytes())
    with VideoFile(path) as video:
        assert video.skip_until(10) == 2
        assert video.read() is not None
        assert video.time_s == pytest.approx(0.9)
    written = folder / f"{stem[:200]}out.avi"
    if "%05d" in stem:
        written = folder / "out.avi"  # such a name asks for a row of pictures
    with open_writer(written, fps=25.0) as writer:
        writer.write(np.full((16, 16, 4), 255, np.uint8))
    with VideoFile(written) as video:
        assert video.read() is not None
    with open_writer(folder / "pictures", fps=25.0) as writer:
        writer.write(np.full((16, 16, 4), 255, np.uint8))
    assert [file.name for file in (folder / "pictures").iterdir()] == ["00000.png"]


@pytest.mark.parametrize("stem", STEMS, ids=IDS)
def test_sounds_and_takes_have_any_name(tmp_path: Path, stem: str) -> None:
    sound = tmp_path / f"{stem}.wav"
    sound.write_bytes(wav(f32(0.5), kind=3, bits=32))
    assert read_sound(sound)[0].tolist() == [0.5]
    take = tmp_path / f"{stem}.mcap"
    with Recording(take, recorded_by="test") as recording:
        recording.add(ControlMessage(layer="pose", source="me", values={"yaw": 0.5}), 1_000_000_000)
    with TakeReader(take) as reader:
        assert [entry.message.values for entry in reader] == [{"yaw": 0.5}]


@pytest.mark.parametrize("stem", STEMS, ids=IDS)
def test_an_avatar_of_any_name_is_made_found_and_loaded(tmp_path: Path, stem: str) -> None:
    target = tmp_path / "avatars" / stem
    check_target(target, replace=False)
    with new_folder(target, replace=False) as making:
        write_manifest(making, name=stem, background="keep", suffix=".png")
        manifest = making / "avatar.toml"
        manifest.write_text(
            manifest.read_text("utf-8").partition("[files]")[0].replace('"head"', '"null"'), "utf-8"
        )
    avatar = load_avatar(target)
    avatar.name.encode()  # goes into messages
    if stem != NOT_UTF_8:
        shown = "".join(letter if letter.isprintable() else " " for letter in stem)
        assert shown.startswith(avatar.name)
        assert len(avatar.name) >= min(len(stem.strip()), 60)
    names = Shelf(local=tmp_path / "avatars", user=tmp_path / "none").avatars()
    assert target in names.values()
    for name in names:
        name.encode()


def test_an_avatar_that_cannot_be_renamed_into_place_is_kept(
    tmp_path: Path,
) -> None:
    """Another program takes the place after the check: what was made is kept, and the error says where."""
    target = tmp_path / "me"

    def make() -> None:
        with new_folder(target, replace=False) as making:
            (making / "face.png").write_text("hours of work")
            target.write_text("in the way")

    with pytest.raises(AuthoringError, match="is kept in ") as failed:
        make()
    kept = Path(str(failed.value).rpartition("is kept in ")[2])
    assert (kept / "face.png").read_text() == "hours of work"
    assert not kept.name.startswith(".")
    assert target.read_text() == "in the way"


@pytest.mark.parametrize("name", ["x" * 300, "ü" * 200, "a\0b"])
def test_an_impossible_name_is_refused_before_any_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(AuthoringError) as refused, new_folder(tmp_path / name, replace=False):
        pytest.fail("no work should begin")
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


#: Runs a command several times, for the words of its command line up to each "then".
SEVERAL = """
import importlib, sys
package, *words = sys.argv[1:]
given = []
for word in words:
    if word != "then":
        given.append(word)
        continue
    try:
        status = importlib.import_module(package + ".__main__").main(given)
    except SystemExit as left:
        status = left.code
    print("ended with", status, file=sys.stderr, flush=True)
    given = []
"""


@pytest.mark.parametrize(
    "command",
    [
        ("bridge", "video", "FILE", "--face-landmarker", "FOLDER/none.task"),
        ("bridge", "microphone", "--file", "FILE"),
        ("bridge", "replay", "FILE"),
        ("omote", "render", "--drive", "FILE", "-o", "OUT.avi", "--size", "64"),
        ("omote", "avatar", "make", "FILE", "-o", "OUT"),
    ],
    ids=lambda command: " ".join(command[:3]),
)
def test_the_commands_take_such_names(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Each ends in one line about the file's content, never in a traceback or a crash."""
    package, *words = command
    line = [sys.executable, "-c", SEVERAL, package]
    stems = STEMS[:4]
    for stem in stems:
        path = tmp_path / f"{stem}.mp4"
        path.write_bytes(b"no video")
        places = {"FILE": str(path), "FOLDER": str(tmp_path), "OUT": str(tmp_path / stem[:200])}
        for word in words:
            place = next((name for name in places if word.startswith(name)), "")
            line.append(places.get(place, "") + word.removeprefix(place))
        line.append("then")
    done = subprocess.run(
        line, capture_output=True, check=False, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    said = [line for line in done.stderr.splitlines() if b"%|" not in line]  # progress, where it takes long
    assert b"Traceback" not in done.stderr
    assert done.returncode == 0, done.stderr
    assert len(said) == 2 * len(stems), done.stderr
    assert set(said[1::2]) <= {b"ended with 1", b"ended with 2"}, done.stderr
    assert not any(each.startswith(b"ended with") for each in said[::2])


def test_a_name_that_is_no_utf_8_is_valid_json(tmp_path: Path) -> None:
    from terminal.json_line import json_line

    assert json.loads(json_line({"file": NOT_UTF_8})) == {"file": NOT_UTF_8}


def test_the_runtime_loads_and_lists_an_avatar_whose_name_is_no_utf_8(tmp_path: Path) -> None:
    folder = tmp_path / NOT_UTF_8
    folder.mkdir()
    (folder / "avatar.toml").write_text('format = 1\nname = "me"\nengine = "null"\n')
    with closing(AvatarSlot(size=128)) as slot:
        slot.load(folder)
        assert slot.avatar.name == "me"
        assert slot.worn == "caf\ufffd"


def test_names_that_begin_with_a_dash_are_files_after_two_dashes_or_an_equals_sign(tmp_path: Path) -> None:
    (tmp_path / "-x.mp4").write_bytes(b"no video")
    for arguments in (
        ("bridge", "video", "--", "-x.mp4"),
        ("bridge", "microphone", "--file=-x.mp4"),
        ("omote", "render", "--drive=-x.mp4", "-o", "out.avi", "--size", "80"),
        ("omote", "avatar", "make", "-o", "out", "--", "-missing-x.mp4"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            capture_output=True, check=False, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.returncode == 1, (arguments, done.stderr)
        assert b"-x.mp4" in done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
