from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mediapipe")

from authoring.clip.bars import Bars
from authoring.clip.look import Clip
from authoring.clip.moment import Moment
from authoring.clip.seen_clip import FACES, SeenClip, in_canvas, see_clip
from authoring.portrait.canvas import Cut
from authoring.portrait.detect import AT_ONCE
from tests.authoring.clip.made_clips import clip_of, portrait
from tests.authoring.clip.made_moments import made_moment
from vision.landmarker import FaceLandmarker


def clip_with(*moments: Moment) -> Clip:
    return Clip(Path("a.mp4"), moments, (100, 100), Bars(), len(moments), moments[-1].time_s, ())


def lips_of(portrait: Moment, *others: Moment) -> Moment | None:
    return SeenClip(clip_with(portrait, *others), portrait, "").shut_mouth


def test_lips_are_taken_from_a_moment_where_they_are_shut() -> None:
    opened = made_moment(0.0, lips_apart=0.06)
    shut = made_moment(2.0, lips_apart=0.002)
    turned = made_moment(1.0, yaw_deg=20, lips_apart=0.0)
    assert lips_of(opened, turned, shut) is shut
    assert lips_of(opened, made_moment(1.0, lips_apart=0.03)) is None
    assert lips_of(shut, opened) is None


def test_the_head_is_compared_with_many_angles() -> None:
    random = np.random.default_rng(0)
    turns = [*random.uniform(-3, 3, 60), -28.0, 27.0, 0.0, 60.0]
    moments = [made_moment(float(k), yaw_deg=yaw, pitch_deg=20.0 * (k == 62)) for k, yaw in enumerate(turns)]
    blurred = made_moment(70.0, yaw_deg=-33, sharpness=5.0)
    landmarks = [np.full((478, 3), k, np.float32) for k in range(len(moments))]
    moments = [
        made_moment(m.time_s, yaw_deg=yaw, pitch_deg=20.0 * (k == 62), landmarks=landmarks[k])
        for k, (m, yaw) in enumerate(zip(moments, turns, strict=True))
    ]
    seen = SeenClip(clip_with(*moments, blurred), moments[5], "")
    faces = seen.others(Cut(0.0, 0.0, 1024.0), with_pictures=False).faces
    taken = {round(float((face.landmarks[0, 0] + 0.5) * 1024)) for face in faces}
    assert len(faces) == len(taken) == FACES
    assert {60, 61, 62} <= taken  # both sides and up
    assert 63 not in taken  # turned too far
    assert 5 not in taken


def test_the_frames_to_paint_from_are_read_again_in_the_portraits_canvas(tmp_path: Path) -> None:
    pictures = [np.full((96, 96, 3), 40 * number, np.uint8) for number in range(5)]
    path = clip_of(tmp_path / "a.mkv", pictures)
    points = np.full((478, 3), 48, np.float32)
    moments = tuple(
        made_moment(
            0.2 * k, landmarks=points, yaw_deg=(0, 20, 0, -20, 0)[k], lips_apart=(0, 0, 0.08, 0, 0)[k]
        )
        for k in range(5)
    )
    seen = SeenClip(Clip(path, moments, (96, 96), Bars(), 5, 0.8, ()), moments[0], "")
    cut = Cut(0.0, 0.0, 96.0)
    assert seen.others(cut, with_pictures=False).pictures is None
    found = seen.others(cut, with_pictures=True).pictures
    assert found is not None
    assert [int(one.picture.mean().round()) for one in found.turned] == pytest.approx([40, 120], abs=3)
    assert [int(one.picture.mean().round()) for one in found.parted] == pytest.approx([80], abs=3)
    assert found.turned[0].face.landmarks[0] == pytest.approx((0.0, 0.0), abs=1e-6)
    assert found.cut == cut


def test_a_face_lies_in_the_canvas_where_the_cut_puts_it() -> None:
    points = np.zeros((478, 3), np.float32)
    points[0, :2] = 150, 120
    face = in_canvas(made_moment(landmarks=points), Cut(100.0, 100.0, 200.0))
    assert face.landmarks[0] == pytest.approx((-0.25, -0.4))


def test_the_portrait_is_the_best_frame_or_the_wished_one(shared: Path, tmp_path: Path) -> None:
    good = portrait(shared, "s4")
    dark = (good * 0.38).astype(np.uint8)
    path = clip_of(tmp_path / "a.mkv", [dark, dark, good, dark])
    with FaceLandmarker(
        shared / "models" / "face_landmarker.task", video=False, num_faces=AT_ONCE
    ) as landmarker:
        for at_s, expected, line in (
            (None, good, "portrait at 0.40 s of 0.6 s"),
            (0.1, dark, "portrait at 0.10 s of 0.6 s"),
        ):
            clip, seen = see_clip(path, landmarker, number=None, at_s=at_s, progress=lambda _: None)
            assert np.abs(seen.portrait.rgb.astype(int) - expected).mean() < 4
            assert line in clip.line
            assert len(seen.faces) == 1
