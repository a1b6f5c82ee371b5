"""The report on calibration: the same pictures with the shipped profile, and with the profile of a calibration.

report = calibration_report(samples, crops, profiles, network)
(folder / "calibration.md").write_text(markdown_of(report))
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from bridge.calibration.profile import CalibrationProfile
from bridge.calibration.steps import STEPS
from bridge.trackers.tracker_network import TrackerNetwork
from measure.tracker.crop_samples import CropSamples
from measure.tracker.error_metrics import (
    CoefficientFigures,
    GazeFigures,
    coefficient_figures,
    evaluated_mask,
    gaze_figures,
)
from measure.tracker.network_output import network_output
from measure.tracker.network_report import mean_of
from measure.tracker.samples import TrackedSamples

#: Names that the steps ask for: their range is fitted.
ASKED: Final = frozenset(
    name for step in STEPS for stem in step.shapes for name in (stem, f"{stem}Left", f"{stem}Right")
)


class CalibrationReport(msgspec.Struct, frozen=True):
    """Figures of the same `judged` pictures, not those of the steps, before and after a calibration."""

    people: int
    judged: int
    before: list[CoefficientFigures]
    after: list[CoefficientFigures]
    gaze_before: list[GazeFigures]
    gaze_after: list[GazeFigures]


def calibration_report(
    samples: TrackedSamples,
    crops: CropSamples,
    profiles: Mapping[int, CalibrationProfile],
    network: TrackerNetwork,
) -> CalibrationReport:
    """Evaluate the people of the samples with the shipped profile and with their own.

    Args:
        profiles: of `calibrated_profiles`, by person.
    """
    before = network_output(samples, crops, network).sent
    after = network_output(samples, crops, network, profiles).sent
    return CalibrationReport(
        people=len(np.unique(samples.person)),
        judged=int(evaluated_mask(samples).sum()),
        before=coefficient_figures(samples, before),
        after=coefficient_figures(samples, after),
        gaze_before=gaze_figures(samples, before),
        gaze_after=gaze_figures(samples, after),
    )


def markdown_of(report: CalibrationReport) -> str:
    """Tables in Markdown: the means, then every coefficient that the steps ask for."""
    sets = (report.before, report.after)
    asked = [[row for row in rows if row.name in ASKED] for rows in sets]
    others = [[row for row in rows if row.name not in ASKED] for rows in sets]
    lines = [
        f"{report.people} people of the test split, {report.judged} pictures other than those of the steps.",
        "",
        "| mean over | figure | before | after |",
        "|---|---|--:|--:|",
    ]
    for words, groups in (
        (f"the {len(asked[0])} that the steps ask for", asked),
        ("the others", others),
        ("all", sets),
    ):
        for figure, name in (("rms", "root mean square error"), ("follows", "correlation")):
            before, after = (mean_of(rows, figure) for rows in groups)
            lines.append(f"| {words} | {name} | {before:.3f} | {after:.3f} |")
    lines += [
        f"| gaze {old.name} | rms, degrees | {old.rms:.2f} | {new.rms:.2f} |"
        for old, new in zip(report.gaze_before, report.gaze_after, strict=True)
    ]
    lines += [
        "",
        "| coefficient | rms: before | after | correlation: before | after | answer 0.75 to 1: before | after |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| `{old.name}` | {old.rms:.3f} | {new.rms:.3f} | {old.follows:.2f} | {new.follows:.2f} | "
        f"{old.fully:.2f} | {new.fully:.2f} |"
        for old, new in zip(*asked, strict=True)
    ]
    return "\n".join(lines) + "\n"
