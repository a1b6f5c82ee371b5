"""PluginMessages: the values that plugins hold -> ControlMessages; one driver per plugin, and one for the hotkeys.

    plugin_messages = PluginMessages(Profiles(), layers=DRIVEN_LAYERS)
    messages = plugin_messages.of_plugin(state.parameters, plugin, now_s=..., now_ns=...)
    messages = plugin_messages.of_emotions(state.emotions.active, now_ns=...)

A message's time to live is a little longer than the pause to the next one. `Parameters` holds a value for the
second that VTube Studio's API grants.
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from bridge.calibration.profile import Profiles
from bridge.calibration.rest import Rest
from bridge.sending.sequence import first_sequence
from bridge.sending.source_messages import DRIVEN_LAYERS, SourceMessages
from bridge.vts.mapping import observation_of_inputs
from bridge.vts.parameters import Parameters, Plugin
from protocol.blendshapes import BLENDSHAPES
from protocol.codec import MAX_SOURCE
from protocol.messages import ControlMessage, LayerName

TRACKER: Final = "vts"
#: Time to live of a message; held values are repeated more often than that.
TTL_S: Final = 0.4
#: Most drivers kept; beyond this, the oldest is dropped.
MAX_DRIVERS: Final = 64


class PluginMessages:
    """Makes the messages, numbered per driver. Belongs to one thread."""

    def __init__(
        self,
        profiles: Profiles,
        *,
        layers: tuple[LayerName, ...] = DRIVEN_LAYERS,
        mirror: bool = False,
        source: str = TRACKER,
    ) -> None:
        """Begin without drivers; each gets its own calibration at its first message.

        Args:
            profiles: calibration, by driver name.
            layers: which of `DRIVEN_LAYERS` to send.
            mirror: exchange left and right.
            source: prefix of every driver's name in the runtime.
        """
        self._profiles = profiles
        self._layers = layers
        self._mirror = mirror
        self._source = source
        self._makers: dict[tuple[Plugin, str], SourceMessages] = {}
        self._sequence = first_sequence()

    def name_of(self, plugin: Plugin) -> str:
        """The driver name of a plugin."""
        return f"{self._source}:{plugin.name}"[:MAX_SOURCE]

    def of_plugin(
        self, parameters: Parameters, plugin: Plugin, *, now_s: float, now_ns: int
    ) -> list[ControlMessage]:
        """Make messages of all values that a plugin holds now.

        A message has one weight, while each parameter may have its own: the lowest one is sent. Values in mode
        "add" become a message in mode "add", which the runtime sums onto the other drivers.

        Args:
            parameters: holds the values.
            plugin: whose.
            now_s: now, seconds, any clock.
            now_ns: now, Unix nanoseconds, sent as the capture time.
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
        """Make a message of the emotions that hotkeys have switched on; none when there are none."""
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
        maker = self._makers.get((plugin, mode))
        if maker is None:
            while len(self._makers) >= MAX_DRIVERS:
                del self._makers[next(iter(self._makers))]
            maker = self._makers[plugin, mode] = SourceMessages(
                self._profiles.of(TRACKER, source),
                source=source,
                layers=self._layers,
                mirror=self._mirror,
                # A plugin sends model parameters: 0 is rest by definition, so no rest is learned.
                rest=Rest(np.zeros(len(BLENDSHAPES)), np.zeros(6), np.zeros(2)),
                ttl_s=TTL_S,
                first_sequence=first_sequence(),
            )
        return maker(
            observation_of_inputs(values, source=source, now_ns=now_ns), time_s=now_s, capture_time_ns=now_ns
        )
