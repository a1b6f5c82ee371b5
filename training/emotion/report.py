"""Measures emotion filters side by side, on movers and on performances that no run has seen.

python -m training.emotion.report --takes runs/emotion --arkit captures/arkit runs/emotion runs/without-kl

Prints a table in Markdown; the analytic filter and none stand beside the runs. `COLUMNS` says what the figures are.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from face.emotion_filter import AnalyticEmotionFilter, EmotionFilter
from face.emotion_shapes import CURVE, STRENGTH, WEIGHT
from face.motion import Motion
from networks.composite import AnchoredComposite
from networks.emotion_filter import LOWER, UPPER
from protocol.blendshapes import INDEX
from protocol.channels import EMOTIONS, LAYER_SLICE
from protocol.errors import OmoteError
from runtime.control.control import Control
from runtime.layers.emotion import EmotionLayer
from training.emotion.combining import combine_expressions
from training.emotion.data import emotion_data
from training.emotion.judging import FELT, LIPS, closures_kept, figures_of
from training.emotion.movers import RATE_HZ
from training.emotion.nets import compose_as_shipped, compose_takes, emotion_codes, filter_as_shipped
from training.emotion.probe import Probe, trained_probe
from training.emotion.real_takes import Performance, calm_speech, read_performances, slow_part
from training.emotion.takes import Takes
from training.emotion.trained import EmotionRun, read_run

Floats = NDArray[np.float32]
Apply = Callable[[Floats], Floats]

#: Column -> what it is. Errors are root mean squares of coefficients.
COLUMNS: Final = {
    "lips": "articulation shapes against what was spoken, in an emotion",
    "lips_calm": "the same without an emotion",
    "lower": "mouth, jaw, cheeks and nose, in an emotion",
    "upper": "eyes and brows, in an emotion",
    "lids": "eyeBlink, in an emotion",
    "closures": "share of spoken p, b and m that are closed",
    "shut": "the same of those that the tracker reports closed",
    "left": "accuracy of a probe, trained on the filter's output, in naming the removed emotion (chance 0.125)",
    "jitter": "mean change of the error from frame to frame",
    "delay_ms": "lag of the jaw at the highest correlation",
    "leak": "change of mouth and jaw when another mover's eyes and brows are put in",
    "swapped": "error to the same speech with another emotion, named, composed after the filter",
    "as_take": "the same where the other emotion is given by a take of another mover",
    "wanted": "share of frames in which a probe of true faces names the wanted emotion",
    "lips_composed": "articulation shapes of the composed expression against the same goal as swapped",
    "shut_composed": "share of the spoken closures that are closed after the filter and stay so with the wanted emotion",
    "quick": "lower and upper error in the half second after an emotion begins",
    "real_lips": "lips of recorded calm speech under acted emotions",
    "real_lower": "mouth, jaw, cheeks and nose of the same",
    "real_closures": "its closures kept",
    "real_talk": "share of the quick motion of the lips that is left of recorded takes, whatever their mood",
    "real_mood": "share of the slow expressive shapes that is left of them",
}
#: Movers whose outputs the probe learns from.
_LEARNERS: Final = 60
PROBE_STEPS: Final = 800
_BEGINS_S: Final = 0.5


def main(argv: list[str] | None = None) -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.emotion.report", description=__doc__)
    parser.add_argument("runs", nargs="*", type=Path, metavar="RUN", help="runs of omote-train emotion")
    parser.add_argument(
        "--takes", type=Path, required=True, metavar="DIR", help="folder with takes.npz and unseen.npz"
    )
    parser.add_argument(
        "--movers", type=int, default=400, metavar="N", help="movers in takes.npz (default 400)"
    )
    parser.add_argument("--arkit", type=Path, metavar="DIR", help="recorded performances (default: none)")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    try:
        takes, unseen = emotion_data(options.takes, options.movers)
        report = _Report(takes, unseen, read_performances(options.arkit) if options.arkit else [])
        rows = {
            "no filter": report.row(lambda seen: seen.copy(), None),
            "analytic": report.row(analytic, None),
        }
        for run in options.runs:
            kept = read_run(run)
            rows[run.name] = report.row(partial(filter_as_shipped, kept.nets.filter), kept)
    except OmoteError as error:
        print(f"training.emotion.report: {error}", file=sys.stderr)
        return 1
    print("| filter | " + " | ".join(COLUMNS) + " |\n|---|" + "--:|" * len(COLUMNS))
    for name, row in rows.items():
        print(f"| {name} | " + " | ".join(_shown(row.get(column)) for column in COLUMNS) + " |")
    return 0


def analytic(seen: Floats) -> Floats:
    """What the analytic filter makes of takes (M, T, 52)."""
    out = seen.copy()
    for take in out:
        emotion_filter = AnalyticEmotionFilter()
        for frame in take:
            emotion_filter(frame, 1.0, 1.0 / RATE_HZ)
    return out


class _Report:
    def __init__(self, takes: Takes, unseen: Takes, performances: list[Performance]) -> None:
        self._takes, self._unseen, self._performances = takes, unseen, performances
        count, frames = unseen.seen.shape[:2]
        # the wanted emotions: one of the eight for each take, at a strength of its own
        self._wanted = np.zeros((count, frames, len(EMOTIONS)), np.float32)
        for number in range(count):
            self._wanted[number, :, number % len(EMOTIONS)] = 0.5 + 0.5 * (number // len(EMOTIONS) % 2)
        self._goal = combine_expressions(unseen.spoken, _shown_for(self._wanted))
        self._recogniser = self._true_faces()
        self._calm = calm_speech(performances)
        self._other = np.roll(np.arange(count), 7)

    def row(self, apply: Apply, run: EmotionRun | None) -> dict[str, float]:
        """All figures of one filter."""
        takes, unseen = self._takes, self._unseen
        made = apply(unseen.seen)
        row = figures_of(unseen, made)
        learned = apply(takes.seen[:_LEARNERS])
        row["left"] = trained_probe(learned, takes.intensities[:_LEARNERS], steps=PROBE_STEPS).accuracy(
            made, unseen.intensities
        )
        row["delay_ms"] = delay_ms(made[..., INDEX["jawOpen"]], unseen.spoken[..., INDEX["jawOpen"]])
        mixed = unseen.seen.copy()
        mixed[..., list(UPPER)] = unseen.seen[self._other][..., list(UPPER)]
        row["leak"] = _rms((apply(mixed) - made)[..., list(LOWER)])
        begins = _beginnings(unseen.intensities)
        row["quick"] = _rms((made - unseen.spoken)[begins])
        full = self._composed(made, run)
        row["swapped"] = _rms((full - self._goal)[:, RATE_HZ:])
        row["wanted"] = self._recogniser.accuracy(full[:, RATE_HZ:], self._wanted[:, RATE_HZ:])
        row["lips_composed"] = _rms((full - self._goal)[:, RATE_HZ:][..., LIPS])
        row["shut_composed"] = closures_kept(unseen.spoken, full, made)
        if run is not None:
            code = emotion_codes(run.encoder, unseen.seen[self._other], slow_s=run.recipe.slow_s)
            goal = combine_expressions(unseen.spoken, unseen.felt[self._other])
            row["as_take"] = _rms(compose_takes(run.nets.composite, made, code) - goal)
        if self._performances:
            row |= self._real(apply)
        return row

    def _composed(self, made: Floats, run: EmotionRun | None) -> Floats:
        if run is not None:
            composite = AnchoredComposite(run.nets.composite, run.encoder)
            return compose_as_shipped(composite, made, _shown_for(self._wanted))
        return layered(made, self._wanted)

    def _true_faces(self) -> Probe:
        takes = self._takes
        random = np.random.default_rng(0)
        wanted = np.zeros((len(takes.seen[:_LEARNERS]), takes.seen.shape[1], len(EMOTIONS)), np.float32)
        for take in wanted:
            for begin in range(0, len(take), 90):
                take[begin : begin + 90, random.integers(len(EMOTIONS))] = random.uniform(0.4, 1.0)
        return trained_probe(
            combine_expressions(takes.spoken[:_LEARNERS], _named(wanted)), wanted, steps=PROBE_STEPS
        )

    def _real(self, apply: Apply) -> dict[str, float]:
        calm = np.stack([piece.expression for piece in self._calm])
        felt = self._unseen.felt[: 8 * len(calm)]
        strongest = self._unseen.intensities.max(-1)
        frames = calm.shape[1]
        # every piece under the emotions of a stretch that begins where one is felt
        moods = []
        for number in range(len(calm)):
            mover = number % len(felt)
            begin = int(np.argmax(strongest[mover, : -frames - 1] > FELT))
            moods.append(felt[mover, begin : begin + frames])
        made = apply(np.clip(combine_expressions(calm, np.stack(moods)), 0.0, 1.0))
        talk, mood = [], []
        for one in self._performances:
            out = apply(one.expression[None])[0]
            quick, left = one.expression - slow_part(one.expression, 0.08), out - slow_part(out, 0.08)
            talk.append((float(np.square(left[:, LIPS]).sum()), float(np.square(quick[:, LIPS]).sum())))
            before, after = slow_part(one.expression, 1.0), slow_part(out, 1.0)
            mood.append((float(np.square(after[:, _MOODS]).sum()), float(np.square(before[:, _MOODS]).sum())))
        return {
            "real_lips": _rms((made - calm)[..., LIPS]),
            "real_lower": _rms((made - calm)[..., list(LOWER)]),
            "real_closures": closures_kept(calm, made),
            "real_talk": _root_share(talk),
            "real_mood": _root_share(mood),
        }


_MOODS: Final = [
    place
    for name, place in INDEX.items()
    if name.startswith(
        ("mouthSmile", "mouthFrown", "cheekSquint", "noseSneer", "brow", "eyeWide", "eyeSquint")
    )
]


def layered(filtered: Floats, wanted: Floats) -> Floats:
    """Takes (M, T, 52) with wanted emotions (M, T, 8) as the runtime's layer adds them today."""

    class Nothing:
        def __call__(self, expression: Floats, weight: float, dt_s: float) -> None: ...

    nothing: EmotionFilter = Nothing()
    out = np.empty_like(filtered)
    for take, emotions, made in zip(filtered, wanted, out, strict=True):
        layer, motion, control = EmotionLayer(nothing), Motion.neutral(), Control()
        for number, frame in enumerate(take):
            motion.expression[:] = frame
            motion.values[LAYER_SLICE["emotion"]] = 0.0
            motion.emotion[: len(EMOTIONS)] = emotions[number]
            layer(motion, control, 1.0 / RATE_HZ)
            made[number] = motion.expression
    return out


