"""The report: a folder with report.html, report.json and a picture grid for each protocol.

    write_report(evaluation, about, Path("report"))

It contains no dates or durations: the same seed gives the same report.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from html import escape, unescape
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from measure.errors import MeasureError
from measure.evaluation import TRUTH, Evaluation
from measure.leakage import LOOKED_AT, Response, leakage_of
from measure.picture_grids import grid_jpeg
from measure.plots import bars, legend
from measure.protocols import FACTORS
from measure.score import FIGURES, PROBED, FrameScore, mean_score

#: figure -> (title, number format).
TITLES: Final = {
    "psnr_all": ("PSNR", "{:.1f}"), "psnr_person": ("PSNR person", "{:.1f}"), "psnr_face": ("PSNR face", "{:.1f}"),
    "psnr_eyes": ("PSNR eyes", "{:.1f}"), "psnr_mouth": ("PSNR mouth", "{:.1f}"), "ssim_all": ("SSIM", "{:.3f}"),
    "ssim_face": ("SSIM face", "{:.3f}"), "sharp": ("sharpness", "{:.2f}"), "temporal": ("movement", "{:.2f}"),
    "pose_deg": ("pose &deg;", "{:.1f}"), "expression": ("expression", "{:.4f}"),
    "gaze_deg": ("gaze &deg;", "{:.1f}"), "emotion": ("emotion", "{:.0%}"), "intensity": ("intensity", "{:.2f}"),
    "identity": ("ID cosine", "{:.3f}"), "retrieved": ("ID found", "{:.0%}"),
}  # fmt: skip
_PLOTTED: Final = ("psnr_face", "ssim_face", "sharp", "pose_deg", "expression", "emotion", "identity")


class About(msgspec.Struct, frozen=True):
    """The settings of an evaluation, as the report shows them."""

    methods: tuple[str, ...]
    protocols: tuple[str, ...]
    identities: tuple[int, ...]
    size: int
    seed: int
    style: str
    probes: str  # description, or the reason why there are none


class Line(msgspec.Struct, frozen=True):
    """One line of the tables: means over frames; null = not measured."""

    method: str
    protocol: str
    word: str
    frames: int
    means: dict[str, float | None]


def write_report(evaluation: Evaluation, about: About, folder: Path) -> list[Line]:
    """Write report.html, report.json and the grids; returns the lines of the first table.

    Raises:
        MeasureError: the folder is not writable.
    """
    methods = [*evaluation.methods, TRUTH] if _is_probed(evaluation) else list(evaluation.methods)
    table = lines_of(evaluation, methods, about.protocols)
    split = [line for protocol in about.protocols for line in _by_word(evaluation, methods, protocol)]
    leaks = leakage_of(evaluation.seen, methods, TRUTH)
    content = {
        "about": msgspec.to_builtins(about),
        "table": msgspec.to_builtins(table),
        "by_word": msgspec.to_builtins(split),
        "leakage": [asdict(response) for response in leaks],
        "failed": [
            {"method": method, "identity": identity, "why": why}
            for method, identity, why in evaluation.failed
        ],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for protocol in about.protocols:
            shown = [line for line in evaluation.shown if line.protocol == protocol]
            if shown:
                (folder / f"{protocol}.jpg").write_bytes(grid_jpeg(shown, evaluation.methods))
        (folder / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=1))
        html = _html(evaluation, about, methods, table, split, leaks)
        (folder / "report.html").write_text(html, encoding="utf-8")
    except OSError as error:
        raise MeasureError(f"{folder} cannot be written to: {error.strerror or error}") from error
    return table


def lines_of(evaluation: Evaluation, methods: Sequence[str], protocols: Sequence[str]) -> list[Line]:
    """The mean scores of each method over each protocol."""
    return [
        _line(method, protocol, "", _rows(evaluation, method, protocol))
        for protocol in protocols
        for method in methods
    ]


def text_table(table: Sequence[Line]) -> str:
    """The first table as plain text, for a terminal."""
    shown = [name for name in FIGURES if any(line.means[name] is not None for line in table)]
    head = f"{'protocol':9} {'method':7}" + "".join(f"{name:>12}" for name in shown)
    return "\n".join(
        [
            head,
            *(
                f"{line.protocol:9} {line.method:7}"
                + "".join(f"{_formatted(name, line):>12}" for name in shown)
                for line in table
            ),
        ]
    )


def _by_word(evaluation: Evaluation, methods: Sequence[str], protocol: str) -> list[Line]:
    words = list(dict.fromkeys(row.word for row in evaluation.rows if row.protocol == protocol))
    if len(words) < 2:
        return []
    return [
        _line(method, protocol, word, [r for r in _rows(evaluation, method, protocol) if r.word == word])
        for word in words
        for method in methods
    ]


def _rows(evaluation: Evaluation, method: str, protocol: str) -> list[FrameScore]:
    return [row for row in evaluation.rows if row.method == method and row.protocol == protocol]


def _line(method: str, protocol: str, word: str, rows: list[FrameScore]) -> Line:
    score = mean_score(rows)
    values = {name: getattr(score, name) for name in FIGURES}
    means = {name: round(value, 5) if np.isfinite(value) else None for name, value in values.items()}
    return Line(method, protocol, word, len(rows), means)


def _is_probed(evaluation: Evaluation) -> bool:
    return any(np.isfinite(row.score.pose_deg) for row in evaluation.rows)


def _formatted(name: str, line: Line) -> str:
    value = line.means[name]
    return "" if value is None else TITLES[name][1].format(value)


def _html(
    evaluation: Evaluation,
    about: About,
    methods: Sequence[str],
    table: list[Line],
    split: list[Line],
    leaks: list[Response],
) -> str:
    people = len(about.identities)
    parts = [
        "<!doctype html><meta charset=utf-8><title>omote-measure</title><style>body{font:14px sans-serif;margin:2em;"
        "max-width:1250px}table{border-collapse:collapse;margin:.6em 0}td,th{padding:.15em .6em;text-align:right;"
        "border-bottom:1px solid #ddd}td:first-child,th:first-child,td:nth-child(2),th:nth-child(2){text-align:left}"
        "tr.truth{color:#777}img{max-width:100%}p{max-width:75ch}</style>",
        f"<h1>{escape(', '.join(about.methods))} on {people} people</h1>",
        f"<p>Test identities of the studio ({escape(about.style)}), {about.size} x {about.size} pixels, seed {about.seed}. "
        "The studio draws the true picture of every frame. PSNR in decibels, SSIM 0 to 1, over the whole picture and over "
        "person, face, eyes and mouth of the true picture; sharpness: gradient energy over the true picture's in the face "
        "(1 = as sharp, less is blurred); movement: mean difference between the frame-to-frame change and the "
        "true change (0 to 255, less is better). "
        f"Probes: {escape(about.probes)}.",
    ]
    if TRUTH in methods:
        parts.append(
            " Lines named truth are the probes' own error: their readings of the true pictures. No method can be "
            "measured more accurately than that."
        )
    parts += ["</p>", _failures(evaluation), "<h2>All protocols</h2>", _table(table, with_word=False)]
    parts.append(_leakage(leaks, methods))
    for protocol in about.protocols:
        lines = [line for line in split if line.protocol == protocol]
        parts.append(f"<h2>{escape(protocol)}</h2>")
        if lines:
            parts += [f"<p>{legend(methods)}</p>", *_plots(lines, methods)]
            if protocol == "drift":
                parts.append(_drift(lines, methods))
            parts.append(_table(lines, with_word=True))
        if any(line.protocol == protocol for line in evaluation.shown):
            parts.append(f'<p><img src="{protocol}.jpg" alt="portrait, truth, methods, differences"></p>')
    return "\n".join(parts) + "\n"


def _table(lines: Iterable[Line], *, with_word: bool) -> str:
    chosen = list(lines)
    shown = [name for name in FIGURES if any(line.means[name] is not None for line in chosen)]
    head = "".join(f"<th>{TITLES[name][0]}</th>" for name in shown)
    rows = "".join(
        f'<tr class="{line.method}"><td>{escape(line.word if with_word else line.protocol)}</td>'
        f"<td>{escape(line.method)}</td><td>{line.frames}</td>"
        + "".join(f"<td>{_formatted(name, line)}</td>" for name in shown)
        + "</tr>"
        for line in chosen
    )
    return f"<table><tr><th></th><th></th><th>frames</th>{head}</tr>{rows}</table>"


def _plots(lines: list[Line], methods: Sequence[str]) -> list[str]:
    words = list(dict.fromkeys(line.word for line in lines))
    found = []
    for name in _PLOTTED:
        values = {
            method: [_number(line.means[name]) for line in lines if line.method == method]
            for method in methods
        }
        if any(np.isfinite(value) for row in values.values() for value in row):
            found.append(bars(unescape(TITLES[name][0]), words, values))
    return found


def _drift(lines: list[Line], methods: Sequence[str]) -> str:
    """The change of the scores from the start to the end of the run; both show the same moments."""
    items = []
    for method in methods:
        start, end = ([x for x in lines if (x.method, x.word) == (method, word)] for word in ("start", "end"))
        if start and end:
            changes = {
                name: _number(end[0].means[name]) - _number(start[0].means[name])
                for name in ("psnr_face", "ssim_face", "sharp", *PROBED)
            }
            known = [f"{name} {value:+.3f}" for name, value in changes.items() if np.isfinite(value)]
            items.append(f"<li>{escape(method)}: {', '.join(known)}</li>")
    return f"<p>End minus start:</p><ul>{''.join(items)}</ul>"


def _leakage(leaks: list[Response], methods: Sequence[str]) -> str:
    if not leaks:
        return ""
    out = [
        "<h2>Leakage</h2><p>One factor is swapped (lines); the columns show the change of each factor. In "
        "brackets: the change in the true pictures. A factor that changes more than in the truth leaks; one that changes "
        "less is not drawn correctly.</p>"
    ]
    head = "".join(f"<th>{name} ({unit})</th>" for name, unit in LOOKED_AT.items())
    for method in methods:
        if method == TRUTH:
            continue
        out.append(f"<table><tr><th>{escape(method)}</th><th>swapped</th>{head}</tr>")
        for swapped in FACTORS:
            found = {r.looked_at: r for r in leaks if r.method == method and r.swapped == swapped}
            cells = "".join(f"<td>{r.value:.3g} ({r.truth:.3g})</td>" for r in found.values())
            out.append(f"<tr><td></td><td>{swapped}</td>{cells}</tr>")
        out.append("</table>")
    return "".join(out)


def _failures(evaluation: Evaluation) -> str:
    if not evaluation.failed:
        return ""
    items = "".join(
        f"<li>{escape(method)}, identity {identity}: {escape(why)}</li>"
        for method, identity, why in evaluation.failed
    )
    return f"<p>Refused portraits (not part of the means):</p><ul>{items}</ul>"


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
