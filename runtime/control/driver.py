"""Driver: one source's hold on one layer, as the control sees it."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from face.motion import NEUTRAL
from protocol.channels import CHANNEL_INDEX, CHANNELS
from protocol.messages import ControlMessage, LayerName
from runtime.control.fade import FADE_S
from runtime.control.one_euro import OneEuroFilter

#: One more channel than the wire has: how far the emotion layer claims the face. Every driver that sets
#: the emotion layer names it with 1, so that its weight and its fades follow the same rules.
CLAIM: Final = len(CHANNELS)
WIDTH: Final = CLAIM + 1

_INDEX: Final = {layer: np.array(list(places.values())) for layer, places in CHANNEL_INDEX.items()}
_FACTORS: Final = np.array([*(c.neutral == 1.0 for c in CHANNELS), False])


class Driver:
    """A slot for one driver; made once and reused, so that no message allocates arrays.

    Attributes:
        serial: rises with every driver that begins; among equal priorities the highest wins.
        values: (WIDTH,) float32, smoothed and recentred, what it asks for now.
        gain: (WIDTH,) float32, its weight where it has a say, else 0.
        is_live: (WIDTH,) bool, the channels it has a say in.
        weight: the share in force; moves to `wanted_weight` within `FADE_S`.
    """

    def __init__(self) -> None:
        self.source = ""
        self.layer: LayerName = "pose"
        self.mode: Literal["set", "add"] = "set"
        self.priority = 0
        self.serial = 0
        self.weight = 0.0
        self.wanted_weight = 0.0
        self.began_s = 0.0
        self.heard_s = 0.0
        self.values = np.zeros(WIDTH, np.float32)
        self.gain = np.zeros(WIDTH, np.float32)
        self.is_live = np.zeros(WIDTH, np.bool_)
        self._asked = np.zeros(WIDTH, np.float32)
        self._center = np.zeros(WIDTH, np.float32)
        self._expires_s = np.full(WIDTH, -np.inf)
        self._still_live = np.zeros(WIDTH, np.bool_)
        self._first_expiry_s = np.inf
        self._names: list[str] = []
        self._places: NDArray[np.intp] = np.empty(0, np.intp)
        self._smooth: OneEuroFilter | None = None

    def begin(
        self,
        message: ControlMessage,
        *,
        now_s: float,
        serial: int,
        smooth: OneEuroFilter | None,
        center: NDArray[np.float32] | None,
    ) -> None:
        """Become the driver of this message's source, layer and mode."""
        self.source, self.layer, self.mode = message.source, message.layer, message.mode
        self.serial = serial
        self.weight = message.weight
        self.began_s = now_s
        self.is_live[:] = False
        self._expires_s[:] = -np.inf
        self._names = []
        self._smooth = smooth
        self._center[:] = 0.0 if center is None else center
        self._asked[:CLAIM] = NEUTRAL
        self._asked[CLAIM] = 1.0
        self.values[:] = self._asked

    def take(self, message: ControlMessage, now_s: float) -> bool:
        """Take a message's values. True: its channels or its rank changed."""
        names = list(message.values)
        if names != self._names:
            places = CHANNEL_INDEX[message.layer]
            self._names = names
            self._places = np.array([places[name] for name in names], np.intp)
        self._asked[self._places] = list(message.values.values())
        named = self._places
        if self.layer == "emotion" and self.mode == "set":
            named = np.append(named, CLAIM)
        is_new = ~self.is_live[named]
        changed = bool(is_new.any()) or self.priority != message.priority
        if changed:
            fresh = named[is_new]
            self.is_live[fresh] = True
            self.values[fresh] = self._recentred(fresh)
            if self._smooth is not None:
                self._smooth.seed(fresh, self.values[fresh])
        self.priority = message.priority
        self.wanted_weight = message.weight
        self.heard_s = now_s
        self._expires_s[named] = now_s + message.ttl_s
        if changed or len(named) < self.is_live.sum():
            self._first_expiry_s = float(self._expires_s[self.is_live].min())
        else:
            self._first_expiry_s = now_s + message.ttl_s
        return changed

    def expire(self, now_s: float) -> bool:
        """Let go of what has not been sent again in time. True: something was let go."""
        if now_s < self._first_expiry_s:
            return False
        np.greater(self._expires_s, now_s, out=self._still_live)
        self.is_live &= self._still_live
        is_over = not self.is_live.any()
        self._first_expiry_s = np.inf if is_over else float(self._expires_s[self.is_live].min())
        return True

    def release(self) -> None:
        """Let go of everything."""
        self.is_live[:] = False
        self._first_expiry_s = np.inf

    def recenter(self) -> NDArray[np.float32]:
        """Take what is asked for now as neutral; returns the center (WIDTH,), distances from neutral."""
        self._center[:] = 0.0
        places = _INDEX[self.layer][self.is_live[_INDEX[self.layer]]]
        neutral = NEUTRAL[places]
        self._center[places] = self._asked[places] - neutral
        self.values[places] = neutral
        if self._smooth is not None:
            self._smooth.seed(places, neutral)
        return self._center.copy()

    def advance(self, dt_s: float) -> bool:
        """Move values and weight on by `dt_s`. True: the weight changed."""
        np.subtract(self._asked, self._center, out=self.values, where=~_FACTORS)
        np.divide(self._asked, 1.0 + self._center, out=self.values, where=_FACTORS)
        if self._smooth is not None:
            self._smooth(self.values, dt_s, out=self.values)
        if self.weight == self.wanted_weight:
            return False
        step = dt_s / FADE_S
        self.weight += min(max(self.wanted_weight - self.weight, -step), step)
        return True

    def _recentred(self, places: NDArray[np.intp]) -> NDArray[np.float32]:
        asked, center = self._asked[places], self._center[places]
        return np.where(_FACTORS[places], asked / (1.0 + center), asked - center).astype(np.float32)
