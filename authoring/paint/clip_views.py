"""ClipViews: a clip's other frames as views to paint from, one kind after another, and what was taken from how many.

views = ClipViews(model, places, person.neutral, others.pictures, parser)
atlas = paint_face(..., views=views.turned())

A view holds a picture of the whole canvas, so each is made when it is asked for, and given up after that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from authoring.clip.others import OtherPicture, OtherPictures
from authoring.paint.view import Closing, View, view_of
from authoring.portrait.parsing import Parser
from face.head_model import HeadModel
from face.landmarks import HeadLandmarks


class ClipViews:
    """Makes the views."""

    def __init__(
        self,
        model: HeadModel,
        places: HeadLandmarks,
        neutral: NDArray[np.float32],
        pictures: OtherPictures,
        parser: Parser | None,
    ) -> None:
        """Keep what the views are made from.

        Args:
            neutral: (V, 3) float32, the person's neutral head.
            parser: tells skin from hair and hands; None: nothing does.
        """
        self._model = model
        self._places = places
        self._neutral = neutral
        self._pictures = pictures
        self._parser = parser

    def turned(self) -> Iterator[View]:
        """From other sides."""
        return self._views(self._pictures.turned)

    def parted(self) -> Iterator[View]:
        """With parted lips."""
        return self._views(self._pictures.parted)

    def shut(self, closing: Closing) -> tuple[Iterator[View], Iterator[View]]:
        """With the subject's left eye shut, and with the right one."""
        left, right = (
            self._views(pictures, (side, closing)) for side, pictures in enumerate(self._pictures.shut)
        )
        return left, right

    def described(self, sides: int, lids: tuple[int, int], teeth: bool | None) -> str:
        """For the report: what was taken from how many frames.

        Args:
            sides: frames that gave skin. lids: frames of the left and of the right eye.
            teeth: whether a frame gave them; None = the portrait shows its own mouth.
        """
        pictures = self._pictures
        eyes = " and ".join(name for name, used in zip(("left", "right"), lids, strict=True) if used)
        blinks = max(map(len, pictures.shut))
        why = f"of {blinks} blinks none is clear enough" if blinks else "no frame shows them"
        row = {
            None: "the portrait's own mouth",
            True: "teeth as they are",
            False: f"the model's teeth, of {len(pictures.parted)} frames with parted lips none shows more",
        }[teeth]
        return "; ".join(
            (
                f"skin beside the portrait's from {sides} of {len(pictures.turned)} turned frames",
                f"shut lids, {eyes}, as they are" if eyes else f"shut lids painted, {why}",
                row,
            )
        )

    def _views(
        self, pictures: Sequence[OtherPicture], shut: tuple[int, Closing] | None = None
    ) -> Iterator[View]:
        for other in pictures:
            view = view_of(
                self._model, self._places, self._neutral, other, self._pictures.cut, self._parser, shut=shut
            )
            if view is not None:
                yield view
