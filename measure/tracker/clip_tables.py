"""The tables of a report on clips, in Markdown.

text = markdown_of(reports)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from measure.tracker.clip_agreement import Agreement, ClipReading
from measure.tracker.clip_distances import DistanceRow
from measure.tracker.clip_jitter import JitterRow
from measure.tracker.clip_mirror import MirrorRow
from measure.tracker.clip_steadiness import SteadinessRow
from measure.tracker.shown_moments import MomentRow

Row = TypeVar("Row")


@dataclass(slots=True)
class ClipReport:
    """All that was measured on one clip; what was not asked for is empty.

    Attributes:
        reading: of both trackers.
    """

    reading: ClipReading
    agreement: list[Agreement] = field(default_factory=list)
    distances: list[DistanceRow] = field(default_factory=list)
    jitter: JitterRow | None = None
    mirror: MirrorRow | None = None
    steadiness: list[SteadinessRow] = field(default_factory=list)
    moments: list[MomentRow] = field(default_factory=list)


def markdown_of(reports: dict[str, ClipReport]) -> str:
    """Every table for which there is something; a clip a column, or a row."""
    tables = [
        _agreement(reports),
        _distances({name: one for name, one in reports.items() if one.distances}),
        _jitter({name: one.jitter for name, one in reports.items() if one.jitter is not None}),
        _mirror({name: one.mirror for name, one in reports.items() if one.mirror is not None}),
        _steadiness({name: one for name, one in reports.items() if one.steadiness}),
        _moments([row for one in reports.values() for row in one.moments]),
    ]
    return "\n".join(table for table in tables if table)


def _agreement(reports: dict[str, ClipReport]) -> str:
    """Correlation, and the standard deviations, network / MediaPipe."""
    names, ones = list(reports), list(reports.values())
    lines = [_row("channel", names), _rule(len(names))]
    lines += [
        _row(ones[0].agreement[k].name, [_agreed(one.agreement[k]) for one in ones])
        for k in range(len(ones[0].agreement))
    ]
    readings = [one.reading for one in ones]
    lines.append(_row("pictures, lost by the network", [f"{one.pictures}, {one.lost}" for one in readings]))
    lines.append(
        _row(
            "ms a picture, network / MediaPipe",
            [f"{one.network_ms:.1f} / {one.mediapipe_ms:.1f}" for one in readings],
        )
    )
    return _text("Agreement with MediaPipe: correlation (spread, network / MediaPipe).", lines)


def _agreed(row: Agreement) -> str:
    return f"{_number(row.r)} ({row.network:.2f}/{row.mediapipe:.2f})"


def _distances(reports: dict[str, ClipReport]) -> str:
    if not reports:
        return ""
    ones = [one.distances for one in reports.values()]
    lines = [_row("distance, against", list(reports)), _rule(len(reports))]
    lines += [
        _row(f"`{rows[0].name}`", [f"{_number(row.network)} / {_number(row.mediapipe)}" for row in rows])
        for rows in zip(*ones, strict=True)
    ]
    return _text(
        "Lids, lips and chin, measured between landmarks: correlation of the coefficients, network / MediaPipe.",
        lines,
    )


def _jitter(rows: dict[str, JitterRow]) -> str:
    return _figures(
        "Jitter in the stillest second: changes from picture to picture, network / MediaPipe.",
        rows,
        {
            "from second": lambda one: f"{one.begin_s:.1f}",
            "coefficients": lambda one: f"{one.network:.4f} / {one.mediapipe:.4f}",
            "head, degrees": lambda one: f"{one.network_pose_deg:.2f} / {one.mediapipe_pose_deg:.2f}",
        },
    )


def _mirror(rows: dict[str, MirrorRow]) -> str:
    return _figures(
        "Answers to mirrored pictures: mean difference, beside the clip's own spread.",
        rows,
        {
            "coefficients": lambda one: f"{one.difference:.3f} / {one.spread:.3f}",
            "head, degrees": lambda one: f"{one.pose_deg:.1f} / {one.pose_spread_deg:.1f}",
            "gaze, degrees": lambda one: f"{one.gaze_deg:.1f} / {one.gaze_spread_deg:.1f}",
            "most": lambda one: ", ".join(f"`{name}` {value:.2f}" for name, value in one.worst.items()),
        },
    )


def _steadiness(reports: dict[str, ClipReport]) -> str:
    if not reports:
        return ""
    kinds = [row.kind for row in next(iter(reports.values())).steadiness]
    lines = [
        "| disturbance | pictures | lost | difference / spread | head, degrees | gaze, degrees | seen, before → after |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for k, kind in enumerate(kinds):
        rows = [one.steadiness[k] for one in reports.values()]

        def mean(figure: str, rows: list[SteadinessRow] = rows) -> float:
            return float(np.nanmean([getattr(row, figure) for row in rows]))

        lines.append(
            _row(
                kind,
                [
                    str(sum(row.pictures for row in rows)),
                    f"{mean('lost'):.0%}",
                    f"{mean('difference'):.3f} / {mean('spread'):.3f}",
                    f"{mean('pose_deg'):.1f}",
                    f"{mean('gaze_deg'):.1f}",
                    f"{mean('seen_before'):.2f} → {mean('seen_after'):.2f}",
                ],
            )
        )
    return _text(
        f"Disturbed pictures against the same undisturbed, coefficients that are not hidden; mean of {len(reports)} clips.",
        lines,
    )


def _moments(rows: list[MomentRow]) -> str:
    if not rows:
        return ""
    lines = [
        "| clip | second | what is seen | coefficient | should | network | MediaPipe |",
        "|---|--:|---|---|---|--:|--:|",
    ]
    lines += [
        f"| {row.clip} | {row.at_s:.1f} | {row.seen} | `{row.name}` | {'rise' if row.is_expected else 'stay'} | "
        f"{row.network:+.2f} | {_signed(row.mediapipe)} |"
        for row in rows
    ]
    return _text("Moments that people have looked at, against others at which the face rests.", lines)


def _figures(words: str, rows: dict[str, Row], shown: dict[str, Callable[[Row], str]]) -> str:
    if not rows:
        return ""
    lines = [_row("", list(rows)), _rule(len(rows))]
    lines += [_row(name, [of(one) for one in rows.values()]) for name, of in shown.items()]
    return _text(words, lines)


def _text(words: str, lines: list[str]) -> str:
    return "\n".join([words, "", *lines, ""])


def _row(name: str, cells: list[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _rule(count: int) -> str:
    return "|---|" + "--:|" * count


def _number(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}"


def _signed(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:+.2f}"
