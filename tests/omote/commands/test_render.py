"""`omote render` from its command line to its files, with the null engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from protocol.channels import CHANNEL_INDEX
from protocol.messages import ControlMessage
from protocol.take import TakeWriter
from runtime.engines.null import read_bars
from tests.bridge.devices.test_vowel_mouth import RATE
from tests.omote.clips.test_voice_source import bursts
from tests.omote.commands.rendering import null_avatar, pngs, render
from tests.vision.sound_files import click, heard, onset_s, write_sound
from vision.video_file import VideoFile

cv2 = pytest.importorskip("cv2")
av = pytest.importorskip("av")


@pytest.fixture
def avatar(tmp_path: Path) -> Path:
    return null_avatar(tmp_path / "avatar")


@pytest.fixture
def drive(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first 20 frames of a driving clip."""
    pytest.importorskip("mediapipe")
    monkeypatch.setenv("OMOTE_FACE_LANDMARKER", str(shared / "models" / "face_landmarker.task"))
    path = tmp_path / "drive.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25.0, (512, 512))
    with VideoFile(shared / "media" / "driving" / "d0.mp4") as video:
        for _ in range(20):
            writer.write(cv2.cvtColor(video.read(), cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def test_rendering_twice_gives_the_same_bytes(avatar: Path, drive: Path, tmp_path: Path) -> None:
    for out in ("one", "two"):
        assert render("--avatar", avatar, "--drive", drive, "-o", tmp_path / out, "--size", "128") == 0
    one, two = pngs(tmp_path / "one"), pngs(tmp_path / "two")
    assert len(one) == 20
    assert one == two
    assert one[0] != one[-1]  # the face has moved


def test_layers_and_emotion_change_the_pictures(avatar: Path, drive: Path, tmp_path: Path) -> None:
    common = ("--avatar", avatar, "--drive", drive, "--size", "128", "--fps", "5")
    assert render(*common, "-o", tmp_path / "all") == 0
    assert render(*common, "-o", tmp_path / "pose", "--layers", "pose") == 0
    assert render(*common, "-o", tmp_path / "angry", "--emotion", "angry=1") == 0
    pictures = [pngs(tmp_path / name) for name in ("all", "pose", "angry")]
    assert [len(row) for row in pictures] == [4, 4, 4]
    assert len({row[-1] for row in pictures}) == 3


@pytest.mark.parametrize("neutral", ["first", "median", "none"])
def test_video_side_by_side_has_every_frame(avatar: Path, drive: Path, tmp_path: Path, neutral: str) -> None:
    out = tmp_path / "out.mp4"
    options = ("--size", "128", "--side-by-side", "--neutral", neutral)
    assert render("--avatar", avatar, "--drive", drive, "-o", out, *options) == 0
    with VideoFile(out) as video, VideoFile(drive) as driving:
        assert video.size == (256, 128)
        count = 0
        while (picture := video.read()) is not None:
            original = cv2.resize(driving.read(), (128, 128), interpolation=cv2.INTER_AREA)
            assert np.abs(picture[:, :128].astype(int) - original).mean() < 12
            count += 1
    assert count == 20


def test_a_video_moves_the_head_and_a_take_the_mouth(
    avatar: Path, drive: Path, take: Path, tmp_path: Path
) -> None:
    common = ("--avatar", avatar, "--size", "256", "--fps", "10")
    raw = ("--neutral", "none")
    assert render(*common, *raw, "--pose", drive, "--mouth", take, "-o", tmp_path / "both") == 0
    assert render(*common, *raw, "--drive", drive, "-o", tmp_path / "video") == 0
    assert render(*common, "--drive", take, "-o", tmp_path / "take") == 0
    both, video, taken = (jaw_and_yaw(tmp_path / name) for name in ("both", "video", "take"))
    assert (len(both), len(video), len(taken)) == (10, 8, 10)
    np.testing.assert_allclose(both[:, 0], taken[:, 0], atol=0.005)
    np.testing.assert_allclose(both[:8, 1], video[:, 1], atol=0.02)  # its values are smoothed
    assert np.abs(video[:, 1] - taken[:8, 1]).max() > 0.05  # the take's head would be seen
    assert render(*common, "--eyes", drive, "--side-by-side", "-o", tmp_path / "beside") == 1


def test_a_clip_without_a_face_is_reported(
    avatar: Path, drive: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "grey.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (64, 64))
    for _ in range(5):
        writer.write(np.full((64, 64, 3), 128, np.uint8))
    writer.release()
    common = ("--avatar", avatar, "--drive", path, "--size", "128", "-o", tmp_path / "out.mp4")
    assert render(*common) == 0
    assert "no face in 5 of 5 frames" in capfd.readouterr().err
    assert render(*common, "--neutral", "median") == 1
    assert "no face can be found" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("-o", "out.gif"), ".gif"),
        (("--drive", "nothing.mp4"), "there is no file"),
        (("--avatar", "nobody"), "not an avatar"),
        (("--fps", "0"), "--fps 0"),
        (("--size", "9"), "--size 9"),
        (("--emotion", "bored=1"), "happy"),
        (("--layers", "view"), "view"),
        (("--profile", "none.toml"), "none.toml"),
    ],
)
def test_wrong_arguments_are_one_line_each(
    avatar: Path,
    drive: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    changed: tuple[str, str],
    said: str,
) -> None:
    arguments = ("--avatar", avatar, "--drive", drive, "-o", tmp_path / "out.mp4", "--size", "128")
    assert render(*arguments, *changed) == 1
    err = capfd.readouterr().err
    assert err.startswith("omote render: ")
    assert said in err
    assert len(err.splitlines()) == 1


