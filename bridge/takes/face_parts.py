"""FaceParts: keeps some parts of a face, of a take or of any other stream of messages.

parts = FaceParts(("eyes", "gaze"))
for message in parts(message, time_s): ...         # its channels of these parts, a driver for each part
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from bridge.errors import ReplayError
from bridge.expressions.mood import MoodMessages
from protocol.codec import MAX_SOURCE
from protocol.messages import ControlMessage, LayerName
from protocol.parts import PART_CHANNELS, PART_LAYER, PARTS, Part
from protocol.take import TakeReader
from protocol.take_schedule import DueMessage

_IN_EXPRESSION: Final = ("eyes", "mouth")


class FaceParts:
    """One face. One thread.

    Args:
        parts: those to keep.
        estimates_emotion: whether the emotion is that of the face's expression, and not of emotion messages.

    Attributes:
        layers: of the messages that these parts are made of.
    """

    def __init__(self, parts: Iterable[Part], *, estimates_emotion: bool = False) -> None:
        wanted = set(parts)
        self._parts = tuple(part for part in PARTS if part in wanted)
        self._mood = MoodMessages() if estimates_emotion and "emotion" in wanted else None
        layers: dict[LayerName, None] = {}
        for part in self._parts:
            is_estimated = part == "emotion" and self._mood is not None
            layers["expression" if is_estimated else PART_LAYER[part]] = None
        self.layers: tuple[LayerName, ...] = tuple(layers)

    def __call__(self, message: ControlMessage, time_s: float) -> Iterator[ControlMessage]:
        """What a message gives to these parts.

        Args:
            message: of any layer.
            time_s: when it came; any origin, never falling.

        Yields:
            a message for each part that it has channels of; its source is the message's and the part's name.
        """
        for part in self._parts:
            if part == "emotion" and self._mood is not None:
                mood = self._mood(message, time_s)
                if mood is not None:
                    yield _named(mood, part)
            elif message.layer == PART_LAYER[part]:
                if part not in _IN_EXPRESSION:
                    yield _named(message, part)
                    continue
                kept = PART_CHANNELS[part]
                values = {name: value for name, value in message.values.items() if name in kept}
                if values:
                    yield _named(replace(message, values=values), part)

    def schedule(self, due: Iterable[DueMessage]) -> Iterator[DueMessage]:
        """The parts of a take's messages, each due when its message is."""
        for one in due:
            for message in self(one.message, one.due_s):
                yield one._replace(message=message)


def parts_of_take(take: TakeReader, parts: tuple[Part, ...]) -> FaceParts:
    """These parts of a take; the emotion is estimated where the take has none of its own.

    Raises:
        ReplayError: it has none of them; the message says which parts it has.
    """
    channels: dict[str, set[str]] = {}
    for _, message in take:
        channels.setdefault(message.layer, set()).update(message.values)
    has = {part for part in PARTS if channels.get(PART_LAYER[part], set()) & PART_CHANNELS[part]}
    estimates_emotion = "emotion" not in has and "expression" in channels
    if estimates_emotion:
        has.add("emotion")
    if not has & set(parts):
        there = ", ".join(part for part in PARTS if part in has) or "no message that can be replayed"
        raise ReplayError(f"{take.path} has no {' or '.join(parts)}; it has {there}")
    return FaceParts(parts, estimates_emotion=estimates_emotion)


def _named(message: ControlMessage, part: Part) -> ControlMessage:
    """The message of this part's driver; its name begins as before, because smoothing goes by that."""
    return replace(message, source=f"{message.source[: MAX_SOURCE - len(part) - 1]}:{part}")
