"""Studio: what all sessions of the pretended VTube Studio share; and one session of a plugin.

studio = Studio(TokenStore(path), approve, now_s=now_s)
session = studio.open_session()
studio.pass_time(now_s)                                  # every frame or so
for session, text in studio.take_events(now_ms): ...
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from bridge.vts.api import new_request_id, write_reply
from bridge.vts.emotions import Emotions
from bridge.vts.parameters import HOLD_S, Parameters, Plugin
from bridge.vts.tokens import TokenStore

#: Decides whether a plugin may have a token.
Approve = Callable[[Plugin], Awaitable[bool]]
#: Events that wait to be sent; what is beyond is lost, oldest first.
MAX_EVENTS: Final = 256


class TrackingStatus(msgspec.Struct, rename="camel"):
    """The data of a TrackingStatusChangedEvent."""

    face_found: bool
    left_hand_found: bool = False
    right_hand_found: bool = False


@dataclass(eq=False, slots=True)
class Session:
    """One connection of a plugin.

    Attributes:
        plugin: who it is, once it has authenticated.
        events: event -> its configuration as JSON, for those it has subscribed to.
    """

    plugin: Plugin | None = None
    events: dict[str, msgspec.Raw] = field(default_factory=dict)


class Studio:
    """Parameters, emotions, tokens, sessions. Belongs to one thread; time is an argument.

    Attributes:
        is_asking: whether the user is being asked about a plugin right now.
        answered: how many requests were answered.
        refused: error number -> how often it was answered.
    """

    def __init__(self, tokens: TokenStore, approve: Approve, *, now_s: float) -> None:
        self.tokens = tokens
        self.approve = approve
        self.parameters = Parameters()
        self.emotions = Emotions()
        self.sessions: list[Session] = []
        self.began_s = now_s
        self.is_asking = False
        self.answered = 0
        self.refused: dict[int, int] = {}
        self._face_until_s = float("-inf")
        self._was_face = False
        self._events: deque[tuple[Session, str, msgspec.Struct]] = deque(maxlen=MAX_EVENTS)

    def open_session(self) -> Session:
        """A plugin has connected."""
        session = Session()
        self.sessions.append(session)
        return session

    def close_session(self, session: Session) -> None:
        """A plugin has gone; what it has set runs out by itself."""
        if session in self.sessions:
            self.sessions.remove(session)

    # -- the face -------------------------------------------------------------------------------------

    def see_face(self, now_s: float) -> None:
        """A plugin says that there is a face."""
        self._face_until_s = now_s + HOLD_S

    def is_face(self, now_s: float) -> bool:
        """Whether a plugin said so within the last second."""
        return now_s < self._face_until_s

    def pass_time(self, now_s: float) -> None:
        """Let go of what was not sent again, and say when the face comes or goes."""
        self.parameters.expire(now_s)
        is_face = self.is_face(now_s)
        if is_face != self._was_face:
            self._was_face = is_face
            self.tell("TrackingStatusChangedEvent", TrackingStatus(face_found=is_face))

    # -- events ---------------------------------------------------------------------------------------

    def tell(self, event: str, data: msgspec.Struct, only: Session | None = None) -> None:
        """Put an event down for those who have subscribed to it."""
        for session in self.sessions:
            if event in session.events and only in (None, session):
                self._events.append((session, event, data))

    def take_events(self, now_ms: int) -> list[tuple[Session, str]]:
        """The events that wait, as text, each with whom it is for."""
        events = [
            (session, write_reply(new_request_id(), event, data, now_ms))
            for session, event, data in self._events
        ]
        self._events.clear()
        return events
