"""The tracker's report: tables in Markdown for a page of the documentation, and the same as JSON.

report = report_of(samples, weights)
write_report(report, Path("report"))        # report/landmarks.md, report/landmarks.json
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from bridge.expressions.face_correction import SHAPES, CorrectionWeights
from measure.errors import MeasureError
from measure.tracker.bridge_output import bridge_output
from measure.tracker.error_metrics import (
    STEMS,
    CoefficientFigures,
    GazeFigures,
    coefficient_figures,
    cross_talk,
    evaluated_mask,
    gaze_figures,
    rms,
    turned_rms,
)
from measure.tracker.samples import TrackedSamples
from protocol.blendshapes import INDEX

#: Comments in a page that enclose its tables.
BEGIN, END = "<!-- tracker: begin -->", "<!-- tracker: end -->"
_WORST: Final = 14


class CrossTalk(msgspec.Struct, frozen=True):
    """One pair of shapes: the response of `answers`, per unit, when `moved` moves alone."""

    moved: str
    answers: str
    before: float
    after: float


class ErrorByYaw(msgspec.Struct, frozen=True):
    """Root mean square error within a range of the head's yaw."""

    yaw: str
    pictures: int
    before: float
    after: float


class TrackerReport(msgspec.Struct, frozen=True):
    """The tracker's figures: `before` as MediaPipe reports it, `after` with the correction.

    Attributes:
        drawn: pictures drawn. found: pictures in which MediaPipe found the face. judged: of these, without rest.
        share, gaze_share: share of the correction that is applied to each output.
        stray: sum of the responses of all other shapes to one that moves alone, mean over shapes: before, after.
        pairs: the largest responses of other shapes.
        turned: errors by the head's yaw.
    """

    people: int
    drawn: int
    found: int
    judged: int
    style: str
    seed: int
    before: list[CoefficientFigures]
    after: list[CoefficientFigures]
    share: list[float]
    gaze_before: list[GazeFigures]
    gaze_after: list[GazeFigures]
    gaze_share: list[float]
    stray: tuple[float, float]
    pairs: list[CrossTalk]
    turned: list[ErrorByYaw]


