"""The table of the 52: how well the network sees each coefficient, on drawn faces and on real ones.

rows = sight_rows(network_report.network, network_report.gaze_network, clip_reports)

Drawn faces have a truth. Real ones have none: a coefficient is judged by MediaPipe where that sees it, by distances between
landmarks, and by moments that people have looked at; what no clip shows is not judged.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import msgspec
import numpy as np

from measure.tracker.clip_agreement import GROUPS
from measure.tracker.clip_tables import ClipReport
from measure.tracker.error_metrics import CoefficientFigures, GazeFigures
from measure.tracker.shown_moments import ANSWERS, FULLY
from protocol.blendshapes import BLENDSHAPES

BEGIN: Final = "<!-- sight: begin -->"
END: Final = "<!-- sight: end -->"
#: From these correlations on a coefficient is seen well, is seen, is hardly seen.
_WELL, _SEEN, _HARDLY = 0.8, 0.5, 0.25
#: Distances between landmarks that judge a coefficient.
_RULERS: Final = frozenset({"eyeBlinkLeft", "eyeBlinkRight", "jawOpen"})
_NOT_SHOWN: Final = "not shown"


class SightRow(msgspec.Struct, frozen=True):
    """One of the 52.

    Attributes:
        drawn, real: "well", "yes", "hardly" or "not"; real may be "not shown". drawn_why, real_why: by which figures.
    """

    name: str
    drawn: str
    drawn_why: str
    real: str
    real_why: str


def sight_rows(
    figures: Sequence[CoefficientFigures], gaze: Sequence[GazeFigures], clips: Collection[ClipReport]
) -> list[SightRow]:
    """A row for each of the 52; the eyeLook shapes are judged as the gaze that they follow from.

    Args:
        figures, gaze: of the network on drawn people. clips: with agreement, distances and moments.
    """
    drawn = {one.name: one.follows for one in figures}
    axes = {one.name: one.follows for one in gaze}
    rows = []
    for name in BLENDSHAPES:
        axis = _axis(name)
        r = axes[axis] if axis else drawn[name]
        real, why = _real(name, clips)
        rows.append(SightRow(name, _word(r), f"r {r:.2f}", real, why))
    return rows


def sight_markdown(rows: Sequence[SightRow]) -> str:
    """The table in Markdown, and a line of counts."""
    lines = ["| coefficient | drawn faces | | real faces | |", "|---|---|---|---|---|"]
    lines += [
        f"| `{row.name}` | {row.drawn} | {row.drawn_why} | {row.real} | {row.real_why} |" for row in rows
    ]
    counts = [
        f"{words}: "
        + ", ".join(
            f"{kind} {sum(getattr(row, column) == kind for row in rows)}"
            for kind in ("well", "yes", "hardly", "not")
        )
        for words, column in (("Drawn", "drawn"), ("Real", "real"))
    ]
    unshown = sum(row.real == _NOT_SHOWN for row in rows)
    return "\n".join([*lines, "", f"{counts[0]}. {counts[1]}, {_NOT_SHOWN} by any clip {unshown}.", ""])


def _real(name: str, clips: Collection[ClipReport]) -> tuple[str, str]:
    """The word and the reason, of all clips: the moments count most, then rulers, then MediaPipe."""
    rose = [
        row.network
        for clip in clips
        for row in clip.moments
        if row.is_expected and (name == row.name or name in (f"{row.name}Left", f"{row.name}Right") or
                                (row.name.startswith("gaze") and _look(name) == row.name))
    ]  # fmt: skip
    follows = [
        row.network
        for clip in clips
        for row in clip.distances
        if row.name == name and name in _RULERS and not np.isnan(row.network)
    ]
    agreed = [
        row.r
        for clip in clips
        for row in clip.agreement
        if not np.isnan(row.r)
        and (name in GROUPS.get(row.name, ()) or (row.name == "gaze yaw" and _axis(name) == "yaw"))
    ]
    why, words = [], []
    if rose:
        middle = float(np.median(rose))
        scale = FULLY if not _axis(name) else FULLY / 2
        small = ANSWERS if not _axis(name) else ANSWERS / 2
        words.append(
            "well"
            if middle >= scale
            else "yes"
            if middle >= small
            else "hardly"
            if middle >= small / 3
            else "not"
        )
        why.append(f"rises by {middle:.2f} in {len(rose)} moment{'s' * (len(rose) > 1)}")
    for found, judge in ((follows, "the ruler"), (agreed, "MediaPipe")):
        if found:
            middle = float(np.median(found))
            words.append(_word(middle))
            why.append(f"r {middle:.2f} with {judge}, {len(found)} clip{'s' * (len(found) > 1)}")
    if not words:
        return _NOT_SHOWN, ""
    order = ("well", "yes", "hardly", "not")
    # the median of the judges, the worse one of two
    return sorted(words, key=order.index)[len(words) // 2], "; ".join(why)


def _word(r: float) -> str:
    return "well" if r >= _WELL else "yes" if r >= _SEEN else "hardly" if r >= _HARDLY else "not"


def _axis(name: str) -> str:
    if not name.startswith("eyeLook"):
        return ""
    return "pitch" if name.startswith(("eyeLookUp", "eyeLookDown")) else "yaw"


def _look(name: str) -> str:
    """The gaze that an eyeLook shape is part of, in the words of moments."""
    left = name in ("eyeLookOutLeft", "eyeLookInRight")
    if _axis(name) == "yaw":
        return f"gaze yaw {'+' if left else '-'}"
    return f"gaze pitch {'+' if name.startswith('eyeLookUp') else '-'}" if _axis(name) else ""