def _named(intensities: Floats) -> Floats:
    """The studio's expression (..., 52) of emotions (..., 8)."""
    out = np.zeros((*intensities.shape[:-1], WEIGHT.shape[1]), np.float32)
    for row in range(len(EMOTIONS)):
        out += (
            WEIGHT[row]
            * intensities[..., row : row + 1] ** CURVE[row]
            * (intensities[..., row : row + 1] > 0)
        )
    return np.clip(out, 0.0, 1.0)


def _shown_for(wanted: Floats) -> Floats:
    """What the runtime adds (..., 52) for wanted emotions (..., 8)."""
    shown: Floats = np.minimum(np.float32(STRENGTH) * _named(wanted), np.float32(1.0))
    return shown


def _beginnings(intensities: Floats) -> NDArray[np.bool_]:
    """The frames (M, T) in the half second after an emotion passes FELT."""
    felt: NDArray[np.bool_] = intensities.max(-1) > FELT
    begun = np.zeros_like(felt)
    begun[:, 1:] = felt[:, 1:] & ~felt[:, :-1]
    out = begun.copy()
    for later in range(1, round(_BEGINS_S * RATE_HZ)):
        out[:, later:] |= begun[:, :-later]
    return out


def delay_ms(made: Floats, spoken: Floats) -> float:
    """Lag of one shape (M, T) at the highest correlation, found to a fraction of a frame by a parabola."""
    lags = range(-2, 7)
    found = [
        float(np.corrcoef(made[:, 7:-7].ravel(), np.roll(spoken, lag, 1)[:, 7:-7].ravel())[0, 1])
        for lag in lags
    ]
    best = min(max(int(np.argmax(found)), 1), len(found) - 2)
    before, peak, after = found[best - 1 : best + 2]
    bend = before - 2.0 * peak + after
    return float((lags[best] + (0.5 * (before - after) / bend if bend else 0.0)) * 1000.0 / RATE_HZ)


def _rms(away: Floats) -> float:
    return float(np.sqrt(np.square(away, dtype=np.float64).mean()))


def _root_share(pairs: list[tuple[float, float]]) -> float:
    left, before = (sum(column) for column in zip(*pairs, strict=True))
    return float(np.sqrt(left / before)) if before else 0.0


def _shown(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.3f}" if abs(value) < 0.3 else f"{value:.2f}"


if __name__ == "__main__":
    sys.exit(main())
