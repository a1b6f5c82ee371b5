"""SourceMessages: one source's observations -> its ControlMessages: rest, calibration, mirror, limits, in order.

face = SourceMessages(profile, source="livelink:Anna", layers=DRIVEN_LAYERS)
messages = face(observation, time_s=now_s, capture_time_ns=...)
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import compress
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.calibration.calibrator import Calibrator
from bridge.calibration.profile import CalibrationProfile
from bridge.calibration.rest import Rest, RestLearner, rest_of
from bridge.expressions.emotion_estimate import EmotionEstimator, estimated
from bridge.observation import UNKNOWN_EXPRESSION, Observation
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import CHANNELS
from protocol.messages import ControlMessage, LayerName

FloatArray = NDArray[np.float64]

#: The layers that an Observation can drive.
DRIVEN_LAYERS: Final[tuple[LayerName, ...]] = ("pose", "expression", "gaze", "emotion")
#: Time to live of a message: the runtime drops the face of a crashed tracker after this long.
TTL_S: Final = 0.4

# The eyeLook shapes are left to the gaze layer: two layers that turn the eyes would turn them twice.
_SHAPES: Final = tuple(name for name in BLENDSHAPES if not name.startswith("eyeLook"))
_PLACES: Final = np.array([INDEX[name] for name in _SHAPES])
_EMOTION_LIMITS: Final = {c.name: (c.low, c.high) for c in CHANNELS if c.layer == "emotion"}


class SourceMessages:
    """Learns one person's rest and numbers the messages. Belongs to one thread.

    Attributes:
        source: the driver's name in the runtime.
    """

    def __init__(
        self,
        profile: CalibrationProfile,
        *,
        source: str,
        layers: tuple[LayerName, ...] = DRIVEN_LAYERS,
        mirror: bool = False,
        rest: Rest | None = None,
        ttl_s: float = TTL_S,
        first_sequence: int = 1,
        estimator: EmotionEstimator | None = None,
    ) -> None:
        """A source that has sent nothing yet.

        Args:
            profile: the tracker's calibration.
            source: the driver's name in the runtime, in place of the observations' own.
            layers: which of DRIVEN_LAYERS to send.
            mirror: the avatar moves like a mirror image of the person.
            rest: the person's rest, if known; otherwise it is learned as the profile says.
            ttl_s: time to live of the messages; longer than the pause between two observations.
            first_sequence: a restarted driver must begin above its last number: `first_sequence()`.
            estimator: estimates the emotion from the face, in place of the observations' own.
        """
        self._profile = profile
        self.source = source
        self._layers = layers
        self._is_mirrored = mirror != profile.mirror
        self._learner = RestLearner(profile, rest)
        self._calibrator = Calibrator(profile, rest or rest_of(profile), mirror=self._is_mirrored)
        self._rest: Rest | None = rest
        self._ttl_s = ttl_s
        self._sequence = first_sequence
        self._estimator = estimator

    def __call__(
        self, observation: Observation, *, time_s: float, capture_time_ns: int = 0
    ) -> tuple[ControlMessage, ...]:
        """Make the messages of one observation, at most one per layer; a layer without values has none.

        Args:
            time_s: times the learning of rest and the emotion; any origin.
            capture_time_ns: when the face was captured, Unix nanoseconds; 0 = unknown.
        """
        rest = self._learner(observation, time_s)
        if rest is not self._rest:
            self._rest = rest
            self._calibrator = Calibrator(self._profile, rest, mirror=self._is_mirrored)
        if self._estimator is not None:
            calibrated = self._calibrator.expression(observation.expression)
            observation = estimated(observation, self._estimator(calibrated, time_s))
        messages = []
        for layer in self._layers:
            if layer == "pose":
                values = self._calibrator.pose(observation.pose)
            elif layer == "expression":
                values = self._expression(observation.expression)
            elif layer == "gaze":
                values = self._calibrator.gaze(observation.gaze, observation.expression)
            else:
                values = _emotion(observation.emotion)
            if values:
                messages.append(
                    ControlMessage(
                        layer=layer,
                        source=self.source,
                        values=values,
                        weight=min(max(observation.emotion_weight, 0.0), 1.0) if layer == "emotion" else 1.0,
                        ttl_s=self._ttl_s,
                        sequence=self._sequence,
                        capture_time_ns=capture_time_ns,
                    )
                )
        self._sequence += 1
        return tuple(messages)

    def _expression(self, raw: FloatArray) -> dict[str, float]:
        if raw is UNKNOWN_EXPRESSION:
            return {}
        values = self._calibrator.expression(raw)[_PLACES]
        is_known = values == values  # NaN is not itself
        if is_known.all():
            return dict(zip(_SHAPES, values.tolist(), strict=True))
        return dict(zip(compress(_SHAPES, is_known), values[is_known].tolist(), strict=True))


def _emotion(levels: Mapping[str, float]) -> dict[str, float]:
    values = {}
    for name, level in levels.items():
        if name in _EMOTION_LIMITS and isfinite(level):
            low, high = _EMOTION_LIMITS[name]
            values[name] = min(max(level, low), high)
    return values
