"""VtsState: the state of the emulated VTube Studio that all plugin sessions share; and one plugin's session.

state = VtsState(TokenStore(path), approve, now_s=now_s)
session = state.open_session()
state.update(now_s)                                      # every 50 ms or so
for session, text in state.drain_events(now_ms): ...
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from bridge.vts.api import new_request_id, write_reply
from bridge.vts.emotions import EmotionSwitches
from bridge.vts.parameters import HOLD_S, Parameters, Plugin
from bridge.vts.tokens import TokenStore

#: Decides whether a plugin may control the face, that is, get a token.
Approve = Callable[[Plugin], Awaitable[bool]]
#: Most events waiting to be sent; beyond this, the oldest are dropped.
MAX_EVENTS: Final = 256


class TrackingStatus(msgspec.Struct, rename="camel"):
    """The data of a TrackingStatusChangedEvent."""

    face_found: bool
    left_hand_found: bool = False
    right_hand_found: bool = False


@dataclass(eq=False, slots=True)
class PluginSession:
    """One connection of a plugin.

    Attributes:
        plugin: the plugin, once it has authenticated.
        events: name of each event it has subscribed to -> that subscription's configuration as JSON.
    """

    plugin: Plugin | None = None
    events: dict[str, msgspec.Raw] = field(default_factory=dict)


class VtsState:
    """Parameters, emotions, tokens, sessions and queued events. Belongs to one thread; time is an argument.

    Attributes:
        tokens: plugins that may control the face.
        approve: decides about a new plugin.
        parameters: the inputs, and the values that plugins hold on them.
        emotions: the emotions that hotkeys have switched on.
        sessions: the connected plugins.
        began_s: when the server started.
        is_asking: whether the user is being asked about a plugin right now.
        answered: requests answered without an error.
        refused: error number -> requests answered with it.
    """

    def __init__(self, tokens: TokenStore, approve: Approve, *, now_s: float) -> None:
        self.tokens = tokens
        self.approve = approve
        self.parameters = Parameters()
        self.emotions = EmotionSwitches()
        self.sessions: list[PluginSession] = []
        self.began_s = now_s
        self.is_asking = False
        self.answered = 0
        self.refused: dict[int, int] = {}
        self._face_until_s = float("-inf")
        self._was_face_found = False
        self._events: deque[tuple[PluginSession, str, msgspec.Struct]] = deque(maxlen=MAX_EVENTS)

    def open_session(self) -> PluginSession:
        """Add a session for a plugin that has connected."""
        session = PluginSession()
        self.sessions.append(session)
        return session

    def close_session(self, session: PluginSession) -> None:
        """Remove the session of a plugin that has disconnected; the values it holds expire by themselves."""
        if session in self.sessions:
            self.sessions.remove(session)

    # -- the face -------------------------------------------------------------------------------------

    def report_face(self, now_s: float) -> None:
        """Note that a plugin reports a tracked face."""
        self._face_until_s = now_s + HOLD_S

    def is_face_found(self, now_s: float) -> bool:
        """Whether a plugin reported a face within the last second."""
        return now_s < self._face_until_s

    def update(self, now_s: float) -> None:
        """Drop values that have expired, and queue an event when the face appears or disappears."""
        self.parameters.expire(now_s)
        is_found = self.is_face_found(now_s)
        if is_found != self._was_face_found:
            self._was_face_found = is_found
            self.queue_event("TrackingStatusChangedEvent", TrackingStatus(face_found=is_found))

    # -- events ---------------------------------------------------------------------------------------

    def queue_event(self, event: str, data: msgspec.Struct, only: PluginSession | None = None) -> None:
        """Queue an event for every session that has subscribed to it, or for one session only."""
        for session in self.sessions:
            if event in session.events and only in (None, session):
                self._events.append((session, event, data))

    def drain_events(self, now_ms: int) -> list[tuple[PluginSession, str]]:
        """Return the queued events, each as its receiving session and the message text, and empty the queue."""
        events = [
            (session, write_reply(new_request_id(), event, data, now_ms))
            for session, event, data in self._events
        ]
        self._events.clear()
        return events
