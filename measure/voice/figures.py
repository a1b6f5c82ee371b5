"""Figures: how well a mouth follows speech whose mouth is known.

figures = voice_figures([(recording, heard), ...])
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from measure.errors import MeasureError
from measure.voice.methods import Heard
from measure.voice.recordings import FPS, Recording
from protocol.blendshapes import INDEX
from protocol.visemes import VISEME_INDEX

#: The lips are shut where they are apart by less than this: `jawOpen` less `mouthClose`.
SHUT: Final = 0.05
#: A closure may be seen this long before or after that of the sound.
_AROUND_S: Final = 0.03
#: A vowel that is longer, and whose jaw is open further, must not shut the lips in its middle.
_VOWEL_S, _VOWEL_JAW = 0.08, 0.12
#: Lips that ought to be this far apart, and are from _AROUND_S before to as long after, but are shut for longer than this
#: time, are seen to shut wrongly.
_OPEN: Final = 0.10
_SEEN_S: Final = 0.05
#: A boundary is found when the same viseme begins this near.
_NEAR_S: Final = 0.12
#: Silence that is this far from all speech.
_SILENCE_S: Final = 0.35
_JAW, _CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]
_PP, _SIL = VISEME_INDEX["PP"], VISEME_INDEX["sil"]
_VOWELS: Final = np.array([VISEME_INDEX[name] for name in ("aa", "E", "ih", "oh", "ou")])


class VoiceFigures(msgspec.Struct, frozen=True):
    """Figures of one method.

    Attributes:
        viseme: share of the speaking frames with the right one of 15 visemes.
        boundary_ms: median distance of a viseme's begin from its true one, of those that are found; found: their share.
        closed: share of p, b and m in which the lips are shut. closed_wrongly: share of open vowels in which they are, too.
        false_closures: how often a minute of speech the lips are seen to shut where they ought to be apart.
        jaw_r: correlation of the jaw while somebody speaks; lips_r: of the opening between the lips.
        rms: root mean square error over the moved coefficients while somebody speaks.
        in_silence: mean of the greatest coefficient where everything is quiet for a third of a second.
        in_noise: the same in recordings of noise and music without a voice; nan = there is none.
        late_ms: delay live; nan = not live. share: of a core.
    """

    viseme: float
    boundary_ms: float
    found: float
    closed: float
    closed_wrongly: float
    false_closures: float
    jaw_r: float
    lips_r: float
    rms: float
    in_silence: float
    in_noise: float
    late_ms: float
    share: float


def voice_figures(pairs: Sequence[tuple[Recording, Heard]]) -> VoiceFigures:
    """Figures over all recordings of one method.

    Raises:
        MeasureError: none of them holds speech.
    """
    spoken = [(recording, heard) for recording, heard in pairs if recording.language]
    if not spoken:
        raise MeasureError("no recording holds speech; there is nothing to compare lips with")
    right, errors, closed, wrongly, far = [], [], [], [], []
    begins = false_closures = 0
    jaws: list[NDArray[np.floating]] = []
    for recording, heard in spoken:
        told = recording.speaks
        right.append(heard.viseme[told] == recording.viseme[told])
        moved = recording.coefficients.any(axis=0)
        errors.append(np.square(heard.coefficients - recording.coefficients)[told][:, moved].ravel())
        apart, true_apart = (
            one[:, _JAW] - one[:, _CLOSE] for one in (heard.coefficients, recording.coefficients)
        )
        jaws.append(
            np.stack(
                [
                    heard.coefficients[told, _JAW],
                    recording.coefficients[told, _JAW],
                    apart[told],
                    true_apart[told],
                ]
            )
        )
        lips = lips_of(apart, recording)
        closed += lips.closed
        false_closures += lips.false_closures
        for viseme, begin, end in segments(recording.viseme):
            if viseme in _VOWELS and end - begin >= _VOWEL_S * FPS:
                middle = slice(begin + (end - begin) // 3, end - (end - begin) // 3)
                if true_apart[middle].min() > _VOWEL_JAW:
                    wrongly.append(bool(apart[middle].max() < SHUT))
            if viseme != _SIL:
                begins += 1
                distance = _begin_near(heard.viseme, int(viseme), begin)
                if distance is not None:
                    far.append(distance)
    jaw, true_jaw, apart, true_apart = np.concatenate(jaws, axis=1)
    return VoiceFigures(
        viseme=float(np.concatenate(right).mean()),
        boundary_ms=float(np.median(far)) * 1000 / FPS if far else float("nan"),
        found=len(far) / max(begins, 1),
        closed=_mean(closed),
        closed_wrongly=_mean(wrongly),
        false_closures=60.0 * false_closures / (jaw.shape[0] / FPS),
        jaw_r=_correlation(jaw, true_jaw),
        lips_r=_correlation(apart, true_apart),
        rms=float(np.sqrt(np.concatenate(errors).mean())),
        in_silence=_mean([one for recording, heard in spoken for one in _quiet_moves(recording, heard)]),
        in_noise=_mean(
            [one for recording, heard in pairs if not recording.language for one in _moves(heard)]
        ),
        late_ms=1000 * pairs[0][1].late_s,
        share=float(np.mean([heard.share for _, heard in pairs])),
    )


class Lips(NamedTuple):
    """Closures of a recording: whether each p, b and m is seen, and how many are seen where the lips ought to be apart."""

    closed: list[bool]
    false_closures: int


def lips_of(apart: NDArray[np.floating], recording: Recording) -> Lips:
    """What (T,) openings between the lips, `jawOpen` less `mouthClose`, make of a recording's closures."""
    around = round(_AROUND_S * FPS)
    true_apart = recording.coefficients[:, _JAW] - recording.coefficients[:, _CLOSE]
    closed = [
        bool(apart[max(0, begin - around) : end + around].min() < SHUT)
        for viseme, begin, end in segments(recording.viseme)
        if viseme == _PP
    ]
    return Lips(closed, _false_closures(apart, true_apart, recording.speaks, around))


