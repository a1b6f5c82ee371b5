"""The `head` method: an avatar made from the portrait as any user would, drawn by the runtime's head engine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from authoring.photo import AvatarOptions, avatar_from_photo
from authoring.portrait.canvas import FACE_SHARE
from authoring.portrait.detect import AT_ONCE
from face.avatar import load_avatar
from face.camera import angles, rotation
from face.motion import Motion
from face.rig import load_rig
from measure.errors import MeasureError
from runtime.engines.head import HeadEngine
from vision.landmarker import FaceLandmarker, find_face_landmarker
from vision.native_logs import quiet_native_libraries


class HeadMethod:
    """See `measure.method.Method`."""

    name = "head"

    def __init__(self, size: int, face_landmarker: Path | None) -> None:
        """Raises BridgeError: there is no landmarker. RenderError: there is no OpenGL 3.3."""
        quiet_native_libraries()
        self._engine = HeadEngine(size)
        self._landmarker = FaceLandmarker(
            find_face_landmarker(face_landmarker), video=False, num_faces=AT_ONCE
        )
        self._held = np.eye(3, dtype=np.float32)

    def prepare(self, portrait: NDArray[np.uint8]) -> None:
        """Make the avatar in a folder that is gone afterwards.

        Raises:
            AuthoringError: there is no face that the head fits. MeasureError: it is too small in the portrait.
        """
        with tempfile.TemporaryDirectory() as place:
            folder, photo = Path(place) / "avatar", Path(place) / "portrait.png"
            Image.fromarray(portrait).save(photo)
            report = avatar_from_photo(
                photo, folder, AvatarOptions("measured"), self._landmarker, progress=lambda _: None
            )
            # a smaller face would be cut out of the portrait, and frames were no pictures of the same square
            if report.face_px < FACE_SHARE * len(portrait):
                raise MeasureError(
                    f"the face is {report.face_px:.0f} of the portrait's {len(portrait)} pixels high, expected at "
                    f"least {FACE_SHARE * len(portrait):.0f}; take the portrait from nearer"
                )
            avatar = load_avatar(folder)
            self._held = load_rig(avatar).camera.rotation
            self._engine.set_avatar(avatar)

    def frames(self, motions: Sequence[Motion], *, fps: float) -> Iterator[NDArray[np.uint8]]:
        """Draw each. A pose of 0 is the portrait's, as far as the head was found to be turned in it."""
        for number, motion in enumerate(motions):
            told = Motion.neutral()
            told.set_from(motion)
            told.pose[:3] = angles(rotation(*(float(v) for v in motion.pose[:3])) @ self._held)
            yield self._engine.render(told, number / fps).copy()

    def close(self) -> None:
        """Give engine and landmarker back; may be called twice."""
        self._engine.close()
        self._landmarker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_method(size: int, face_landmarker: Path | None) -> HeadMethod:
    """For `make_method`."""
    return HeadMethod(size, face_landmarker)
