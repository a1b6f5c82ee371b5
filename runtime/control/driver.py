"""Driver: the values, weight and expiry times of one source on one layer in one mode.

message -> driver.update(message, now_s); every frame: driver.expire(now_s), driver.advance(dt_s)
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from face.motion import NEUTRAL
from protocol.channels import CHANNEL_INDEX, CHANNELS
from protocol.codec import MAX_TTL_S, MIN_TTL_S
from protocol.messages import ControlMessage, LayerName
from runtime.control.fade import FADE_S, LONGEST_STEP_S, MAX_TURN_RAD_S
from runtime.control.one_euro import OneEuroFilter

#: Index of one more channel than the wire has: how far the emotion layer claims the face. Every driver that sets the
#: emotion layer also sets this channel to 1, so that the claim follows the rules for weights and fades.
CLAIM: Final = len(CHANNELS)
WIDTH: Final = CLAIM + 1

ANGLES: Final = ("yaw", "pitch", "roll", "azimuth", "elevation")
#: Seconds that a weight takes from 0 to 1: so long that even an angle's whole range is not turned too fast.
_RAMP_S: Final = {
    layer: max(
        FADE_S,
        *((c.high - c.low) / MAX_TURN_RAD_S for c in CHANNELS if c.layer == layer and c.name in ANGLES),
        0.0,
    )
    for layer in CHANNEL_INDEX
}
_INDEX: Final = {layer: np.array(list(places.values())) for layer, places in CHANNEL_INDEX.items()}
#: (WIDTH,) bool: channels that are factors, whose neutral value is 1. They are recentred by division.
_IS_FACTOR: Final = np.array([*(c.neutral == 1.0 for c in CHANNELS), False])


class Driver:
    """A slot for one driver. It is made once and reused, so that messages allocate no arrays of channels.

    Attributes:
        serial: rises with every driver that begins; among drivers of equal priority the highest wins.
        values: (WIDTH,) float32, the requested values, smoothed and recentred, in the units of each channel.
        gain: (WIDTH,) float32, the weight where the driver is live, else 0.
        is_live: (WIDTH,) bool, the channels that the driver has set and that have not expired.
        is_absolute: whether it sends exact values, and not changes against rest.
        weight: 0..1, the current weight; it moves to `wanted_weight` at 1 per `_RAMP_S`.
    """

    def __init__(self) -> None:
        self.source = ""
        self.peer = ""
        self.origin = ""
        self.layer: LayerName = "pose"
        self.mode: Literal["set", "add"] = "set"
        self.priority = 0
        self.serial = 0
        self.is_absolute = False
        self.weight = 0.0
        self.wanted_weight = 0.0
        self.began_s = 0.0
        self.values = np.zeros(WIDTH, np.float32)
        self.gain = np.zeros(WIDTH, np.float32)
        self.is_live = np.zeros(WIDTH, np.bool_)
        self._requested = np.zeros(WIDTH, np.float32)
        self._center = np.zeros(WIDTH, np.float32)
        self._expires_s = np.full(WIDTH, -np.inf)
        self._not_expired = np.zeros(WIDTH, np.bool_)
        self._first_expiry_s = np.inf
        self._names: list[str] = []
        self._places: NDArray[np.intp] = np.empty(0, np.intp)
        self._smooth: OneEuroFilter | None = None

    def begin(
        self,
        message: ControlMessage,
        *,
        peer: str,
        now_s: float,
        serial: int,
        smooth: OneEuroFilter | None,
        center: NDArray[np.float32] | None,
        is_absolute: bool = False,
    ) -> None:
        """Become the driver of this message's source, layer and mode.

        Args:
            peer: who sent it, as in `Received`.
            serial: higher than that of every earlier driver.
            smooth: a filter for WIDTH channels, None = no smoothing.
            center: (WIDTH,) float32 from an earlier `recenter`, None = not recentred.
            is_absolute: see the attribute.
        """
        self.source, self.layer, self.mode = message.source, message.layer, message.mode
        self.peer = peer
        self.is_absolute = is_absolute
        self.serial = serial
        self.weight = message.weight
        self.began_s = now_s
        self.is_live[:] = False
        self._expires_s[:] = -np.inf
        self._names = []
        self._smooth = smooth
        self._center[:] = 0.0 if center is None else center
        self._requested[:CLAIM] = NEUTRAL
        self._requested[CLAIM] = 1.0
        self.values[:] = self._requested

    def update(self, message: ControlMessage, now_s: float) -> bool:
        """Take over a message's values, weight and expiry. True: the set of live channels or the priority changed."""
        names = list(message.values)
        if names != self._names:
            places = CHANNEL_INDEX[message.layer]
            self._names = names
            self._places = np.array([places[name] for name in names], np.intp)
        self._requested[self._places] = list(message.values.values())
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
        self._expires_s[named] = now_s + message.ttl_s
        if changed or len(named) < self.is_live.sum():
            self._first_expiry_s = float(self._expires_s[self.is_live].min())
        else:
            self._first_expiry_s = now_s + message.ttl_s
        return changed

    def held(self, now_s: float) -> list[ControlMessage]:
        """Messages that would make another runtime hold what is held here: one for each time that is left to live."""
        messages = []
        names = {place: name for name, place in CHANNEL_INDEX[self.layer].items()}
        live = np.flatnonzero(self.is_live[:CLAIM])
        for expires_s in np.unique(self._expires_s[live]):
            places = live[self._expires_s[live] == expires_s]
            if (left_s := float(expires_s) - now_s) >= MIN_TTL_S:
                messages.append(
                    ControlMessage(
                        layer=self.layer,
                        source=self.source,
                        values={names[place]: float(self._requested[place]) for place in places.tolist()},
                        mode=self.mode,
                        weight=self.wanted_weight,
                        priority=self.priority,
                        ttl_s=min(left_s, MAX_TTL_S),
                    )
                )
        return messages

    def expire(self, now_s: float) -> bool:
        """Drop the channels whose time to live has passed. True: the live channels may have changed."""
        if now_s < self._first_expiry_s:
            return False
        np.greater(self._expires_s, now_s, out=self._not_expired)
        self.is_live &= self._not_expired
        is_empty = not self.is_live.any()
        self._first_expiry_s = np.inf if is_empty else float(self._expires_s[self.is_live].min())
        return True

    def release(self) -> None:
        """Drop all channels."""
        self.is_live[:] = False
        self._first_expiry_s = np.inf

    def recenter(self) -> NDArray[np.float32]:
        """Make the values requested now the neutral ones.

        Returns:
            (WIDTH,) float32, the center: distance of the requested value from neutral; 0 where nothing is recentred.
        """
        self._center[:] = 0.0
        places = _INDEX[self.layer][self.is_live[_INDEX[self.layer]]]
        neutral = NEUTRAL[places]
        self._center[places] = self._requested[places] - neutral
        self.values[places] = neutral
        if self._smooth is not None:
            self._smooth.seed(places, neutral)
        return self._center.copy()

    def advance(self, dt_s: float) -> bool:
        """Advance values and weight by `dt_s`. True: the weight changed."""
        np.subtract(self._requested, self._center, out=self.values, where=~_IS_FACTOR)
        np.divide(self._requested, 1.0 + self._center, out=self.values, where=_IS_FACTOR)
        if self._smooth is not None:
            self._smooth(self.values, dt_s, out=self.values)
        if self.weight == self.wanted_weight:
            return False
        step = min(dt_s, LONGEST_STEP_S) / _RAMP_S[self.layer]
        self.weight += min(max(self.wanted_weight - self.weight, -step), step)
        return True

    def _recentred(self, places: NDArray[np.intp]) -> NDArray[np.float32]:
        asked, center = self._requested[places], self._center[places]
        return np.where(_IS_FACTOR[places], asked / (1.0 + center), asked - center).astype(np.float32)
