"""Source ids: which sender an observation is of.

source_id("livelink", "Anna")  # "livelink:Anna"
"""

from __future__ import annotations

from protocol.codec import MAX_SOURCE


def source_id(tracker: str, who: str) -> str:
    """A driver's id of 1 to 64 printable characters from a tracker's name and a sender's."""
    printable = "".join(character if character.isprintable() else "?" for character in who[:MAX_SOURCE])
    return f"{tracker}:{printable}"[:MAX_SOURCE]
