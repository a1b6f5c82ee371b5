"""Evaluation: each method draws the same steps as the studio, and every frame is scored against the studio's picture.

evaluation = evaluate(studio, methods, plan, identities, protocols=("self",), size=256, probes=None)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from measure.face_masks import Masks, masks_of
from measure.factors_to_motion import motion_of
from measure.image_metrics import mean_of, psnr_db, sharpness, ssim_map, temporal_error
from measure.methods.method import Method
from measure.probes.probes import ProbeReadings, Probes
from measure.protocols import Case, Plan, Step, cases_of, portrait_of
from measure.score import NAN, FrameScore, Score
from protocol.errors import OmoteError
from studio.renderer import Studio, StudioPicture

Picture = NDArray[np.uint8]

TRUTH: Final = "truth"
#: Side of the portrait, whatever the size of the frames.
PORTRAIT_PX: Final = 512
_SHOWN_PEOPLE: Final = 3
_SHOWN_STEPS: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class GridRow:
    """One row of a protocol's picture grid: portrait, ground truth and each method's frame, (H, W, 3) uint8 sRGB."""

    protocol: str
    word: str
    portrait: Picture
    truth: Picture
    drawn: tuple[Picture, ...]


@dataclass(slots=True)
class Evaluation:
    """The results of an evaluation, input of the report.

    Attributes:
        methods: their names.
        rows: the score of every frame.
        shown: rows of the picture grids.
        seen: (method, person, number of the swap) -> word and probe readings of each step, for `leakage`.
        failed: (method, person, reason) of portraits that a method refused.
    """

    methods: tuple[str, ...]
    rows: list[FrameScore] = field(default_factory=list)
    shown: list[GridRow] = field(default_factory=list)
    seen: dict[tuple[str, int, int], list[tuple[str, ProbeReadings]]] = field(default_factory=dict)
    failed: list[tuple[str, int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class _TrueFrame:
    step: Step
    picture: StudioPicture
    rgb: Picture
    masks: Masks


def evaluate(
    studio: Studio,
    methods: Sequence[Method],
    plan: Plan,
    identities: Sequence[int],
    *,
    protocols: Sequence[str],
    size: int,
    probes: Probes | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Evaluation:
    """Run protocols on people.

    Args:
        studio: draws portraits and ground truth.
        identities: the people; in `cross` and `factors` they also drive each other.
        protocols: names in PROTOCOLS.
        size: side of every frame, pixels.
        probes: None leaves their figures out.
        progress: called with the number of people done.

    Raises:
        MeasureError, RuntimeFailure: the studio cannot draw. A method that refuses a portrait is recorded in `failed`
            instead.
    """
    evaluation = Evaluation(tuple(method.name for method in methods))
    drawn_portraits = {n: studio.render(portrait_of(n, plan), PORTRAIT_PX) for n in identities}
    portraits = {n: picture.composed() for n, picture in drawn_portraits.items()}
    gallery = None if probes is None else probes.read([portraits[n] for n in identities])
    for done, identity in enumerate(identities):
        able = [method for method in methods if _prepared(method, portraits[identity], identity, evaluation)]
        for protocol in protocols:
            for number, case in enumerate(cases_of(protocol, identity, identities, plan)):
                truths = _truths(studio, case, size)
                drawn = {TRUTH: [truth.rgb for truth in truths]}
                for method in able:
                    pivot = _pivot(method, drawn_portraits[identity])
                    drawn[method.name] = _frames(method, case, truths, pivot)
                for name, frames in drawn.items():
                    seen = None if probes is None else probes.read(frames)
                    judge = _Scorer(seen, gallery, list(identities).index(identity))
                    for k, truth in enumerate(truths):
                        score = judge.score(name, k, truths, frames)
                        evaluation.rows.append(FrameScore(name, protocol, identity, truth.step.word, score))
                    if seen is not None and protocol == "factors":
                        key = (name, identity, number)
                        evaluation.seen[key] = [(t.step.word, seen.at(k)) for k, t in enumerate(truths)]
                if done < _SHOWN_PEOPLE and number == 0 and len(able) == len(methods):
                    _show(evaluation, case, portraits[identity], truths, drawn, one=done > 0)
        progress(done + 1)
    return evaluation


def _prepared(method: Method, portrait: Picture, identity: int, evaluation: Evaluation) -> bool:
    try:
        method.prepare(portrait)
    except OmoteError as error:
        evaluation.failed.append((method.name, identity, str(error)))
        return False
    return True


def _truths(studio: Studio, case: Case, size: int) -> list[_TrueFrame]:
    found = []
    for step in case.steps:
        if step.is_judged:
            picture = studio.render(step.factors, size)
            found.append(_TrueFrame(step, picture, picture.composed(), masks_of(picture)))
    return found


def _pivot(method: Method, portrait: StudioPicture) -> NDArray[np.float64] | None:
    """The point (3,) about which the method turns this portrait's head, in the portrait's camera space."""
    if method.placement is None:
        return None
    landmarks = portrait.mediapipe_landmarks
    return method.placement.pivot_in(landmarks, len(portrait.image), focal=portrait.camera.focal)


def _frames(
    method: Method, case: Case, truths: list[_TrueFrame], pivot: NDArray[np.float64] | None
) -> list[Picture]:
    """The judged frames as RGB (H, W, 3) uint8; transparent pixels show the true picture's background."""
    motions = [motion_of(step.factors, case.portrait, pivot) for step in case.steps]
    drawn = method.frames(motions, fps=case.fps)
    judged = [frame for frame, step in zip(drawn, case.steps, strict=True) if step.is_judged]
    return [_over(frame, truth.picture.background) for frame, truth in zip(judged, truths, strict=True)]


