"""Bar charts and line charts as SVG text, one colour per method or figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

import numpy as np

COLOURS: Final = ("#4878a8", "#d08030", "#6a9a58", "#a85878", "#808080")
_HEIGHT, _BAR, _GAP, _LEFT, _TOP, _FOOT = 130, 13, 14, 40, 18, 20
_LETTER: Final = 6.5  # approximate width of a letter, pixels


def bars(title: str, words: Sequence[str], values: Mapping[str, Sequence[float]]) -> str:
    """A bar chart as an SVG element.

    Args:
        title: above the chart.
        words: labels of the groups.
        values: method -> one value per word; nan leaves a gap.
    """
    known = [value for row in values.values() for value in row if np.isfinite(value)]
    top = _round_up(max(known, default=1.0))
    group = max(_BAR * len(values) + _GAP, round(_LETTER * max(map(len, words), default=0)))
    beside = (group - _BAR * len(values)) / 2
    width = _LEFT + max(group * len(words), 150) + 10
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_TOP + _HEIGHT + _FOOT}" '
        'font-family="sans-serif" font-size="10">',
        f'<text x="{_LEFT}" y="12" font-weight="bold">{escape(title)}</text>',
    ]
    for share in (0.0, 0.5, 1.0):
        y = _TOP + _HEIGHT * (1 - share)
        out.append(f'<path d="M{_LEFT} {y:.1f}H{width - 6}" stroke="#ddd"/>')
        out.append(f'<text x="{_LEFT - 4}" y="{y + 3:.1f}" text-anchor="end">{top * share:g}</text>')
    for place, word in enumerate(words):
        left = _LEFT + place * group + beside
        for number, row in enumerate(values.values()):
            if np.isfinite(row[place]):
                tall = _HEIGHT * max(row[place], 0.0) / top
                out.append(
                    f'<rect x="{left + number * _BAR:.1f}" y="{_TOP + _HEIGHT - tall:.1f}" width="{_BAR - 2}" '
                    f'height="{tall:.1f}" fill="{COLOURS[number % len(COLOURS)]}"><title>{row[place]:.3g}</title></rect>'
                )
        middle = _LEFT + (place + 0.5) * group
        out.append(
            f'<text x="{middle:.1f}" y="{_TOP + _HEIGHT + 13}" text-anchor="middle">{escape(word)}</text>'
        )
    return "".join([*out, "</svg>"])


def lines(title: str, unit: str, at: Sequence[float], values: Mapping[str, Sequence[float]]) -> str:
    """A line chart with a legend as an SVG element of 760 x 220 pixels.

    Args:
        title: above the chart.
        unit: of the horizontal axis, which begins at 0.
        at: places on it, rising.
        values: name -> one value per place; nan leaves a gap.
    """
    known = [value for row in values.values() for value in row if np.isfinite(value)]
    top, bottom = (
        _round_up(max([0.0, *known])),
        -_round_up(-min([0.0, *known])) if min(known, default=0) < 0 else 0.0,
    )
    end = max([*at, 1e-9])
    left, right, above, below = _LEFT + 10, 590, 24, 190

    def place(x: float, value: float) -> str:
        share = (value - bottom) / (top - bottom)
        return f"{left + (right - left) * x / end:.1f},{below - (below - above) * share:.1f}"

    out = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="760" height="220" font-family="sans-serif" font-size="10">',
        f'<text x="{left}" y="14" font-weight="bold">{escape(title)}</text>',
    ]
    for share in (0.0, 0.5, 1.0):
        value, y = bottom + (top - bottom) * share, below - (below - above) * share
        out.append(f'<path d="M{left} {y:.1f}H{right}" stroke="#ddd"/>')
        out.append(f'<text x="{left - 4}" y="{y + 3:.1f}" text-anchor="end">{value:g}</text>')
        out.append(
            f'<text x="{left + (right - left) * share:.1f}" y="{below + 14}" text-anchor="middle">{end * share:.4g}</text>'
        )
    out.append(f'<text x="{right + 20}" y="{below + 14}">{escape(unit)}</text>')
    for number, (name, row) in enumerate(values.items()):
        colour = COLOURS[number % len(COLOURS)]
        dashes = "" if number < len(COLOURS) else ' stroke-dasharray="4 2"'
        for run in _runs(row):
            points = " ".join(place(at[k], row[k]) for k in run)
            out.append(f'<polyline points="{points}" fill="none" stroke="{colour}"{dashes}/>')
        last = next((value for value in reversed(row) if np.isfinite(value)), float("nan"))
        y = above + 8 + 16 * number
        out.append(f'<path d="M{right + 20} {y - 3}h16" stroke="{colour}" stroke-width="2"{dashes}/>')
        out.append(f'<text x="{right + 40}" y="{y}">{escape(name)} {last:.3g}</text>')
    return "".join([*out, "</svg>"])


def _runs(row: Sequence[float]) -> list[list[int]]:
    """The places of finite values, in runs without a gap."""
    runs: list[list[int]] = [[]]
    for place, value in enumerate(row):
        if np.isfinite(value):
            runs[-1].append(place)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def legend(methods: Sequence[str]) -> str:
    """The colours of the methods, as HTML."""
    return " ".join(
        f'<span style="color:{COLOURS[number % len(COLOURS)]}">&#9632;</span> {escape(name)}'
        for number, name in enumerate(methods)
    )


def _round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 5 or 10 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value * 0.999))
