"""What plugins have set -> ControlMessages: one driver a plugin, and one for the hotkeys.

    driving = Driving(Profiles(), layers=DRIVEN_LAYERS)
    messages = driving.of_plugin(studio.parameters, plugin, now_s=..., now_ns=...)
    messages = driving.of_emotions(studio.emotions.active, now_ns=...)

A message holds a little longer than the pause to the next one; that a parameter holds for a second is
`Parameters`' business.
"""

from __future__ import annotations

import time
from typing import Final

import msgspec
import numpy as np

from bridge.calibration.profile import Profiles
from bridge.calibration.rest import Rest
from bridge.sending.source_messages import DRIVEN_LAYERS, SourceMessages
from bridge.vts.mapping import observed
from bridge.vts.parameters import Parameters, Plugin
from protocol.blendshapes import BLENDSHAPES
from protocol.codec import MAX_SOURCE
from protocol.messages import ControlMessage, LayerName

TRACKER: Final = "vts"
#: How long one message holds; what is held is sent again more often than that.
TTL_S: Final = 0.4
#: Plugins that are remembered; the oldest go first.
MAX_DRIVERS: Final = 64


class Driving:
    """Makes the messages. Belongs to one thread."""

    def __init__(
        self,
        profiles: Profiles,
        *,
        layers: tuple[LayerName, ...] = DRIVEN_LAYERS,
        mirror: bool = False,
        source: str = TRACKER,
    ) -> None:
        """Args:
        layers: which of DRIVEN_LAYERS to send.
        source: the beginning of every driver's name in the runtime.
        """
        self._profiles = profiles
        self._layers = layers
        self._mirror = mirror
        self._source = source
        self._messages: dict[tuple[Plugin, str], SourceMessages] = {}
        self._sequence = _first_sequence()

    def name_of(self, plugin: Plugin) -> str:
        """A plugin's name as a driver."""
        return f"{self._source}:{plugin.name}"[:MAX_SOURCE]

    def of_plugin(
        self, parameters: Parameters, plugin: Plugin, *, now_s: float, now_ns: int
    ) -> list[ControlMessage]:
        """Everything that a plugin holds now.

        What it sets comes with the lowest weight among its parameters, because a message has one; what it
        adds is summed onto whoever else moves the face.
        """
        values, weight = parameters.set_by(plugin)
        messages = []
        if values:
            for message in self._made(plugin, "set", values, now_s, now_ns):
                of_layer = weight * message.weight
                messages.append(msgspec.structs.replace(message, weight=of_layer))
        added = parameters.added_to(plugin)
        if added:
            for message in self._made(plugin, "add", added, now_s, now_ns):
                messages.append(msgspec.structs.replace(message, mode="add"))
        return messages

    def of_emotions(self, active: tuple[str, ...], *, now_ns: int) -> list[ControlMessage]:
        """The emotions that hotkeys have switched on."""
        if not active or "emotion" not in self._layers:
            return []
        self._sequence += 1
        return [
            ControlMessage(
                layer="emotion",
                source=f"{self._source}:hotkeys"[:MAX_SOURCE],
                values=dict.fromkeys(active, 1.0),
                ttl_s=TTL_S,
                sequence=self._sequence,
                capture_time_ns=now_ns,
            )
        ]

    def _made(
        self, plugin: Plugin, mode: str, values: dict[str, float], now_s: float, now_ns: int
    ) -> tuple[ControlMessage, ...]:
        source = self.name_of(plugin)
        maker = self._messages.get((plugin, mode))
        if maker is None:
            while len(self._messages) >= MAX_DRIVERS:
                del self._messages[next(iter(self._messages))]
            maker = self._messages[plugin, mode] = SourceMessages(
                self._profiles.of(TRACKER, source),
                source=source,
                layers=self._layers,
                mirror=self._mirror,
                # A plugin's numbers are the model's: 0 is rest, and nothing has to be learned.
                rest=Rest(np.zeros(len(BLENDSHAPES)), np.zeros(6), np.zeros(2)),
                ttl_s=TTL_S,
                first_sequence=_first_sequence(),
            )
        return maker(observed(values, source=source, now_ns=now_ns), time_s=now_s, capture_time_ns=now_ns)


def _first_sequence() -> int:
    # Milliseconds rise faster than messages come, so a restarted driver is above its last number.
    return time.time_ns() // 1_000_000