def test_the_driving_video_is_never_overwritten(
    avatar: Path, drive: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = drive.read_bytes()
    assert render("--avatar", avatar, "--drive", drive, "-o", drive) == 1
    assert "driving file itself" in capfd.readouterr().err
    assert drive.read_bytes() == before


@pytest.fixture
def take(tmp_path: Path) -> Path:
    """One second: the jaw opens in steps of a tenth, the head turns."""
    path = tmp_path / "take.mcap"
    writer = TakeWriter(path)
    for step in range(11):
        at_ns = 1_700_000_000_000_000_000 + step * 100_000_000
        writer.write(ControlMessage(layer="expression", source="a", values={"jawOpen": step / 10}), at_ns)
        writer.write(ControlMessage(layer="pose", source="a", values={"yaw": step / 50}), at_ns)
    writer.close()
    return path


def jaw_and_yaw(folder: Path) -> np.ndarray:
    """(pictures, 2) float32."""
    wanted = [CHANNEL_INDEX["expression"]["jawOpen"], CHANNEL_INDEX["pose"]["yaw"]]
    files = sorted(folder.glob("*.png"))
    return np.array([read_bars(np.asarray(Image.open(file).convert("RGBA")))[wanted] for file in files])


def test_a_take_drives_with_its_own_times(avatar: Path, take: Path, tmp_path: Path) -> None:
    common = ("--avatar", avatar, "--drive", take, "--size", "512")
    assert render(*common, "-o", tmp_path / "30") == 0
    assert render(*common, "-o", tmp_path / "again") == 0
    assert render(*common, "-o", tmp_path / "60", "--fps", "60") == 0
    shown = jaw_and_yaw(tmp_path / "30")
    assert (len(shown), len(jaw_and_yaw(tmp_path / "60"))) == (30, 60)
    step = np.floor(np.arange(30) / 30 * 10 + 1e-9)
    np.testing.assert_allclose(shown, np.stack([step / 10, step / 50], 1), atol=0.01)
    assert pngs(tmp_path / "30") == pngs(tmp_path / "again")


def test_layers_and_emotion_of_a_take(avatar: Path, take: Path, tmp_path: Path) -> None:
    options = ("--layers", "pose", "--emotion", "sad=1")
    assert render("--avatar", avatar, "--drive", take, "-o", tmp_path / "out", "--size", "512", *options) == 0
    shown = jaw_and_yaw(tmp_path / "out")
    assert shown[:, 0].max() < 0.2
    assert shown[-1, 1] == pytest.approx(0.18, abs=0.01)


def test_lips_and_voice_are_together_in_the_written_file(avatar: Path, tmp_path: Path) -> None:
    voice = write_sound(tmp_path / "talk.mp3", "libmp3lame", np.tile(bursts(), 2), rate=RATE)
    out = tmp_path / "out.mov"  # its alpha is exact: the bars can be read from it
    assert (
        render(
            "--avatar",
            avatar,
            "--voice",
            voice,
            "--lips",
            "vowels",
            "-o",
            out,
            "--size",
            "256",
            "--fps",
            "60",
        )
        == 0
    )
    place = CHANNEL_INDEX["expression"]["jawOpen"]
    with av.open(str(out)) as container:
        frames = [(f.time, f.reformat(format="rgba").to_ndarray()) for f in container.decode(video=0)]
    times_s = np.array([time_s for time_s, _ in frames])
    jaw = np.array([read_bars(pixels)[place] for _, pixels in frames])
    assert len(frames) == pytest.approx(240, abs=4)
    played, rate = heard(out)
    # the sound's envelope: its power in windows of a picture's length around each picture's time
    power = np.concatenate([[0.0], np.cumsum(played.astype(np.float64) ** 2)])
    edges = np.clip((times_s[:, None] + np.array([-1, 1]) / 120) * rate, 0, len(played)).astype(int)
    loud = np.sqrt((power[edges[:, 1]] - power[edges[:, 0]]) / rate)

    def crossings_s(values: np.ndarray) -> np.ndarray:
        """When a curve rises through the half of its height, between two pictures by a straight line."""
        half = values.max() / 2
        at = np.flatnonzero((values[1:] >= half) & (values[:-1] < half))
        return times_s[at] + (half - values[at]) / (values[at + 1] - values[at]) / 60

    heard_s, seen_s = crossings_s(loud), crossings_s(jaw)
    assert heard_s == pytest.approx([0.4, 1.2, 2.4, 3.2], abs=0.03)
    assert seen_s == pytest.approx(heard_s, abs=0.02)


def test_a_clip_keeps_its_own_sound_in_time(avatar: Path, shared: Path, tmp_path: Path) -> None:
    pytest.importorskip("mediapipe")
    landmarker = shared / "models" / "face_landmarker.task"
    drive = tmp_path / "drive.mkv"
    with av.open(str(drive), "w") as container:  # pictures begin 0.28 s after the sound
        video, audio = container.add_stream("mjpeg", rate=25), container.add_stream("flac", rate=48000)
        video.width, video.height, video.pix_fmt = 64, 64, "yuvj420p"
        audio.format, audio.layout = "s16", "mono"
        samples = av.AudioFrame.from_ndarray(click(0.92, 1.4), format="fltp", layout="mono")
        samples.sample_rate, samples.pts = 48000, 0
        for packet in (*audio.encode(samples), *audio.encode(None)):
            container.mux(packet)
        for k in range(25):
            picture = np.full((64, 64, 3), 255 if k == 16 else 0, np.uint8)  # at 0.28 + 0.64 s
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = k + 7
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    out = tmp_path / "out.mp4"
    common = ("--avatar", avatar, "--drive", drive, "--size", "128", "--side-by-side")
    assert render(*common, "-o", out, "--face-landmarker", landmarker) == 0
    with av.open(str(out)) as container:
        bright = [
            f.time for f in container.decode(video=0) if f.to_ndarray(format="gray")[:, :64].mean() > 99
        ]
    assert bright == pytest.approx([0.64], abs=0.001)
    assert onset_s(*heard(out)) == pytest.approx(bright[0], abs=0.005)

    # the voice, another sound or none in its place
    voice = write_sound(tmp_path / "v.wav", "pcm_s16le", click(0.2, 0.5))
    assert render(*common, "-o", out, "--face-landmarker", landmarker, "--voice", voice) == 0
    assert onset_s(*heard(out)) == pytest.approx(0.2, abs=0.005)
    assert render(*common, "-o", out, "--face-landmarker", landmarker, "--sound", "none") == 0
    with av.open(str(out)) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_a_take_with_a_sound_beside_it(avatar: Path, take: Path, tmp_path: Path) -> None:
    voice = write_sound(tmp_path / "v.ogg", "libopus", click(0.5, 2.0))
    out = tmp_path / "out.webm"
    assert render("--avatar", avatar, "--drive", take, "--sound", voice, "-o", out, "--size", "128") == 0
    with av.open(str(out)) as container:
        names = [stream.codec_context.name.removeprefix("lib") for stream in container.streams]
        assert names == ["vp9", "opus"]
        assert container.duration / 1e6 == pytest.approx(1.0, abs=0.04)
    assert onset_s(*heard(out)) == pytest.approx(0.5, abs=0.005)


def test_a_voice_moves_the_mouth_and_a_take_the_rest(avatar: Path, take: Path, tmp_path: Path) -> None:
    voice = write_sound(tmp_path / "v.wav", "pcm_s16le", bursts(), rate=RATE)
    out = tmp_path / "out"
    assert (
        render(
            "--avatar",
            avatar,
            "--drive",
            take,
            "--voice",
            voice,
            "--lips",
            "vowels",
            "-o",
            out,
            "--size",
            "512",
        )
        == 0
    )
    shown = jaw_and_yaw(out)
    assert len(shown) == pytest.approx(60, abs=1)  # as long as the longer one
    assert shown[:9, 0].max() < 0.1  # silence, though the take opens the jaw
    assert shown[15:22, 0].min() > 0.3
    assert shown[27, 1] == pytest.approx(0.18, abs=0.01)


def test_pngs_say_where_the_sound_is(
    avatar: Path, take: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    voice = write_sound(tmp_path / "v.wav", "pcm_s16le", click(0.5, 1.0))
    common = ("--avatar", avatar, "--drive", take, "--size", "128")
    assert render(*common, "-o", tmp_path / "out", "--sound", voice) == 0
    assert "PNGs carry no sound" in capfd.readouterr().err


def test_a_transparent_background_is_asked_for(
    take: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert render("--drive", take, "-o", tmp_path / "out", "--background", "pink") == 1
    assert "there is no 'pink'; expected keep, blur, plate" in capfd.readouterr().err
    common = ("--drive", take, "-o", tmp_path / "none", "--size", "64", "--fps", "1")
    assert render(*common, "--background", "transparent") == 0
    alpha = np.asarray(Image.open(tmp_path / "none" / "00000.png"))[..., 3]
    assert (alpha[0, 0], alpha[32, 32]) == (0, 255)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "nothing moves the face"),
        (("--voice", "gone.mp3"), "gone.mp3"),
        (("--voice", "VOICE", "--mirror"), "--mirror needs a video of a face"),
        (("--voice", "VOICE", "--sound", "gone.wav"), "gone.wav"),
        (("--voice", "VOICE", "-o", "VOICE"), "is the voice itself"),
    ],
)
def test_what_a_voice_cannot_do_is_one_line(
    avatar: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    voice = write_sound(tmp_path / "v.wav", "pcm_s16le", click(0.5, 1.0))
    given = [str(voice) if option == "VOICE" else option for option in options]
    assert render("--avatar", avatar, "-o", tmp_path / "out.mp4", "--size", "128", *given) == 1
    err = capfd.readouterr().err
    assert said in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--side-by-side",), "--side-by-side needs a video of a face"),
        (("--neutral", "median"), "--neutral needs a video of a face"),
        (("--layers", "view"), "has no view; it has expression, pose"),
        (("--layers", "mouth"), "--layers: got mouth"),
        (("--gaze", "TAKE"), "has no gaze; it has pose, mouth, emotion"),
        (("--emotion", "gone.mcap"), "there is no file gone.mcap"),
        (("--emotion", "TAKE", "--emotion", "happy"), "from one file alone"),
        (("--mouth", "TAKE", "-o", "TAKE"), "is the driving file itself"),
        (("--drive", "gone.mcap"), "there is no file gone.mcap"),
    ],
)
def test_what_a_take_cannot_do_is_one_line(
    avatar: Path,
    take: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    said: str,
) -> None:
    given = [str(take) if option == "TAKE" else option for option in options]
    assert render("--avatar", avatar, "--drive", take, "-o", tmp_path / "out", *given) == 1
    err = capfd.readouterr().err
    assert said in err
    assert len(err.splitlines()) == 1


def test_an_avatar_of_the_user_is_found_by_its_name(
    avatar: Path, take: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMOTE_AVATARS", str(tmp_path))
    monkeypatch.chdir(tmp_path.parent)
    assert render("--avatar", "avatar", "--drive", take, "-o", tmp_path / "out", "--size", "128") == 0
    assert len(pngs(tmp_path / "out")) == 30
