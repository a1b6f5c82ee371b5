"""Avatars driven by trackers: the head engine's frames from tracked coefficients, against those from the true ones.

rows = driven_rows(studio, method, samples, {"network": sent}, people=[2, 5], size=256)
rows = means_of(rows)

The head stays as in the portrait, so that only what the face does is compared; coefficients and gaze are driven.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from face.motion import Motion
from measure.errors import MeasureError
from measure.evaluation import PORTRAIT_PX
from measure.face_masks import Masks, masks_of
from measure.image_metrics import psnr_db
from measure.methods.method import Method
from measure.protocols import Plan, portrait_of
from measure.tracker.bridge_output import BridgeOutput
from measure.tracker.error_metrics import evaluated_mask
from measure.tracker.samples import TrackedSamples
from protocol.errors import OmoteError
from studio.renderer import Studio

#: What drives the reference.
TRUTH: Final = "truth"
_FPS: Final = 25.0

Picture = NDArray[np.uint8]


class DrivenRow(msgspec.Struct, frozen=True):
    """One frame, or the mean over frames: PSNR in decibels of the boxes around mouth and eyes.

    Attributes:
        driver: what drove the avatar; TRUTH only against the studio.
        mouth, eyes: against the same engine's frame from the true coefficients; NaN for TRUTH.
        studio_mouth, studio_eyes: against the studio's picture of the person, of whom the avatar was made.
    """

    driver: str
    mouth: float
    eyes: float
    studio_mouth: float
    studio_eyes: float


def driven_rows(
    studio: Studio,
    method: Method,
    samples: TrackedSamples,
    sent: Mapping[str, BridgeOutput],
    *,
    people: Sequence[int],
    size: int,
    most: int = 26,
    style: str = "real",
    show: Callable[[int, dict[str, Picture]], None] = lambda place, frames: None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[DrivenRow]:
    """Rows for each driver and each judged picture of these people.

    Args:
        method: draws an avatar of the person's portrait.
        sent: what each tracker sends for the samples.
        size: side of the method's frames. most: pictures of one person, evenly taken.
        show: called with the sample's place and the frames of it by driver, with "studio" for the true picture.
        progress: called with the number of people done.

    Raises:
        MeasureError: none of the portraits could be used.
    """
    rows: list[DrivenRow] = []
    for done, person in enumerate(people, 1):
        own = np.flatnonzero(evaluated_mask(samples) & (samples.person == person))
        own = own[np.unique(np.linspace(0, len(own) - 1, min(most, len(own))).round().astype(int))]
        portrait = portrait_of(person, Plan(style=style))
        try:
            method.prepare(studio.render(portrait, PORTRAIT_PX).composed())
        except OmoteError:
            own = own[:0]  # a portrait that no avatar can be made of
        true = BridgeOutput(samples.expression, samples.gaze)
        frames = {name: _frames(method, one, own) for name, one in {TRUTH: true, **sent}.items()}
        for number, place in enumerate(own.tolist()):
            yaw, pitch = samples.gaze[place].tolist()
            drawn = studio.render(
                replace(portrait, articulation=samples.expression[place], gaze=(yaw, pitch)), size
            )
            masks, truth = masks_of(drawn), drawn.composed()
            shown = {name: _over(made[number], drawn.background) for name, made in frames.items()}
            rows += [_row(name, one, shown[TRUTH], truth, masks) for name, one in shown.items()]
            show(place, {"studio": truth, **shown})
        progress(done)
    if not rows:
        raise MeasureError(f"no avatar could be made of {len(people)} people; choose more with --count")
    return rows


def means_of(rows: Sequence[DrivenRow]) -> list[DrivenRow]:
    """The mean of each driver's frames, in the order in which they first appear."""
    names = dict.fromkeys(row.driver for row in rows)
    return [
        DrivenRow(
            name,
            *(
                float(np.mean([getattr(row, figure) for row in rows if row.driver == name]))
                for figure in DrivenRow.__struct_fields__[1:]
            ),
        )
        for name in names
    ]


def _frames(method: Method, sent: BridgeOutput, places: NDArray[np.int64]) -> list[Picture]:
    motions = []
    for place in places:
        motion = Motion.neutral()
        motion.expression[:] = sent.expression[place]
        motion.gaze[:] = sent.gaze[place]
        motions.append(motion)
    return list(method.frames(motions, fps=_FPS)) if motions else []


def _row(driver: str, frame: Picture, wanted: Picture, truth: Picture, masks: Masks) -> DrivenRow:
    same = [float("nan")] * 2
    if driver != TRUTH:
        same = [psnr_db(frame, wanted, mask) for mask in (masks.mouth, masks.eyes)]
    return DrivenRow(driver, *same, *(psnr_db(frame, truth, mask) for mask in (masks.mouth, masks.eyes)))


def _over(frame: Picture, background: Picture) -> Picture:
    alpha = frame[..., 3:].astype(np.float32) / 255.0
    return np.asarray(frame[..., :3] * alpha + background * (1.0 - alpha) + 0.5, np.uint8)
