"""The bridge's output for tracked samples: runs the bridge's own pipeline from landmarker results to channels.

sent = bridge_output(samples, None)                # as MediaPipe reports it
sent = bridge_output(samples, shipped_weights())   # corrected
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.calibration.profile import load_profile
from bridge.expressions.face_correction import CorrectionWeights, FaceCorrection
from bridge.expressions.neutral_face import ENOUGH
from bridge.trackers.face import FaceMessages
from measure.tracker.samples import TrackedSamples
from measure.tracker.webcam_sessions import REST
from protocol.blendshapes import INDEX

#: Seconds between two pictures. The rest pictures are repeated until the bridge has learned its neutral.
_STEP_S: Final = 1 / 30


@dataclass(frozen=True, slots=True, eq=False)
class BridgeOutput:
    """The values that the bridge sends for N pictures: expression (N, 52) 0..1, gaze (N, 2) yaw, pitch in radians."""

    expression: NDArray[np.float32]
    gaze: NDArray[np.float32]


def bridge_output(samples: TrackedSamples, weights: CorrectionWeights | None) -> BridgeOutput:
    """Run the bridge on each person: first a second of rest, then their pictures.

    Args:
        samples: tracked pictures.
        weights: of the correction; None = as MediaPipe reports it.
    """
    expression = np.zeros_like(samples.expression)
    gaze = np.zeros_like(samples.gaze)
    for person in np.unique(samples.person):
        own = np.flatnonzero(samples.person == person)
        correction = None if weights is None else FaceCorrection(weights=weights)
        face = FaceMessages(load_profile(), source="studio", correction=correction)
        resting = own[samples.kind[own] == REST]
        opening = np.resize(resting, max(2 * ENOUGH, 40))
        for number, place in enumerate([*opening, *own]):
            messages = face(samples.observation(place), time_s=number * _STEP_S)
            if number < len(opening):
                continue
            for message in messages:
                if message.layer == "expression":
                    for name, value in message.values.items():
                        expression[place, INDEX[name]] = value
                elif message.layer == "gaze":
                    gaze[place] = message.values["yaw"], message.values["pitch"]
    return BridgeOutput(expression, gaze)
