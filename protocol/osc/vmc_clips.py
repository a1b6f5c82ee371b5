"""The clips (blend values) of one VMC sender, converted to values of our layers.

A sender emits every clip of its model: VRM presets, the ARKit set ("perfect sync") and the model's own, mostly
zeros. Presets drive the face; but once the sender has moved a region of the face by ARKit names, only ARKit clips
drive that region. Other clips are ignored.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from protocol.blendshapes import REGION, find_blendshape
from protocol.messages import LayerName
from protocol.osc.vrm import Preset, find_preset

MAX_CLIPS: Final = 512  # different names per sender; models have 20 to 150


class LayerValues(NamedTuple):
    """Values for one layer and their weight."""

    layer: LayerName
    values: dict[str, float]
    weight: float


class VmcClips:
    """Last value of every clip; belongs to one thread."""

    def __init__(self) -> None:
        self._values: dict[str, float] = {}
        self._shapes: dict[str, str] = {}  # clip -> ARKit blendshape
        self._presets: dict[str, Preset] = {}
        self._arkit_regions: set[str] = set()  # driven by ARKit clips from now on, so that nothing flickers
        self._has_emotion = False
        self._has_gaze = False

    def put(self, name: str, value: float) -> bool:
        """Store a clip's value, 0..1; False when the sender uses more than MAX_CLIPS names."""
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
            self._arkit_regions.add(REGION[shape])
        return True

    def layers(self, *, with_gaze: bool) -> list[LayerValues]:
        """The layers' values now; `with_gaze` when neither a bone nor a target gives the gaze."""
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
                if REGION[shape] not in self._arkit_regions:
                    expression[shape] = min(1.0, expression.get(shape, 0.0) + share * self._values[name])
        for name, shape in self._shapes.items():
            expression[shape] = max(expression.get(shape, 0.0), self._values[name])
        return expression

    def _emotion(self) -> list[LayerValues]:
        """Emotions at full intensity, with the sum of the clips as weight: Joy 0.5 is full joy of weight 0.5.

        A sender whose emotions are all zero so has weight 0, and its tracked smile stays.
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
        if not self._has_gaze or "eyes" in self._arkit_regions:
            return []
        return [LayerValues("gaze", {"yaw": yaw, "pitch": pitch}, 1.0)]
