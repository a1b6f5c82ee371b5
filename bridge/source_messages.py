"""One source's observations -> its ControlMessages: rest, calibration, mirror, limits, in this order.

This is the one way from a tracker to the wire, for pictures and for the network:

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

from bridge.calibrated import calibrated_expression, calibrated_gaze, calibrated_pose, gaze_from_looks
from bridge.calibration import CalibrationProfile
from bridge.observation import GAZE_AXES, POSE_AXES, Observation
from bridge.rest import Rest, RestLearner
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from protocol.channels import CHANNEL_INDEX, CHANNELS
from protocol.messages import ControlMessage, LayerName

FloatArray = NDArray[np.float64]

#: What an Observation can drive.
DRIVEN_LAYERS: Final[tuple[LayerName, ...]] = ("pose", "expression", "gaze", "emotion")
#: A tracker that dies loses the face after this long.
TTL_S: Final = 0.4

# Where the eyes look is the gaze layer's business: two layers that turn the eyes would turn them twice.
_SHAPES: Final = tuple(name for name in BLENDSHAPES if not name.startswith("eyeLook"))
_PLACES: Final = np.array([INDEX[name] for name in _SHAPES])
_MIRRORED_PLACES: Final = np.array([INDEX[mirrored(name)] for name in _SHAPES])
#: What a mirror turns round.
_POSE_SIGNS: Final = np.array([-1.0, 1.0, -1.0, -1.0, 1.0, 1.0])
_GAZE_SIGNS: Final = np.array([-1.0, 1.0])


def _limits(layer: LayerName, names: tuple[str, ...]) -> tuple[FloatArray, FloatArray]:
    channels = [CHANNELS[CHANNEL_INDEX[layer][name]] for name in names]
    return np.array([c.low for c in channels]), np.array([c.high for c in channels])


_POSE_LOW, _POSE_HIGH = _limits("pose", POSE_AXES)
_GAZE_LOW, _GAZE_HIGH = _limits("gaze", GAZE_AXES)
_EMOTION_LIMITS: Final = {c.name: (c.low, c.high) for c in CHANNELS if c.layer == "emotion"}


class SourceMessages:
    """Remembers one person's rest and counts the messages. Belongs to one thread."""

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
    ) -> None:
        """Args:
        source: the driver's name in the runtime, whatever the observations call it.
        layers: which of DRIVEN_LAYERS to send.
        mirror: the avatar moves like a mirror picture of the driver.
        rest: known beforehand; otherwise it is learned as the profile says.
        ttl_s: how long a message holds; longer than the pause between two observations.
        first_sequence: a driver that starts again under its old name must begin above its last number.
        """
        self._profile = profile
        self._source = source
        self._layers = layers
        self._is_mirrored = mirror != profile.mirror
        self._places = _MIRRORED_PLACES if self._is_mirrored else _PLACES
        self._learner = RestLearner(profile, rest)
        self._ttl_s = ttl_s
        self._sequence = first_sequence

    def __call__(
        self, observation: Observation, *, time_s: float, capture_time_ns: int = 0
    ) -> tuple[ControlMessage, ...]:
        """At most one message a layer: layers of which nothing is known send none.

        Args:
            time_s: only tells how long rest is learned; it may start anywhere.
        """
        expression = observation.expression
        pose = _axes(observation.pose, POSE_AXES)
        gaze = _axes(observation.gaze, GAZE_AXES)
        rest = self._learner(expression, pose, gaze, time_s)
        messages = []
        for layer in self._layers:
            if layer == "pose":
                values = self._pose(pose, rest)
            elif layer == "expression":
                values = self._expression(expression, rest)
            elif layer == "gaze":
                values = self._gaze(expression, gaze, rest)
            else:
                values = _emotion(observation.emotion)
            if values:
                messages.append(
                    ControlMessage(
                        layer=layer,
                        source=self._source,
                        values=values,
                        weight=min(max(observation.emotion_weight, 0.0), 1.0) if layer == "emotion" else 1.0,
                        ttl_s=self._ttl_s,
                        sequence=self._sequence,
                        capture_time_ns=capture_time_ns,
                    )
                )
        self._sequence += 1
        return tuple(messages)

    def _pose(self, raw: FloatArray, rest: Rest) -> dict[str, float]:
        value = calibrated_pose(raw, rest.pose, self._profile)
        if self._is_mirrored:
            value *= _POSE_SIGNS
        return _known(POSE_AXES, np.minimum(np.maximum(value, _POSE_LOW), _POSE_HIGH))

    def _expression(self, raw: FloatArray, rest: Rest) -> dict[str, float]:
        value = calibrated_expression(raw, rest.expression, self._profile)
        return _known(_SHAPES, value[self._places])

    def _gaze(self, expression: FloatArray, raw: FloatArray, rest: Rest) -> dict[str, float]:
        if np.isnan(raw).all():
            value = gaze_from_looks(expression, rest.expression, self._profile)
        else:
            value = calibrated_gaze(raw, rest.gaze, self._profile)
        if self._is_mirrored:
            value *= _GAZE_SIGNS
        return _known(GAZE_AXES, np.minimum(np.maximum(value, _GAZE_LOW), _GAZE_HIGH))


def _axes(values: Mapping[str, float], names: tuple[str, ...]) -> FloatArray:
    return np.array([values.get(name, np.nan) for name in names])


def _emotion(levels: Mapping[str, float]) -> dict[str, float]:
    values = {}
    for name, level in levels.items():
        if name in _EMOTION_LIMITS and isfinite(level):
            low, high = _EMOTION_LIMITS[name]
            values[name] = min(max(level, low), high)
    return values


def _known(names: tuple[str, ...], values: FloatArray) -> dict[str, float]:
    """The values that are not NaN, by name."""
    is_unknown = np.isnan(values)
    if not is_unknown.any():
        return dict(zip(names, values.tolist(), strict=True))
    is_known = ~is_unknown
    return dict(zip(compress(names, is_known), values[is_known].tolist(), strict=True))
