"""The takes that the emotion filter learns from and is judged by.

takes, unseen = emotion_data(Path("runs/emotion"), movers=400)
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from training.emotion.mannerisms import with_mannerisms
from training.emotion.quick_changes import with_quick_changes
from training.emotion.takes import Takes, load_takes

#: Of every take.
SECONDS: Final = 30.0
#: Seeds of the movers that nothing learns from; those that learn begin with 0.
UNSEEN: Final = range(100_000, 100_040)
#: Movers at once, because their noise takes much memory.
_AT_ONCE: Final = 100


def emotion_data(
    folder: Path, movers: int, *, progress: Callable[[int, str], None] = lambda done, note: None
) -> tuple[Takes, Takes]:
    """The takes of movers that learn, and of those that judge; made in the folder where they are missing.

    Those that judge hold no postures and change no emotion quickly, so that figures of different days can be compared.
    """
    takes = load_takes(folder / "takes.npz", range(movers), seconds=SECONDS, progress=progress)
    unseen = load_takes(folder / "unseen.npz", UNSEEN, seconds=SECONDS)
    for begin in range(0, movers, _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        part = Takes(**{name: getattr(takes, name)[some] for name in Takes.__slots__})
        part = with_mannerisms(with_quick_changes(part, begin), begin, holds_postures=True)
        for name in Takes.__slots__:
            getattr(takes, name)[some] = getattr(part, name)
    return takes, with_mannerisms(unseen, 1)
