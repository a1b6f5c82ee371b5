"""The report on Omote's own network: each coefficient beside MediaPipe's, raw and corrected, of the same pictures.

report = network_report(samples, crops, network, weights)
write_network_report(report, Path("report"))
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from bridge.expressions.face_correction import CorrectionWeights
from bridge.trackers.tracker_network import TrackerNetwork
from measure.errors import MeasureError
from measure.tracker.bridge_output import bridge_output
from measure.tracker.crop_samples import CropSamples
from measure.tracker.error_metrics import (
    CoefficientFigures,
    GazeFigures,
    coefficient_figures,
    evaluated_mask,
    gaze_figures,
    rms,
)
from measure.tracker.network_output import mediapipe_pose, network_output, pose_error
from measure.tracker.samples import TrackedSamples

BEGIN: Final = "<!-- network: begin -->"
END: Final = "<!-- network: end -->"
#: Correlation from which a coefficient counts as seen well, and as seen.
_WELL, _SEEN = 0.8, 0.5


class PoseFigures(msgspec.Struct, frozen=True):
    """The angle between the true head and the seen one, degrees; the mean difference of each axis taken out."""

    mean: float
    rms: float


class NetworkReport(msgspec.Struct, frozen=True):
    """Figures of the same pictures for MediaPipe as it reports, as the bridge corrects it, and for the network.

    Attributes:
        judged: pictures, without rest.
    """

    people: int
    judged: int
    reported: list[CoefficientFigures]
    corrected: list[CoefficientFigures]
    network: list[CoefficientFigures]
    gaze_reported: list[GazeFigures]
    gaze_corrected: list[GazeFigures]
    gaze_network: list[GazeFigures]
    pose_mediapipe: PoseFigures
    pose_network: PoseFigures


def network_report(
    samples: TrackedSamples, crops: CropSamples, network: TrackerNetwork, weights: CorrectionWeights
) -> NetworkReport:
    """Evaluate the network and MediaPipe on the same pictures."""
    raw, corrected = bridge_output(samples, None), bridge_output(samples, weights)
    own = network_output(samples, crops, network)
    judged = evaluated_mask(samples)
    poses = [pose_error(samples.pose[judged], seen[judged]) for seen in (mediapipe_pose(samples), own.pose)]
    pose_mediapipe, pose_network = (PoseFigures(float(one.mean()), rms(one)) for one in poses)
    return NetworkReport(
        people=len(np.unique(samples.person)),
        judged=int(judged.sum()),
        reported=coefficient_figures(samples, raw),
        corrected=coefficient_figures(samples, corrected),
        network=coefficient_figures(samples, own.sent),
        gaze_reported=gaze_figures(samples, raw),
        gaze_corrected=gaze_figures(samples, corrected),
        gaze_network=gaze_figures(samples, own.sent),
        pose_mediapipe=pose_mediapipe,
        pose_network=pose_network,
    )


def mean_of(rows: list[CoefficientFigures], figure: str) -> float:
    """Mean of a figure over the coefficients for which it is known; NaN if it is for none."""
    known = [value for row in rows if not np.isnan(value := getattr(row, figure))]
    return float(np.mean(known)) if known else float("nan")


def worse(report: NetworkReport) -> list[str]:
    """Coefficients in which the network errs more than corrected MediaPipe, or follows less."""
    return [
        own.name
        for own, other in zip(report.network, report.corrected, strict=True)
        if own.rms > other.rms + 5e-4 or not own.follows >= other.follows - 0.005
    ]


def write_network_report(report: NetworkReport, folder: Path, page: Path | None = None) -> None:
    """Write network.md and network.json into the folder, and the tables into a page, between BEGIN and END.

    Raises:
        MeasureError: a file is not writable.
    """
    tables = markdown_of(report)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "network.md").write_text(tables, encoding="utf-8")
        (folder / "network.json").write_bytes(msgspec.json.format(msgspec.json.encode(report)))
        if page is not None:
            head, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
            _, end, tail = rest.partition(END)
            if begin and end:
                page.write_text(f"{head}{BEGIN}\n{tables}{END}{tail}", encoding="utf-8")
    except OSError as error:
        raise MeasureError(
            f"{error.filename}: {error.strerror}; choose another --output or --page"
        ) from error


def has_place(page: Path | None) -> bool:
    """Whether a page has a place for the network's tables; an unreadable one has none."""
    try:
        text = "" if page is None else page.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return BEGIN in text and END in text


def markdown_of(report: NetworkReport) -> str:
    """The tables in Markdown."""
    sets = (report.reported, report.corrected, report.network)

    def means(figure: str) -> str:
        return " | ".join(f"{mean_of(rows, figure):.3f}" for rows in sets)

    lines = [
        f"{report.people} people of the test split, {report.judged} pictures.",
        "",
        "| mean over the coefficients | MediaPipe | corrected | network |",
        "|---|--:|--:|--:|",
        f"| root mean square error | {means('rms')} |",
        f"| mean absolute error | {means('error')} |",
        f"| correlation with the truth | {means('follows')} |",
        f"| answer where one moves alone, 0.75 to 1 | {means('fully')} |",
        f"| noise on a still face | {means('noise')} |",
    ]
    gazes = zip(report.gaze_reported, report.gaze_corrected, report.gaze_network, strict=True)
    lines += [
        f"| gaze {rows[0].name}, rms, degrees | {' | '.join(f'{row.rms:.2f}' for row in rows)} |"
        for rows in gazes
    ]
    lines += [
        f"| head pose, mean angle, degrees | {report.pose_mediapipe.mean:.2f} | – | {report.pose_network.mean:.2f} |",
        "",
        "| coefficient | rms: MediaPipe | corrected | network | correlation: MediaPipe | corrected | network | "
        "network sees it |",
        "|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for rows in zip(*sets, strict=True):
        follows = rows[2].follows
        word = "well" if follows >= _WELL else "yes" if follows >= _SEEN else "hardly"
        errors = " | ".join(f"{row.rms:.3f}" for row in rows)
        lines.append(
            f"| `{rows[0].name}` | {errors} | {' | '.join(f'{row.follows:.2f}' for row in rows)} | {word} |"
        )
    return "\n".join(lines) + "\n"
