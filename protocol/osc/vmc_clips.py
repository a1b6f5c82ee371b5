"""The clips (blend values) of one VMC sender, and what they mean for our layers.

A sender emits every clip of its model: presets, the ARKit set and the model's own, mostly zeros. So the
presets are the ground, and a region of the face that the sender ever moves by ARKit names belongs to
those ("perfect sync" wins). Clips that are neither are ignored.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from protocol.blendshapes import REGION, find_blendshape
from protocol.messages import LayerName
from protocol.osc.vrm import Preset, find_preset

MAX_CLIPS: Final = 512  # names one sender may bring; models have 20 to 150


class LayerValues(NamedTuple):
    """Values for one layer and the weight they come with."""

    layer: LayerName
    values: dict[str, float]
    weight: float


class VmcClips:
    """Last value of every clip; belongs to one thread."""

    def __init__(self) -> None:
        self._values: dict[str, float] = {}
        self._shapes: dict[str, str] = {}  # clip -> ARKit blendshape
        self._presets: dict[str, Preset] = {}
        self._fine_regions: set[str] = set()  # moved by ARKit names; never given back, so nothing flickers
        self._has_emotion = False
        self._has_gaze = False

    def put(self, name: str, value: float) -> bool:
        """Keep a clip's value, 0..1; False when the sender has brought too many names."""
        if name not in self._values:
            if len(self._values) >= MAX_CLIPS:
                return False
            shape = find_blendshape(name)
            preset = find_preset(name)
            if shape is not None:
                self._shapes[name] = shape
            elif preset is not None:
                self._presets[name] = preset
        self._values[name] = value
        shape = self._shapes.get(name)
        if shape is not None and value > 0.0:
            self._fine_regions.add(REGION[shape])
        return True

    def layers(self, *, with_gaze: bool) -> list[LayerValues]:
        """What the clips say now; `with_gaze` when no bone or target says where the eyes look."""
        found = []
        expression = self._expression()
        if expression:
            found.append(LayerValues("expression", expression, 1.0))
        found += self._emotion()
        if with_gaze:
            found += self._gaze()
        return found

    def _expression(self) -> dict[str, float]:
        expression: dict[str, float] = {}
        for name, preset in self._presets.items():
            for shape, share in preset.shapes.items():
                if REGION[shape] not in self._fine_regions:
                    expression[shape] = min(1.0, expression.get(shape, 0.0) + share * self._values[name])
        for name, shape in self._shapes.items():
            expression[shape] = max(expression.get(shape, 0.0), self._values[name])
        return expression

    def _emotion(self) -> list[LayerValues]:
        """The weight is how far the emotions claim the face: Joy 0.5 claims half of it, with full joy.

        So a sender whose emotions are all zero claims nothing, and its tracked smile stays.
        """
        emotions: dict[str, float] = {}
        for name, preset in self._presets.items():
            if preset.emotion is not None:
                emotions[preset.emotion] = max(emotions.get(preset.emotion, 0.0), self._values[name])
        total = sum(emotions.values())
        had_emotion, self._has_emotion = self._has_emotion, total > 0.0
        if not self._has_emotion and not had_emotion:
            return []
        if 0.0 < total < 1.0:
            return [LayerValues("emotion", {name: v / total for name, v in emotions.items()}, total)]
        return [LayerValues("emotion", emotions, 1.0 if total else 0.0)]

    def _gaze(self) -> list[LayerValues]:
        yaw = pitch = 0.0
        for name, preset in self._presets.items():
            if preset.gaze is not None:
                yaw += preset.gaze[0] * self._values[name]
                pitch += preset.gaze[1] * self._values[name]
        self._has_gaze = self._has_gaze or yaw != 0.0 or pitch != 0.0
        if not self._has_gaze or "eyes" in self._fine_regions:
            return []
        return [LayerValues("gaze", {"yaw": yaw, "pitch": pitch}, 1.0)]
