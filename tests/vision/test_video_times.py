"""The time of every frame is the timestamp that was written into the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.vision.timed_videos import begin_at, set_matrix, write_video
from vision.errors import VideoError
from vision.video_file import FALLBACK_FPS, VideoFile

av = pytest.importorskip("av")

#: A recording of a screen: bursts at 30 fps, pauses of up to three seconds.
UNEVEN_MS = (0, 33, 67, 100, 1100, 1133, 4133, 4167, 4200, 4233, 4900, 5000)


def seen(path: Path) -> list[tuple[int, int]]:
    """(time in ms, number of the picture) of every frame."""
    with VideoFile(path) as video:
        found = []
        while (picture := video.read()) is not None:
            found.append((round(video.time_s * 1000), round((float(picture.mean()) - 20) / 8)))
    return found


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "mpeg4"), ("a.mkv", "mpeg4"), ("a.mov", "mjpeg"), ("a.webm", "libvpx")]
)
def test_uneven_times_are_read_as_they_were_written(tmp_path: Path, name: str, codec: str) -> None:
    path = write_video(tmp_path / name, UNEVEN_MS, codec=codec)
    assert seen(path) == [(time_ms, k) for k, time_ms in enumerate(UNEVEN_MS)]


def test_times_are_exact_to_the_files_own_clock(tmp_path: Path) -> None:
    with VideoFile(write_video(tmp_path / "a.mkv", UNEVEN_MS)) as video:
        for time_ms in UNEVEN_MS:
            assert video.read() is not None
            assert video.time_s == pytest.approx(time_ms / 1000, abs=1e-9)


@pytest.mark.parametrize("first_ms", [40, 2000, 3_600_000])
def test_time_counts_from_the_first_frame(tmp_path: Path, first_ms: int) -> None:
    path = write_video(tmp_path / "a.mkv", [first_ms + time_ms for time_ms in UNEVEN_MS])
    assert seen(path) == [(time_ms, k) for k, time_ms in enumerate(UNEVEN_MS)]


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "mpeg4")])
def test_frames_that_are_stored_out_of_order_come_in_the_order_they_are_shown(
    tmp_path: Path, name: str, codec: str
) -> None:
    path = write_video(tmp_path / name, UNEVEN_MS, b_frames=2, codec=codec)
    with av.open(str(path)) as container:
        stored = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
    assert stored != sorted(stored)
    assert seen(path) == [(time_ms, k) for k, time_ms in enumerate(UNEVEN_MS)]


def test_what_an_edit_list_cuts_off_is_not_read(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", UNEVEN_MS, b_frames=2, codec="libx264")
    begin_at(path, 1.1)
    assert seen(path) == [(time_ms - 1100, k) for k, time_ms in enumerate(UNEVEN_MS) if k >= 4]


def test_a_raw_stream_without_timestamps_has_its_rates_times(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "a.mkv", range(0, 400, 40))
    raw = tmp_path / "a.m4v"
    with av.open(str(whole)) as container:
        extradata = container.streams.video[0].codec_context.extradata
        packets = [bytes(packet) for packet in container.demux(video=0)]
    raw.write_bytes(extradata + b"".join(packets))
    with VideoFile(raw) as video:
        step_s = 1 / video.fps
        times_s = []
        while video.read() is not None:
            times_s.append(video.time_s)
    assert times_s == pytest.approx([k * step_s for k in range(10)])


def test_a_frame_lasts_until_the_next_one(tmp_path: Path) -> None:
    with VideoFile(write_video(tmp_path / "a.mp4", UNEVEN_MS)) as video:
        ends_ms = []
        while video.read() is not None:
            ends_ms.append(round(video.end_s * 1000))
    assert ends_ms[:-1] == list(UNEVEN_MS[1:])
    assert UNEVEN_MS[-1] < ends_ms[-1] < UNEVEN_MS[-1] + 1000


def test_rewinding_begins_the_times_again(tmp_path: Path) -> None:
    with VideoFile(write_video(tmp_path / "a.mkv", UNEVEN_MS)) as video:
        for _ in range(5):
            video.skip()
        assert video.time_s == pytest.approx(1.1)
        video.rewind()
        assert video.read() is not None
        assert video.time_s == 0.0


def test_skipping_leaves_the_frame_that_is_on_the_screen(tmp_path: Path) -> None:
    with VideoFile(write_video(tmp_path / "a.mkv", UNEVEN_MS)) as video:
        assert video.skip_until(0.05) == 1  # 33 ms is shown until 67
        assert video.read() is not None
        assert video.time_s == pytest.approx(0.033)
        assert video.skip_until(3.0) == 3
        assert video.read() is not None
        assert video.time_s == pytest.approx(1.133)
        assert video.skip_until(1e9) == 5  # the last one is left
        assert video.read() is not None
        assert video.read() is None


def test_a_variable_rate_counts_as_its_highest(tmp_path: Path) -> None:
    slow_then_fast = [*range(0, 4000, 200), *range(4000, 8000, 40)]
    with VideoFile(write_video(tmp_path / "a.mp4", slow_then_fast)) as video:
        assert video.fps == pytest.approx(25.0)
        assert video.frame_count == len(slow_then_fast)
        assert video.duration_s == pytest.approx(8.0, abs=0.05)


def test_pauses_do_not_lower_the_rate(tmp_path: Path) -> None:
    """In .mov 12 frames in 5 seconds have a mean of 2.2 a second, and a highest rate that only divides time finely."""
    with VideoFile(write_video(tmp_path / "a.mov", UNEVEN_MS)) as video:
        assert video.fps == FALLBACK_FPS


def test_a_slow_steady_rate_is_kept(tmp_path: Path) -> None:
    with VideoFile(write_video(tmp_path / "a.mp4", range(0, 2000, 200))) as video:
        assert video.fps == pytest.approx(5.0, rel=0.1)  # the last frame lasts less


def quarters() -> np.ndarray:
    """Upper left red, upper right green, lower left blue, lower right white."""
    picture = np.full((48, 64, 3), 255, np.uint8)
    picture[:24, :32], picture[:24, 32:], picture[24:, :32] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    return picture


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ((1, 0, 0, 1), quarters()),
        ((0, 1, -1, 0), np.rot90(quarters(), -1)),  # a telephone held upright: clockwise
        ((-1, 0, 0, -1), np.rot90(quarters(), 2)),
        ((0, -1, 1, 0), np.rot90(quarters(), 1)),
        ((-1, 0, 0, 1), quarters()[:, ::-1]),  # a front camera's mirror
        ((0, 1, 1, 0), quarters().transpose(1, 0, 2)),
    ],
)
def test_pictures_are_upright(
    tmp_path: Path, matrix: tuple[int, int, int, int], expected: np.ndarray
) -> None:
    path = write_video(tmp_path / "a.mp4", (0, 40), pictures=[quarters()] * 2, codec="mpeg4")
    set_matrix(path, matrix)
    with VideoFile(path) as video:
        assert video.size == (expected.shape[1], expected.shape[0])
        picture = video.read()
    assert picture is not None
    height, width = expected.shape[:2]
    for y, x in ((8, 8), (8, width - 8), (height - 8, 8), (height - 8, width - 8)):
        assert np.abs(picture[y, x].astype(int) - expected[y, x]).max() < 40


def test_a_file_of_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(VideoError, match="sound but no picture") as refused:
        VideoFile(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{other}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{other}'\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    ],
    ids=["hls", "concat", "sdp"],
)
def test_a_playlist_cannot_open_other_files(tmp_path: Path, content: str) -> None:
    other = write_video(tmp_path / "other.mkv", (0, 40))
    path = tmp_path / "clip.mp4"
    path.write_text(content.format(other=other))
    with pytest.raises(VideoError, match="cannot be read"):
        VideoFile(path)


def test_a_video_in_an_unknown_format_is_refused(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", (0, 40), codec="libx264")
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz"))
    with pytest.raises(VideoError, match=r"cannot be read|no frame") as refused:
        VideoFile(path)
    assert "\n" not in str(refused.value)
