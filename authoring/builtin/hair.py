"""The hair of the drawn avatars, by its cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from authoring.builtin.hair_bob import bob
from authoring.builtin.hair_parted import parted
from authoring.builtin.hair_swept import swept
from authoring.builtin.hair_tails import tails
from authoring.builtin.hair_waves import waves
from authoring.builtin.surface import Surface

#: Name -> what builds it: locks of back and sides, then fringe and what else lies in front.
CUTS: Final[dict[str, Callable[[], tuple[list[Surface], list[Surface]]]]] = {
    "bob": bob,
    "parted": parted,
    "swept": swept,
    "tails": tails,
    "waves": waves,
}


def hair_surfaces(cut: str) -> list[Surface]:
    """Build all hair of a cut of CUTS."""
    back, front = CUTS[cut]()
    return [*back, *front]


def back_hair_surfaces(cut: str) -> list[Surface]:
    """The parts of the hair behind the head."""
    return [surface for surface in CUTS[cut]()[0] if surface.vertices[:, 2].mean() < 2.0]
