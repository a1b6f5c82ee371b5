"""The takes that the emotion filter learns from and is judged by.

takes, unseen = emotion_data(Path("runs/emotion"), movers=400)
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from training.emotion.mannerisms import with_mannerisms
from training.emotion.takes import Takes, load_takes

#: Of every take.
SECONDS: Final = 30.0
#: Seeds of the movers that nothing learns from; those that learn begin with 0.
UNSEEN: Final = range(100_000, 100_040)


def emotion_data(
    folder: Path, movers: int, *, progress: Callable[[int, str], None] = lambda done, note: None
) -> tuple[Takes, Takes]:
    """The takes of movers that learn, and of those that judge; made in the folder where they are missing."""
    takes = load_takes(folder / "takes.npz", range(movers), seconds=SECONDS, progress=progress)
    unseen = load_takes(folder / "unseen.npz", UNSEEN, seconds=SECONDS)
    return with_mannerisms(takes, 0), with_mannerisms(unseen, 1)
