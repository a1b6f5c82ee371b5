"""Subtitles: what is said in a recording and roughly when, as SubRip (.srt) and WebVTT (.vtt) files have it.

    cues = cues_of(text)               # [Cue(1.0, 2.5, "Good morning.")], or [] where the text is no subtitles
    passages = passages_of(cues)       # cues without a pause between them are one

Source: W3C, "WebVTT", 2019, section 4 (cue timings and cue text); SubRip's files have a comma before the milliseconds.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_TIME: Final = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{3})"
_TIMES: Final = re.compile(rf"^\s*{_TIME}\s+-->\s+{_TIME}(?:\s.*)?$")
#: Tags of both, positions of SubRip's players, what is heard but not said, and notes of music.
_NOT_SAID: Final = re.compile(r"<[^<>]*>|\{\\[^{}]*\}|\[[^\[\]]*\]|\([^()]*\)|[♪♫#]")
#: A speaker's dash at the beginning of a line.
_DASH: Final = re.compile(r"^\s*[-–—]\s*")
#: Cues that are nearer to each other are spoken without a pause.
_PAUSE_S: Final = 0.3


class Cue(NamedTuple):
    """A text and the time in which it is shown."""

    begin_s: float
    end_s: float
    text: str


def cues_of(text: str) -> list[Cue]:
    """The cues of subtitles in the order of time, without those in which nothing is said; none = these are no subtitles."""
    made = []
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        times = _TIMES.match(lines[number])
        number += 1
        if times is None:
            continue
        begin_s, end_s = (_seconds(times.groups()[first : first + 4]) for first in (0, 4))
        said = []
        while number < len(lines) and lines[number].strip() and not _TIMES.match(lines[number]):
            said.append(_DASH.sub("", lines[number]))
            number += 1
        words = " ".join(html.unescape(_NOT_SAID.sub(" ", " ".join(said))).split())
        if words and end_s > begin_s:
            made.append(Cue(begin_s, end_s, words))
    return sorted(made)


def passages_of(cues: Sequence[Cue]) -> list[Cue]:
    """Cues in the order of time, joined where no pause is between them: a sentence may end in the next one."""
    made: list[Cue] = []
    for cue in cues:
        if made and cue.begin_s - made[-1].end_s < _PAUSE_S:
            last = made[-1]
            made[-1] = Cue(last.begin_s, max(last.end_s, cue.end_s), f"{last.text} {cue.text}")
        else:
            made.append(cue)
    return made


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, thousandths = (int(one or 0) for one in parts)
    return 3600.0 * hours + 60.0 * minutes + seconds + thousandths / 1000.0
