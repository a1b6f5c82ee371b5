from __future__ import annotations

from typing import Any

import pytest

from measure.tracker.calibration_fit import calibrated_profiles
from measure.tracker.calibration_report import ASKED, calibration_report, markdown_of
from measure.tracker.network_report import mean_of
from tests.measure.tracker.network_by_hand import NetworkByHand, numbered_crops
from tests.measure.tracker.steps_by_hand import sessions_of, steps_of


def test_a_calibration_helps_a_network_that_reads_half() -> None:
    sessions, steps = sessions_of([2, 5, 7]), steps_of([2, 5, 7])
    calibrating: Any = NetworkByHand(steps, gain=0.5)
    profiles = calibrated_profiles(steps, numbered_crops(steps), calibrating)
    reading: Any = NetworkByHand(sessions, gain=0.5)
    report = calibration_report(sessions, numbered_crops(sessions), profiles, reading)
    before, after = (
        mean_of([row for row in rows if row.name in ASKED], "rms") for rows in (report.before, report.after)
    )
    assert after < 0.7 * before
    assert report.people == 3
    text = markdown_of(report)
    assert f"| root mean square error | {before:.3f} | {after:.3f} |" in text
    assert "| `jawOpen` |" in text
    assert "| `mouthDimpleLeft` |" not in text


def test_without_a_profile_nothing_changes() -> None:
    sessions = sessions_of([2])
    network: Any = NetworkByHand(sessions)
    report = calibration_report(sessions, numbered_crops(sessions), {}, network)
    assert [row.rms for row in report.before] == pytest.approx([row.rms for row in report.after])
