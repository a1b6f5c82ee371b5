from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from protocol.blendshapes import INDEX
from protocol.channels import EMOTIONS
from studio.motion.acted import ActedMotion, MotionFrame
from studio.motion.emotion import EmotionArcs, dominant
from studio.motion.eyes import Blinks, Saccades
from studio.motion.head import HeadMovement
from studio.motion.interaction import lip_closure
from studio.motion.speech import Speech

BLINK = INDEX["eyeBlinkLeft"]


def flat(frame: MotionFrame) -> np.ndarray:
    pose = frame.pose
    head = [pose.yaw, pose.pitch, pose.roll, pose.x, pose.y, pose.z, pose.scale]
    return np.concatenate([head, frame.articulation, frame.emotion, frame.gaze])


def test_a_frame_depends_on_seed_and_time_only() -> None:
    forwards, asked = ActedMotion(5), ActedMotion(5)
    times = np.linspace(0, 12, 40)
    inwards = [flat(forwards.at(t)) for t in times]
    backwards = [flat(asked.at(t)) for t in times[::-1]][::-1]
    np.testing.assert_array_equal(inwards, backwards)
    assert np.abs(flat(ActedMotion(6).at(3.0)) - flat(forwards.at(3.0))).max() > 0.01


def test_everything_stays_in_range() -> None:
    for seed in range(8):
        motion = ActedMotion(seed)
        rows = np.array([flat(motion.at(t)) for t in np.arange(0, 20, 0.1)])
        assert np.isfinite(rows).all()
        assert 0.0 <= rows[:, 7:67].min() <= rows[:, 7:67].max() <= 1.0
        assert np.abs(rows[:, 0]).max() < 0.76
        assert np.abs(rows[:, 67]).max() < 0.56
        assert np.abs(rows[:, 68]).max() < 0.41


def test_sequences_are_smooth() -> None:
    """Twice as many frames a second, half as large steps: nothing jumps."""
    for seed in range(4):
        motion = ActedMotion(seed)
        fine = np.array([flat(motion.at(k / 960)) for k in range(4 * 960)])
        steps = np.abs(np.diff(fine, axis=0)).max(0), np.abs(np.diff(fine[::2], axis=0)).max(0)
        moving = steps[1] > 1e-3
        assert (steps[0][moving] < 0.65 * steps[1][moving]).all()
        # and at a video's rate a head and a mouth do not leap either
        film = np.abs(np.diff(fine[::38], axis=0)).max(0)
        assert film[:3].max() < 0.06
        assert np.delete(film[7:59], [BLINK, INDEX["eyeBlinkRight"]]).max() < 0.35


def test_lips_close_in_speech_and_the_jaw_opens() -> None:
    for seed in range(5):
        speech = Speech(seed)
        shapes = [speech.shapes(t) for t in np.arange(0, 25, 1 / 60)]
        closed = [lip_closure(s) for s in shapes]
        assert sum(a < 0.9 <= b for a, b in pairwise(closed)) >= 4
        assert max(s[INDEX["jawOpen"]] for s in shapes) > 0.3
        assert max(s[INDEX["mouthPucker"]] for s in shapes) > 0.4


def test_a_sound_is_bent_by_its_neighbours() -> None:
    """The same consonant is another shape beside other vowels: that is coarticulation."""
    speech = Speech(1)
    roundness = [
        speech.shapes((sound.begin_s + sound.end_s) / 2)[INDEX["mouthPucker"]]
        for sound in speech._sounds.between(0.0, 120.0)
        if sound.viseme.targets[2] == 0.0 and not sound.is_pause  # asks for no rounding itself
    ]
    assert np.std(roundness) > 0.05
    assert max(roundness) > 0.2


def test_blinks_are_as_frequent_as_peoples_and_shut_faster_than_they_open() -> None:
    counts = []
    for seed in range(12):
        blinks = Blinks(seed, Saccades(seed))
        lid = np.array([blinks.closed(t) for t in np.arange(0, 60, 1 / 120)])
        begins = np.flatnonzero((lid[1:] > 0.3) & (lid[:-1] <= 0.3))
        counts.append(len(begins))
        speed = np.diff(lid) * 120
        assert speed.max() > 1.4 * -speed.min()
        assert lid.max() == pytest.approx(1.0, abs=0.02)
    assert 8 < np.mean(counts) < 35


def test_the_eyes_rest_between_saccades_and_hold_the_world_while_the_head_turns() -> None:
    saccades = Saccades(3)
    gaze = np.array([saccades.gaze(t, 0.0, 0.0) for t in np.arange(0, 60, 1 / 250)])
    speed = np.hypot(*np.diff(gaze, axis=0).T) * 250
    assert (speed < 1e-6).mean() > 0.85  # fixations
    assert speed.max() > 1.5  # radians a second: no drifting over
    still, turned = saccades.gaze(7.0, 0.0, 0.0), saccades.gaze(7.0, 0.2, 0.0)
    assert turned[0] < still[0] - 0.07


def test_the_heads_spectrum_falls_off_as_natural_movement_does() -> None:
    power = []
    for seed in range(10):
        head = HeadMovement(seed, Speech(seed))
        yaw = np.array([head.pose(k / 20).yaw for k in range(2400)])
        power.append(np.abs(np.fft.rfft((yaw - yaw.mean()) * np.hanning(2400))) ** 2)
    hz = np.fft.rfftfreq(2400, 1 / 20)
    mean = np.mean(power, 0)
    low, middle, high = (mean[(hz >= a) & (hz < b)].mean() for a, b in ((0.05, 0.2), (0.5, 1.5), (3.0, 8.0)))
    assert low > 8 * middle > 8 * 8 * high


def test_moods_come_stay_and_go() -> None:
    seen = np.zeros(len(EMOTIONS), bool)
    quiet = []
    for seed in range(10):
        arcs = EmotionArcs(seed)
        rows = np.array([arcs.intensities(t) for t in np.arange(0, 60, 0.1)])
        seen |= rows.max(0) > 0.2
        quiet.append((rows.max(1) < 0.08).mean())
        assert (np.sort(rows, 1)[:, -3] == 0.0).all()  # never more than two at once
    assert seen.all()
    assert 0.05 < np.mean(quiet) < 0.6


def test_dominant_names_the_strongest_or_nothing() -> None:
    intensities = np.zeros(8, np.float32)
    assert dominant(intensities) == (-1, 0.0)
    intensities[[2, 4]] = 0.7, 0.5
    number, intensity = dominant(intensities)
    assert EMOTIONS[number] == "angry"
    assert intensity == pytest.approx(0.7)