def _over(frame: Picture, background: Picture) -> Picture:
    if (frame[..., 3] == 255).all():
        return np.ascontiguousarray(frame[..., :3])
    alpha = frame[..., 3:].astype(np.float32) / 255.0
    return np.asarray(frame[..., :3] * alpha + background * (1.0 - alpha) + 0.5, np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class _Scorer:
    """Scores one method's frames of one case."""

    seen: ProbeReadings | None
    gallery: ProbeReadings | None
    place: int  # of this person in the gallery

    def score(self, method: str, k: int, truths: list[_TrueFrame], frames: list[Picture]) -> Score:
        truth, frame = truths[k], frames[k]
        probed = Score() if self.seen is None or self.gallery is None else self._probed(k, truth)
        if method == TRUTH:
            return probed
        masks, similar = truth.masks, ssim_map(frame, truth.rgb)
        moved = NAN
        if truth.step.follows:
            pairs = (frames[k - 1], frame), (truths[k - 1].rgb, truth.rgb)
            moved = temporal_error(*pairs, masks.face)
        return Score(
            psnr_all=psnr_db(frame, truth.rgb),
            psnr_person=psnr_db(frame, truth.rgb, masks.person),
            psnr_face=psnr_db(frame, truth.rgb, masks.face),
            psnr_eyes=psnr_db(frame, truth.rgb, masks.eyes),
            psnr_mouth=psnr_db(frame, truth.rgb, masks.mouth),
            ssim_all=mean_of(similar),
            ssim_face=mean_of(similar, masks.face),
            sharp=sharpness(frame, truth.rgb, masks.face),
            temporal=moved,
            pose_deg=probed.pose_deg,
            expression=probed.expression,
            gaze_deg=probed.gaze_deg,
            emotion=probed.emotion,
            intensity=probed.intensity,
            identity=probed.identity,
            retrieved=probed.retrieved,
        )

    def _probed(self, k: int, truth: _TrueFrame) -> Score:
        assert self.seen is not None
        assert self.gallery is not None
        return self.seen.at(k).score(truth.step.factors, self.gallery, self.place)


def _show(
    evaluation: Evaluation,
    case: Case,
    portrait: Picture,
    truths: list[_TrueFrame],
    drawn: dict[str, list[Picture]],
    *,
    one: bool,
) -> None:
    """Keep some steps of the first person, and one step of the next two, for the picture grid."""
    count = 1 if one else min(_SHOWN_STEPS, len(truths))
    for k in np.linspace(0 if count > 1 else len(truths) // 2, len(truths) - 1, count).round().astype(int):
        evaluation.shown.append(
            GridRow(
                case.protocol,
                truths[k].step.word,
                portrait,
                truths[k].rgb,
                tuple(drawn[name][k] for name in evaluation.methods),
            )
        )