def report_of(samples: TrackedSamples, weights: CorrectionWeights, *, style: str, seed: int) -> TrackerReport:
    """Evaluate the bridge on these people with and without the correction."""
    raw, corrected = bridge_output(samples, None), bridge_output(samples, weights)
    before = coefficient_figures(samples, raw)
    talk, talk_after = cross_talk(samples, raw), cross_talk(samples, corrected)
    apart = ~np.eye(len(STEMS), dtype=bool)
    ranked = np.argsort(-(np.maximum(talk, talk_after) * apart), axis=None)[:_WORST]
    pairs = [(int(place) // len(STEMS), int(place) % len(STEMS)) for place in ranked]
    turned = zip(turned_rms(samples, raw), turned_rms(samples, corrected), strict=True)
    return TrackerReport(
        people=len(np.unique(samples.person)),
        drawn=int(samples.drawn),
        found=len(samples.person),
        judged=int(evaluated_mask(samples).sum()),
        style=style,
        seed=seed,
        before=before,
        after=coefficient_figures(samples, corrected),
        share=[float(weights.share[INDEX[row.name]]) for row in before],
        gaze_before=gaze_figures(samples, raw),
        gaze_after=gaze_figures(samples, corrected),
        gaze_share=weights.share[SHAPES:].tolist(),
        stray=(
            float((talk * apart).sum(axis=1).mean()),
            float((talk_after * apart).sum(axis=1).mean()),
        ),
        pairs=[CrossTalk(STEMS[a], STEMS[b], float(talk[a, b]), float(talk_after[a, b])) for a, b in pairs],
        turned=[ErrorByYaw(words, count, ours, theirs) for (words, count, ours), (_, _, theirs) in turned],
    )


def write_report(
    report: TrackerReport, folder: Path, page: Path | None = None, *, is_other_place: bool = False
) -> None:
    """Write landmarks.md and landmarks.json into the folder, and the tables into a page, between BEGIN and END.

    Args:
        is_other_place: the page may lack them: it has the places of other tables.

    Raises:
        MeasureError: a file is not writable, or the page lacks BEGIN and END.
    """
    tables = markdown_of(report)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "landmarks.md").write_text(tables, encoding="utf-8")
        (folder / "landmarks.json").write_bytes(msgspec.json.format(msgspec.json.encode(report)))
        if page is not None:
            head, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
            _, end, tail = rest.partition(END)
            if begin and end:
                page.write_text(f"{head}{BEGIN}\n{tables}{END}{tail}", encoding="utf-8")
            elif not is_other_place:
                raise MeasureError(f"{page} has no place for the tables: expected {BEGIN} and {END} in it")
    except OSError as error:
        raise MeasureError(
            f"{error.filename}: {error.strerror}; choose another --output or --page"
        ) from error


def markdown_of(report: TrackerReport) -> str:
    """The tables in Markdown."""
    return "\n".join([*_overview(report), *_coefficients(report), *_stray(report)]) + "\n"


def _overview(report: TrackerReport) -> list[str]:
    def mean(rows: list[CoefficientFigures], figure: str) -> float:
        return float(np.mean([getattr(row, figure) for row in rows]))

    lines = [
        f"{report.people} people of the test split, {report.drawn} pictures drawn (style {report.style}, "
        f"seed {report.seed}), a face found in {report.found}, {report.judged} judged.",
        "",
        "| mean over the coefficients | before | after |",
        "|---|--:|--:|",
    ]
    for words, figure in (
        ("mean absolute error", "error"), ("root mean square error", "rms"), ("correlation with the truth", "follows"),
        ("answer where one moves alone, 0.75 to 1", "fully"),
    ):  # fmt: skip
        lines.append(f"| {words} | {mean(report.before, figure):.3f} | {mean(report.after, figure):.3f} |")
    quiet = [rms(np.array([row.noise for row in rows])) for rows in (report.before, report.after)]
    lines.append(f"| noise on a still face (root mean square) | {quiet[0]:.4f} | {quiet[1]:.4f} |")
    lines.append(
        f"| answers of all that was not asked, for 1 asked | {report.stray[0]:.2f} | {report.stray[1]:.2f} |"
    )
    lines += [
        f"| root mean square error, head's yaw {row.yaw} ({row.pictures} pictures) | {row.before:.3f} | {row.after:.3f} |"
        for row in report.turned
    ]
    lines += [
        "",
        "| gaze, degrees, eyes open | share | error | rms | bias | gain | correlation | rms, yaw above 0.25 rad | noise |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for old, new, share in zip(report.gaze_before, report.gaze_after, report.gaze_share, strict=True):
        cells = [
            f"{getattr(old, figure):.2f} → {getattr(new, figure):.2f}"
            for figure in ("error", "rms", "bias", "gain", "follows", "turned_rms", "noise")
        ]
        lines.append(f"| {old.name} | {share:g} | {' | '.join(cells)} |")
    return lines


def _coefficients(report: TrackerReport) -> list[str]:
    lines = [
        "",
        "| coefficient | share | error | rms | bias | correlation | answer 0.2–0.5 | answer 0.75–1 | noise |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for old, new, share in zip(report.before, report.after, report.share, strict=True):
        cells = [
            f"{getattr(old, figure):.{digits}f} → {getattr(new, figure):.{digits}f}" if old != new else
            f"{getattr(old, figure):.{digits}f}"
            for figure, digits in (("error", 3), ("rms", 3), ("bias", 3), ("follows", 2), ("little", 2), ("fully", 2),
                                   ("noise", 3))
        ]  # fmt: skip
        lines.append(f"| `{old.name}` | {f'{share:g}' if old != new else '–'} | {' | '.join(cells)} |")
    return lines


def _stray(report: TrackerReport) -> list[str]:
    return [
        "",
        "| only this moves | this answers as well | before | after |",
        "|---|---|--:|--:|",
        *(
            f"| `{pair.moved}` | `{pair.answers}` | {pair.before:.2f} | {pair.after:.2f} |"
            for pair in report.pairs
        ),
    ]
