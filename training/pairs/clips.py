"""Which pairs of a folder are consecutive frames of a clip.

frames = clip_length(Path("pairs"))          # 1: moments are alone
rows = clip_rows(person, frames, random)     # numbers of consecutive pairs
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np

from training.errors import TrainingError
from training.pairs.person_pairs import PersonPairs

#: File in which a folder of pairs keeps what it was begun with.
SETTINGS: Final = "pairs.json"


def clip_length(folder: Path) -> int:
    """Consecutive frames of the folder's clips; 1 = its moments are alone.

    Raises:
        TrainingError: the folder's settings are damaged.
    """
    path = folder / SETTINGS
    try:
        clip = json.loads(path.read_text(encoding="utf-8")).get("clip", 1) if path.is_file() else 1
        if type(clip) is not int or clip < 1:
            raise ValueError(f"clip is {clip!r:.80}")
    except (OSError, ValueError, AttributeError) as error:
        raise TrainingError(
            f"{path} is damaged ({error}); expected the folder of omote-train pairs"
        ) from error
    return clip


def clip_rows(person: PersonPairs, frames: int, random: np.random.Generator) -> range:
    """Numbers of so many consecutive pairs, at a random place of a random clip; never the portrait's own motion.

    Args:
        frames: divides the length of the person's clips.
    """
    return range(
        first := 1 + frames * int(random.integers((len(person.draft) - 1) // frames)), first + frames
    )
