"""The accuracy of the probes on true pictures: the error that their figures contain for every method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from measure.probes.probes import Probes, rotation_angle_deg
from measure.probes.samples import ProbeSamples
from protocol.channels import EMOTIONS


@dataclass(frozen=True, slots=True)
class ProbeAccuracy:
    """Means over labelled pictures.

    Attributes:
        pose_deg, gaze_deg: errors in degrees.
        expression: mean absolute error of the 52 coefficients.
        guess: the same for a constant guess, the mean expression.
        emotion: share of correct names among pictures with an emotion. intensity: its mean absolute error, 0..1.
        same, other: mean cosine similarity of identities between pictures of one person, and of two people.
        retrieved: share of pictures whose nearest other picture shows the same person.
    """

    pose_deg: float
    gaze_deg: float
    expression: float
    guess: float
    emotion: float
    intensity: float
    same: float
    other: float
    retrieved: float

    def __str__(self) -> str:
        return (
            f"pose {self.pose_deg:.1f} deg, gaze {self.gaze_deg:.1f} deg, expression {self.expression:.4f} "
            f"(always the mean: {self.guess:.4f}), emotion {self.emotion:.0%} right of {len(EMOTIONS)}, intensity "
            f"{self.intensity:.2f} off, identity cosine {self.same:.2f} same, {self.other:.2f} other, "
            f"{self.retrieved:.0%} found again"
        )


def probe_accuracy(probes: Probes, samples: ProbeSamples) -> ProbeAccuracy:
    """Evaluate probes on labelled crops."""
    seen = probes.read_crops(samples.crops)
    shows = samples.emotion < len(EMOTIONS)
    near = seen.identity @ seen.identity.T
    is_same = samples.person[:, None] == samples.person
    itself = np.eye(len(near), dtype=bool)
    nearest = np.where(itself, -2.0, near).argmax(1)
    return ProbeAccuracy(
        pose_deg=float(
            np.mean([rotation_angle_deg(a, b) for a, b in zip(seen.pose, samples.pose, strict=True)])
        ),
        gaze_deg=float(np.degrees(np.linalg.norm(seen.gaze - samples.gaze, axis=1)).mean()),
        expression=float(np.abs(seen.expression - samples.expression).mean()),
        guess=float(np.abs(samples.expression - samples.expression.mean(0)).mean()),
        emotion=float((seen.emotion[shows, : len(EMOTIONS)].argmax(1) == samples.emotion[shows]).mean()),
        intensity=float(np.abs(seen.intensity - samples.intensity)[shows].mean()),
        same=float(near[is_same & ~itself].mean()),
        other=float(near[~is_same].mean()),
        retrieved=float((samples.person[nearest] == samples.person).mean()),
    )
