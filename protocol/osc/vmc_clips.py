"""The clips (blend values) of one VMC sender, converted to values of our layers.

A sender emits every clip of its model: VRM presets, the ARKit set ("perfect sync") and the model's own, mostly
zeros. Only what is live counts: a clip that was not sent for `HOLD_S` is forgotten, and of two spellings of one clip
(`Joy`, `happy`) the newer one counts. Presets drive the face, but fade out in a region of the face as soon as
an ARKit clip moves that region, so that the two never add up. Other clips are ignored.

clips.put("jawOpen", 0.5, now_s)
clips.layers(now_s, with_gaze=True)         # once a committed frame
"""

from __future__ import annotations

from typing import Final, NamedTuple

from protocol.blendshapes import REGION, find_blendshape
from protocol.messages import LayerName
from protocol.osc.vrm import Preset, find_preset

MAX_CLIPS: Final = 512  # different names per sender; models have 20 to 150
#: A clip, like every value on the wire, holds for one second after it was sent.
HOLD_S: Final = 1.0
#: The value of a region's largest ARKit clip from which on presets have no effect there; below it they fade in, so
#: that noise about zero does not switch between the two.
FULL_ARKIT: Final = 0.05


class LayerValues(NamedTuple):
    """Values for one layer and their weight."""

    layer: LayerName
    values: dict[str, float]
    weight: float


class _Clip:
    """One clip under all its spellings.

    Attributes:
        shape: the ARKit blendshape, preset: the VRM preset; both None for a model's own clips.
        region: of the face, for an ARKit blendshape.
        value: 0..1. heard_s: when it was sent. spelling, frame: under which name, and in which frame.
    """

    __slots__ = ("frame", "heard_s", "preset", "region", "shape", "spelling", "value")

    def __init__(self, shape: str | None, preset: Preset | None) -> None:
        self.shape = shape
        self.preset = preset
        self.region = REGION[shape] if shape is not None else ""
        self.value = 0.0
        self.heard_s = 0.0
        self.spelling = ""
        self.frame = -1


class VmcClips:
    """Last value of every live clip; belongs to one thread. Time is an argument, seconds of any clock."""

    def __init__(self) -> None:
        self._by_name: dict[str, _Clip] = {}
        self._clips: dict[str | int, _Clip] = {}  # those that drive something, by blendshape or preset
        self._frame = 0
        self._swept_s = 0.0
        self._shown: set[str] = set()  # blendshapes of the last frame
        self._has_emotion = False
        self._has_gaze = False

    def put(self, name: str, value: float, now_s: float) -> bool:
        """Store a clip's value, 0..1; False when the sender uses more than MAX_CLIPS names."""
        clip = self._by_name.get(name)
        if clip is None:
            if len(self._by_name) >= MAX_CLIPS and not self._sweep(now_s):
                return False
            clip = self._by_name[name] = self._clip_of(name)
        # Two spellings in one frame are one clip twice: the larger value counts, in whatever order they came.
        if clip.frame == self._frame and clip.spelling != name:
            value = max(value, clip.value)
        clip.value, clip.heard_s, clip.spelling, clip.frame = value, now_s, name, self._frame
        return True

    def forget(self) -> None:
        """Forget every clip, as when the sender shows another model; what they drove is set to 0 once."""
        self._by_name.clear()
        self._clips.clear()

    def layers(self, now_s: float, *, with_gaze: bool) -> list[LayerValues]:
        """The layers' values now, once a frame; `with_gaze` when neither a bone nor a target gives the gaze."""
        self._frame += 1
        # The absolute difference, so that a clock that was set back ends the hold as well.
        live = [clip for clip in self._clips.values() if abs(now_s - clip.heard_s) <= HOLD_S]
        presets = [clip for clip in live if clip.preset is not None]
        found = []
        expression = self._expression(live, presets)
        if expression:
            found.append(LayerValues("expression", expression, 1.0))
        found += self._emotion(presets)
        if with_gaze:
            found += self._gaze(live, presets)
        return found

    def _clip_of(self, name: str) -> _Clip:
        shape = find_blendshape(name)
        preset = find_preset(name) if shape is None else None
        if shape is None and preset is None:
            return _Clip(None, None)
        return self._clips.setdefault(shape or id(preset), _Clip(shape, preset))

    def _sweep(self, now_s: float) -> bool:
        """Make room by dropping the names that are not sent any more, at most once in HOLD_S; whether there is room."""
        if abs(now_s - self._swept_s) > HOLD_S:
            self._swept_s = now_s
            self._by_name = {
                name: clip for name, clip in self._by_name.items() if abs(now_s - clip.heard_s) <= HOLD_S
            }
        return len(self._by_name) < MAX_CLIPS

    def _expression(self, live: list[_Clip], presets: list[_Clip]) -> dict[str, float]:
        expression = self._of_presets(live, presets) if presets else {}
        for clip in live:
            shape = clip.shape
            if shape is not None:
                before = expression.get(shape)
                expression[shape] = clip.value if before is None or clip.value > before else before
        ended = self._shown.difference(expression)
        self._shown = set(expression)
        for shape in ended:
            expression[shape] = 0.0
        return expression

    def _of_presets(self, live: list[_Clip], presets: list[_Clip]) -> dict[str, float]:
        arkit: dict[str, float] = {}  # region -> its largest ARKit clip
        for clip in live:
            if clip.region and clip.value > arkit.get(clip.region, 0.0):
                arkit[clip.region] = clip.value
        expression: dict[str, float] = {}
        for clip in presets:
            assert clip.preset is not None
            for shape, share in clip.preset.shapes.items():
                room = max(1.0 - arkit.get(REGION[shape], 0.0) / FULL_ARKIT, 0.0)
                expression[shape] = min(1.0, expression.get(shape, 0.0) + share * clip.value * room)
        return expression

    def _emotion(self, presets: list[_Clip]) -> list[LayerValues]:
        """Emotions at full intensity, with the sum of the clips as weight: Joy 0.5 is full joy of weight 0.5.

        A sender whose emotions are all zero so has weight 0, and its tracked smile stays.
        """
        emotions = {
            clip.preset.emotion: clip.value
            for clip in presets
            if clip.preset is not None and clip.preset.emotion is not None
        }
        total = sum(emotions.values())
        had_emotion, self._has_emotion = self._has_emotion, total > 0.0
        if not self._has_emotion:
            return [LayerValues("emotion", emotions or {"happy": 0.0}, 0.0)] if had_emotion else []
        if total < 1.0:
            return [LayerValues("emotion", {name: v / total for name, v in emotions.items()}, total)]
        return [LayerValues("emotion", emotions, 1.0)]

    def _gaze(self, live: list[_Clip], presets: list[_Clip]) -> list[LayerValues]:
        gazes = [
            (clip.preset.gaze, clip.value)
            for clip in presets
            if clip.preset is not None and clip.preset.gaze is not None
        ]
        yaw = sum((gaze[0] * value for gaze, value in gazes), 0.0)
        pitch = sum((gaze[1] * value for gaze, value in gazes), 0.0)
        # Clips that were zero from the beginning do not take the gaze from another driver.
        self._has_gaze = bool(gazes) and (self._has_gaze or yaw != 0.0 or pitch != 0.0)
        if not self._has_gaze:
            return []
        looks = (clip.value for clip in live if clip.shape is not None and clip.shape.startswith("eyeLook"))
        room = 1.0 - max(looks, default=0.0) / FULL_ARKIT
        if room <= 0.0:
            return []
        return [LayerValues("gaze", {"yaw": yaw * room, "pitch": pitch * room}, 1.0)]
