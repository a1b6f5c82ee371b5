"""SourceSender: calibrates one source's observations and sends them, and knows whether its face is lost.

    sender = SourceSender(SourceMessages(profile, source="webcam"), link)
    sender.receive(observation, now_ns=now_ns, time_s=time_s, capture_time_ns=capture_time_ns)

Every tracker's observations take this way to the runtime: one of pictures directly (`tracking_loop`), those of the
network through `Sources`.
"""

from __future__ import annotations

from bridge.observation import Observation
from bridge.sending.runtime_link import RuntimeLink
from bridge.sending.source_messages import SourceMessages
from protocol.messages import ControlMessage, LayerName


class SourceSender:
    """One source. Belongs to one thread.

    Attributes:
        driver: the source's name in the runtime.
        is_live: whether the newest observation showed a face and the source was not lost since.
        lost: how often it was lost, since the start.
        loss_reason: why it was lost last.
        layers: the layers it drove since the caller cleared the set.
    """

    __slots__ = ("_link", "_messages", "driver", "is_live", "layers", "loss_reason", "lost")

    def __init__(self, messages: SourceMessages, link: RuntimeLink) -> None:
        """A source that has sent nothing yet.

        Args:
            messages: turns its observations into messages.
            link: sends them; may be shared with other sources.
        """
        self.driver = messages.source
        self.is_live = False
        self.lost = 0
        self.loss_reason = ""
        self.layers: set[LayerName] = set()
        self._messages = messages
        self._link = link

    def receive(
        self, observation: Observation, *, now_ns: int, time_s: float, capture_time_ns: int
    ) -> tuple[ControlMessage, ...]:
        """Calibrate and send one observation; return the messages, none where it shows no face.

        Args:
            now_ns: of a clock that never jumps, any origin.
            time_s: orders the observations while rest is learned; any origin.
            capture_time_ns: when the face was captured, Unix nanoseconds.
        """
        if not observation.is_face:
            if self.is_live:
                self.lose(observation.why_lost)
            return ()
        self.is_live = True
        messages = self._messages(observation, time_s=time_s, capture_time_ns=capture_time_ns)
        for message in messages:
            self.layers.add(message.layer)
        self._link.send(messages, now_ns)
        return messages

    def lose(self, reason: str) -> None:
        """Mark the source lost, and drop its messages that the runtime has not taken yet."""
        self.is_live = False
        self.lost += 1
        self.loss_reason = reason
        self._link.forget(self.driver)
