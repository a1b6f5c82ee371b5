"""Method: animates a portrait; the interface that the evaluation measures.

with make_method("head", size=256) as method:
    method.prepare(portrait)
    for frame in method.frames(motions, fps=25.0): ...
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from face.motion import Motion
from inference.model_folder import network_name
from measure.errors import MeasureError
from measure.head_placement import HeadPlacement

#: name -> module with `open_method(size, landmarker, model) -> Method`.
METHODS: Final = {
    "copy": "measure.methods.copy",
    "head": "measure.methods.head",
    "retouch": "measure.methods.retouch",
    "diffusion": "measure.methods.diffusion",
}
#: Those that come with all they need.
COMPLETE: Final = tuple(name for name in METHODS if name != "diffusion")


class Method(Protocol):
    """Portrait and Motions in, frames out. Use it only on the thread that made it.

    A Motion is relative to the portrait: `Motion.neutral()` is the portrait's head pose with a neutral face that looks
    straight ahead. Frames show the same square as the portrait.
    """

    name: str
    #: Where the prepared portrait's head stands; None for a method that knows no head.
    placement: HeadPlacement | None

    def prepare(self, portrait: NDArray[np.uint8]) -> None:
        """Take a portrait: (S, S, 3) uint8 sRGB, the head in the middle. Raises RuntimeFailure or MeasureError."""
        ...

    def frames(
        self, motions: Sequence[Motion], *, fps: float, rest: Motion | None = None
    ) -> Iterator[NDArray[np.uint8]]:
        """Draw a sequence: (size, size, 4) uint8 RGBA, straight alpha, for each Motion; the caller may keep each.

        Args:
            motions: in the order of time.
            fps: Motions a second; a method with memory takes its time step from it.
            rest: the Motion that belongs to the portrait, if the motions are changes against it (`face.rest`); None = the
                expression and gaze are exact.
        """
        ...

    def close(self) -> None:
        """Release everything; may be called twice."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def models_of(names: Sequence[str], models: Sequence[Path]) -> dict[str, Path | None]:
    """Method -> the folder that holds its network; None if there is none among them.

    Raises:
        MeasureError: two of them do, or a folder holds the network of none of the methods. ModelError: a folder holds no
            network.
    """
    found: dict[str, Path | None] = dict.fromkeys(names)
    for path in models:
        of = network_name(path)
        if of not in found:
            raise MeasureError(
                f"--model {path} holds the network {of!r:.80}, expected that of a method that is measured: "
                f"{', '.join(names)}"
            )
        if found[of] is not None:
            raise MeasureError(
                f"--model was given {found[of]} and {path} for {of}, expected one for each method"
            )
        found[of] = path
    return found


def make_method(
    name: str, *, size: int, face_landmarker: Path | None = None, model: Path | None = None
) -> Method:
    """The method of a name in METHODS.

    Args:
        size: side of the frames, pixels.
        face_landmarker: MediaPipe's model, for methods that detect the face; None searches for it.
        model: the folder of a network, for engines that run one; None = the one that comes with Omote.
    """
    method: Method = import_module(METHODS[name]).open_method(size, face_landmarker, model)
    return method
