from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from authoring.clip.bars import Bars
from authoring.clip.look import Clip
from authoring.clip.seen_clip import SeenClip
from measure.errors import MeasureError
from measure.real.from_clip import kinds_of, parts_of
from tests.authoring.clip.made_moments import made_moment
from tests.authoring.clip.test_paintable import seen


def clip_of(*times: float) -> Clip:
    return Clip(
        Path("a.mp4"), tuple(made_moment(t) for t in times), (96, 96), Bars(), len(times), times[-1], ()
    )


def test_nothing_is_judged_that_an_avatar_is_made_from() -> None:
    made, left = parts_of(clip_of(*np.arange(20) * 0.5), 0.6)
    assert max(one.time_s for one in made.moments) < min(one.time_s for one in left.moments)
    assert len(made.moments) == 12
    assert len(left.moments) == 8


def test_a_clip_of_hardly_any_frames_is_refused() -> None:
    with pytest.raises(MeasureError, match="2 and 1 frames before and after"):
        parts_of(clip_of(0.0, 0.5, 1.0), 0.6)


def test_turned_heads_shut_eyes_and_parted_lips_are_told_apart() -> None:
    moments = tuple(seen(float(k)) for k in range(8))
    whole = SeenClip(Clip(Path("a.mp4"), moments, (96, 96), Bars(), 8, 7.0, ()), moments[0], "")
    asked = [
        seen(8.0, yaw_deg=15.0), seen(9.0, openings=(0.02, 0.3)), seen(10.0, lips_apart=0.05), seen(11.0, yaw_deg=4.0),
    ]  # fmt: skip
    assert kinds_of(asked, whole).tolist() == [
        [True, False, False], [False, True, False], [False, False, True], [False, False, False],
    ]  # fmt: skip
