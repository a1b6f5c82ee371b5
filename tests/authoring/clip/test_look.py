"""Clips of all kinds, written here, through the real landmarker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("mediapipe")

from authoring.clip import look
from authoring.clip.look import is_clip, look_through, pictures_at
from authoring.errors import FaceError, PortraitError
from authoring.portrait.detect import AT_ONCE, face_box
from tests.authoring.clip.made_clips import SIZE, clip_of, clip_of_sizes, portrait
from tests.vision.timed_videos import set_matrix
from vision.errors import VideoError
from vision.landmarker import FaceLandmarker


@pytest.fixture(scope="module")
def landmarker(shared: Path) -> Iterator[FaceLandmarker]:
    with FaceLandmarker(shared / "models" / "face_landmarker.task", video=False, num_faces=AT_ONCE) as made:
        yield made


@pytest.fixture(scope="module")
def face(shared: Path) -> np.ndarray:
    return portrait(shared, "s4")


@pytest.fixture(scope="module")
def other(shared: Path) -> np.ndarray:
    return portrait(shared, "s5")


def seen(clip: Path, landmarker: FaceLandmarker, **options: Any) -> look.Clip:
    wanted = {"number": None, "at_s": None, **options}
    return look_through(clip, landmarker, progress=lambda _: None, **wanted)


EMPTY = np.full((SIZE, SIZE, 3), 90, np.uint8)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.mp4", True),
        ("a.MOV", True),
        ("a.webm", True),
        ("a.3gp", True),
        ("a.MTS", True),
        ("a.jpg", False),
        ("clip", False),
    ],
)
def test_a_clip_is_known_by_its_name(name: str, expected: bool) -> None:
    assert is_clip(Path(name)) is expected


def test_the_moments_are_the_frames_with_a_face(
    landmarker: FaceLandmarker, tmp_path: Path, face: np.ndarray
) -> None:
    hidden = face.copy()
    hidden[40:216, 64:192] = face[40:216, 64:192].mean((0, 1))
    clip = seen(clip_of(tmp_path / "a.mkv", [hidden, face, hidden, face, np.roll(face, 9, 1)]), landmarker)
    assert [round(moment.time_s, 3) for moment in clip.moments] == [0.2, 0.6, 0.8]
    assert (clip.looked, clip.size, clip.notes) == (5, (SIZE, SIZE), ())
    first, moved = (face_box(clip.moments[place].face)[0] for place in (1, 2))
    assert moved - first == pytest.approx(9, abs=2)
    for picture, expected in zip(
        pictures_at(clip, [0.2, 0.41, 0.8]), (face, hidden, np.roll(face, 9, 1)), strict=True
    ):
        assert np.abs(picture.astype(int) - expected).mean() < 4


def test_a_clip_without_a_face_is_refused(landmarker: FaceLandmarker, tmp_path: Path) -> None:
    with pytest.raises(FaceError, match=r"no face was found in 3 frames of a\.mkv"):
        seen(clip_of(tmp_path / "a.mkv", [EMPTY] * 3), landmarker)


def test_one_of_two_faces_must_be_chosen(
    landmarker: FaceLandmarker, tmp_path: Path, face: np.ndarray, other: np.ndarray
) -> None:
    clip = clip_of(tmp_path / "a.mkv", [np.hstack([face, other])] * 3)
    with pytest.raises(FaceError, match=r"2 faces were found in 1 of 1 frames.*--face N"):
        seen(clip, landmarker)
    lefts = [face_box(seen(clip, landmarker, number=number).moments[0].face)[0] for number in (1, 2)]
    assert lefts[0] < SIZE <= lefts[1]
    with pytest.raises(FaceError, match="there is no face 3"):
        seen(clip, landmarker, number=3)


def test_a_face_that_joins_for_a_moment_does_not_change_who_is_meant(
    landmarker: FaceLandmarker, tmp_path: Path, face: np.ndarray, other: np.ndarray
) -> None:
    two = np.hstack([face, other, EMPTY])
    clip = seen(
        clip_of(tmp_path / "a.mkv", [two, two, np.hstack([face, other, face]), two]), landmarker, number=2
    )
    assert [round(moment.time_s, 1) for moment in clip.moments] == [0.0, 0.2, 0.6]
    assert all(SIZE <= face_box(moment.face)[0] < 2 * SIZE for moment in clip.moments)


def test_frames_of_another_size_are_scaled_to_the_first(
    landmarker: FaceLandmarker, tmp_path: Path, face: np.ndarray
) -> None:
    large = cv2.resize(face, (384, 384), interpolation=cv2.INTER_CUBIC)
    clip = seen(clip_of_sizes(tmp_path / "a.mkv", [face, large, face]), landmarker)
    boxes = [face_box(moment.face) for moment in clip.moments]
    assert len(boxes) == 3
    assert np.ptp(boxes, axis=0).max() < 4
    assert [picture.shape for picture in pictures_at(clip, [0.0, 0.2])] == [(SIZE, SIZE, 3)] * 2


def test_a_clip_ends_where_its_frames_get_another_shape(
    landmarker: FaceLandmarker, tmp_path: Path, face: np.ndarray
) -> None:
    wide = np.hstack([EMPTY[:, :100], face])
    path = clip_of_sizes(tmp_path / "a.mkv", [face, face, *[wide] * 3])
    clip = seen(path, landmarker)
    assert [round(moment.time_s, 1) for moment in clip.moments] == [0.0, 0.2]
    assert clip.notes == ("the clip changes from 256x256 to 356x256 at 0.4 s; what comes before was used",)
    with pytest.raises(PortraitError, match=r"at 0\.6 s the clip has another shape.*up to 0\.2"):
        list(pictures_at(clip, [0.6]))


def test_only_one_shot_is_used(
    landmarker: FaceLandmarker, tmp_path: Path, face: np.ndarray, other: np.ndarray
) -> None:
    shots = [face] * 2 + [255 - EMPTY // 3] + [other] * 4
    path = clip_of(tmp_path / "a.mkv", shots)
    clip = seen(path, landmarker)
    assert [round(moment.time_s, 1) for moment in clip.moments] == [0.6, 0.8, 1.0, 1.2]
    assert "shots; the one from 0.6 to 1.2 s is used" in clip.notes[0]
    wished = seen(path, landmarker, at_s=0.2)
    assert [round(moment.time_s, 1) for moment in wished.moments] == [0.0, 0.2]


def test_bars_are_cut_off_and_the_face_lies_in_the_rest(
    landmarker: FaceLandmarker, tmp_path: Path, face: np.ndarray
) -> None:
    barred = np.zeros((SIZE, SIZE + 160, 3), np.uint8)
    barred[:, 80:-80] = np.maximum(face, 30)
    plain = seen(clip_of(tmp_path / "plain.mkv", [face] * 2), landmarker)
    clip = seen(clip_of(tmp_path / "bars.mkv", [barred] * 2), landmarker)
    assert "black bars were cut off: left" in clip.notes[0]
    assert clip.size[1] == SIZE
    assert clip.size[0] == pytest.approx(SIZE, abs=10)
    boxes = [face_box(one.moments[0].face) for one in (plain, clip)]
    assert np.abs(np.subtract(*boxes)).max() < 8
    [picture] = pictures_at(clip, [0.0])
    assert picture.shape[:2] == (clip.size[1], clip.size[0])


def test_a_turned_phones_clip_is_upright(
    landmarker: FaceLandmarker, tmp_path: Path, face: np.ndarray
) -> None:
    path = clip_of(tmp_path / "a.mp4", [np.ascontiguousarray(face[::-1, ::-1])] * 3)
    set_matrix(path, (-1, 0, 0, -1))
    [picture] = pictures_at(seen(path, landmarker), [0.0])
    assert np.abs(picture.astype(int) - face).mean() < 12


def test_a_clip_that_breaks_off_gives_what_is_there(
    landmarker: FaceLandmarker, tmp_path: Path, face: np.ndarray
) -> None:
    path = clip_of(tmp_path / "a.mkv", [face] * 20, step_ms=400)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    clip = seen(path, landmarker)
    assert 2 <= len(clip.moments) < 15
    assert any("breaks off" in note for note in clip.notes)


def test_a_file_that_is_no_video_is_refused(landmarker: FaceLandmarker, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"not a video" * 100)
    with pytest.raises(VideoError, match="cannot be read as a video"):
        seen(path, landmarker)


def test_frames_that_are_too_small_are_refused(landmarker: FaceLandmarker, tmp_path: Path) -> None:
    with pytest.raises(PortraitError, match="frames of 64x48, at least 96"):
        seen(clip_of(tmp_path / "a.mkv", [np.zeros((48, 64, 3), np.uint8)] * 2), landmarker)


@pytest.mark.parametrize("at_s", [-1.0, 99.0])
def test_a_second_outside_the_clip_is_refused(
    landmarker: FaceLandmarker, tmp_path: Path, face: np.ndarray, at_s: float
) -> None:
    with pytest.raises(PortraitError, match=r"expected a second of the clip, 0 to 0\.2"):
        seen(clip_of(tmp_path / "a.mkv", [face] * 2), landmarker, at_s=at_s)


def test_a_long_clip_is_looked_at_in_even_steps_up_to_a_limit(
    landmarker: FaceLandmarker, tmp_path: Path, face: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "MOST", 3)
    monkeypatch.setattr(look, "LONGEST_S", 6.3)
    clip = seen(clip_of(tmp_path / "a.mkv", [face] * 40), landmarker)
    times = [moment.time_s for moment in clip.moments]
    assert len(times) < 6
    assert np.ptp(np.diff(times)) < 0.21  # a frame lasts 0.2 s
    assert times[-1] > 2.0
    assert [note.split(" of ")[0] for note in clip.notes] == ["only the first 0 minutes"]
