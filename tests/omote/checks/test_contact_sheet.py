"""The contact sheet shows every motion in its own cell, and times it by the given clock."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from face.motion import NEUTRAL, Motion
from omote.checks.contact_sheet import CELL_PX, COLUMNS, MOTIONS, draw_contact_sheet, motion_from
from protocol.blendshapes import INDEX
from protocol.channels import CHANNELS
from runtime.engines.null import NullEngine, read_bars


class Recording(NullEngine):
    """The null engine, whose frames are kept: what it drew can be read back."""

    def __init__(self) -> None:
        super().__init__(4 * CELL_PX)
        self.frames: list[np.ndarray] = []

    def render(self, motion: Motion, now_s: float) -> np.ndarray:
        self.frames.append(super().render(motion, now_s).copy())
        return self.frames[-1]


def test_every_motion_is_drawn_from_the_portraits() -> None:
    portrait = NEUTRAL.copy()
    portrait[0] = 0.1  # yaw
    portrait[7 + INDEX["jawOpen"]] = 0.5
    engine = Recording()
    ticks = itertools.count()
    sheet = draw_contact_sheet(engine, portrait, clock=lambda: float(next(ticks)))
    rows = -(-len(MOTIONS) // COLUMNS)
    assert sheet.picture.shape == (rows * CELL_PX, COLUMNS * CELL_PX, 3)
    assert sheet.times_ms == (1000.0,) * len(MOTIONS)
    assert sheet.median_ms == 1000.0
    spans = np.array([channel.high - channel.low for channel in CHANNELS])
    for frame, (caption, changes) in zip(engine.frames, MOTIONS.items(), strict=True):
        wanted = motion_from(portrait, changes).values
        assert (np.abs(read_bars(frame) - wanted) <= spans / 500).all(), caption
    # each cell holds its own frame, below its caption
    for number, frame in enumerate(engine.frames):
        top, left = number // COLUMNS * CELL_PX, number % COLUMNS * CELL_PX
        cell = sheet.picture[top + 20 : top + CELL_PX, left : left + CELL_PX].astype(float)
        small = frame.reshape(CELL_PX, 4, CELL_PX, 4, 4).astype(float).mean((1, 3))[20:]
        alpha = small[..., 3:] / 255
        assert np.abs(cell - (small[..., :3] * alpha + 96 * (1 - alpha))).mean() < 4


def test_expressions_stay_in_their_range() -> None:
    portrait = NEUTRAL.copy()
    portrait[7 + INDEX["jawOpen"]] = 0.6
    made = motion_from(portrait, {"expression.jawOpen": 0.7, "pose.yaw": 0.44})
    assert made.expression[INDEX["jawOpen"]] == 1.0
    assert made.pose[0] == pytest.approx(0.44)
