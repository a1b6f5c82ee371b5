"""joined_moments: the moments of several sources in order of time, under the mood of an example.

for moment in joined_moments(sources, example, weight=1.0): ...
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from omote.clips.source import ClipSource, Moment
from protocol.codec import MAX_TTL_S
from protocol.messages import ControlMessage


def joined_moments(
    sources: Sequence[ClipSource], example: ClipSource | None = None, *, weight: float = 1.0
) -> Iterator[Moment]:
    """Merge sources.

    Args:
        sources: those that make up the clip, which is as long as the longest; one at least.
        example: gives its emotion only. Where its face is lost, and when it has ended, its last mood stays.
        weight: the emotion's share, 0..1.

    Yields:
        the moments of all, at one time in the order of the sources.
    """
    moments = heapq.merge(*(source.moments() for source in sources), key=_due_s)
    if example is None:
        yield from moments
        return
    moods = (
        Moment(due_s, tuple(_lasting(message, weight) for message in messages))
        for due_s, messages in example.moments()
        if messages
    )
    mood: tuple[ControlMessage, ...] = ()
    following = next(moods, None)
    for moment in moments:
        while following is not None and following.due_s <= moment.due_s:
            mood = following.messages
            yield following
            following = next(moods, None)
        # Repeated, because an example may be much shorter than the clip.
        yield Moment(moment.due_s, (*mood, *moment.messages))
    end_s = max(source.end_s for source in sources)
    while following is not None and following.due_s < end_s:
        yield following
        following = next(moods, None)


def _due_s(moment: Moment) -> float:
    return moment.due_s


def _lasting(message: ControlMessage, weight: float) -> ControlMessage:
    return replace(message, weight=message.weight * weight, ttl_s=MAX_TTL_S)
