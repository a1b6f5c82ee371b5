"""Source ids: the tracker and the sender of an observation.

source_id("livelink", "Anna")  # "livelink:Anna"
"""

from __future__ import annotations

from protocol.codec import MAX_SOURCE


def source_id(tracker: str, sender: str) -> str:
    """A driver's id of 1 to 64 printable characters; unprintable ones of the sender's name become "?"."""
    if not sender.isprintable():
        sender = "".join(letter if letter.isprintable() else "?" for letter in sender[:MAX_SOURCE])
    return f"{tracker}:{sender}"[:MAX_SOURCE]
