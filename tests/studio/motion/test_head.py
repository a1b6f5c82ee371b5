from __future__ import annotations

import numpy as np

from studio.motion.head import HeadMovement
from studio.motion.speech import Speech


def test_the_spectrum_falls_off_as_in_natural_movement() -> None:
    power = []
    for seed in range(10):
        head = HeadMovement(seed, Speech(seed))
        yaw = np.array([head.pose(k / 20).yaw for k in range(2400)])
        power.append(np.abs(np.fft.rfft((yaw - yaw.mean()) * np.hanning(2400))) ** 2)
    hz = np.fft.rfftfreq(2400, 1 / 20)
    mean = np.mean(power, 0)
    low, middle, high = (mean[(hz >= a) & (hz < b)].mean() for a, b in ((0.05, 0.2), (0.5, 1.5), (3.0, 8.0)))
    assert low > 8 * middle > 8 * 8 * high


def test_poses_stay_within_the_limits_of_a_conversation() -> None:
    poses = [HeadMovement(seed, Speech(seed)).pose(t) for seed in range(6) for t in np.arange(0, 30, 0.7)]
    values = np.abs([[p.yaw, p.pitch, p.roll, p.x, p.y, p.z] for p in poses])
    assert (values.max(0) < (0.75, 0.45, 0.40, 3.5, 1.5, 3.5)).all()
    assert {p.scale for p in poses} == {1.0}


def test_heads_nod_on_stressed_syllables() -> None:
    speech = Speech(4)
    times = np.arange(0, 60, 0.02)
    accents = np.array([speech.accent(t) for t in times])
    pitch = np.array([HeadMovement(4, speech).pose(t).pitch for t in times[:1500]])
    stressed = accents[:1500] > 0.5
    assert 20 < stressed.sum() < 1400
    assert pitch[stressed].mean() < pitch[accents[:1500] == 0.0].mean()