def false_moves(pairs: Sequence[tuple[Recording, Heard]]) -> dict[str, tuple[float, float]]:
    """Kind of sound without a voice -> mean of the greatest coefficient, and share of the time in which it is seen."""
    kinds: dict[str, list[float]] = {}
    for recording, heard in pairs:
        if not recording.language:
            kinds.setdefault(recording.voice or "noise", []).extend(_moves(heard))
    return {
        kind: (float(np.mean(moves)), float(np.mean(np.array(moves) > SHUT))) for kind, moves in kinds.items()
    }


def segments(visemes: NDArray[np.integer]) -> list[tuple[int, int, int]]:
    """Viseme, begin and end of every run of equal frames."""
    cuts = np.flatnonzero(np.diff(visemes)) + 1
    bounds = [0, *cuts.tolist(), len(visemes)]
    return [(int(visemes[a]), a, b) for a, b in itertools.pairwise(bounds)]


def _false_closures(
    apart: NDArray[np.floating], true_apart: NDArray[np.floating], told: NDArray[np.bool_], around: int
) -> int:
    """How often the lips are shut for long where they ought to be apart."""
    padded = np.pad(true_apart, around, mode="edge")
    is_open = np.lib.stride_tricks.sliding_window_view(padded, 2 * around + 1).min(axis=1) > _OPEN
    wrong = ((apart < SHUT) & is_open & told).astype(np.int8)
    edges = np.diff(wrong, prepend=0, append=0)
    lasts = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    return int((lasts > _SEEN_S * FPS).sum())


def _begin_near(heard: NDArray[np.integer], viseme: int, begin: int) -> int | None:
    """Frames between a viseme's true begin and the nearest one that was heard; None = there is none near."""
    reach = round(_NEAR_S * FPS)
    first = max(begin - reach, 1)
    window = heard[first - 1 : begin + reach]
    found = np.flatnonzero((window[1:] == viseme) & (window[:-1] != viseme)) + first
    return int(np.abs(found - begin).min()) if len(found) else None


def _quiet_moves(recording: Recording, heard: Heard) -> list[float]:
    """The greatest coefficient of each frame that is far from speech."""
    far = round(_SILENCE_S * FPS)
    near = np.convolve(recording.speaks.astype(np.float32), np.ones(2 * far + 1), "same") > 0.5
    return [float(one) for one in heard.coefficients[~near].max(axis=1)]


def _moves(heard: Heard) -> list[float]:
    return [float(one) for one in heard.coefficients.max(axis=1)]


def _mean(values: Sequence[float | bool]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _correlation(made: NDArray[np.floating], true: NDArray[np.floating]) -> float:
    if made.std() < 1e-6 or true.std() < 1e-6:
        return 0.0
    return float(np.corrcoef(made, true)[0, 1])
