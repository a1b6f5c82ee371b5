"""The `head` method: an avatar made from the portrait as by `omote avatar make`, drawn by the runtime's head engine.

Engines that draw the same avatar share it: `EngineMethod("retouch", ...)`.
"""

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
from face.motion import NEUTRAL, Motion
from face.rest import PortraitRest
from face.rig import load_rig
from measure.errors import MeasureError
from measure.head_placement import HeadPlacement, placement_of
from runtime.engines.engine import RendererEngine
from runtime.engines.selection import make_engine
from runtime.inference.settings import NeuralSettings
from vision.landmarker import FaceLandmarker, find_face_landmarker
from vision.native_logs import quiet_native_libraries


class EngineMethod:
    """An engine of the runtime that draws avatars made from a portrait; see `measure.methods.method.Method`."""

    def __init__(
        self, engine: str, size: int, face_landmarker: Path | None, model: Path | None = None
    ) -> None:
        """Open the engine and the landmarker.

        Args:
            engine: its name in `runtime.engines.selection`, and the method's.
            size: side of the frames, pixels.
            face_landmarker: MediaPipe's model; None searches for it.
            model: the folder of the engine's network; None = the one that comes with Omote, if it needs one.

        Raises:
            BridgeError: there is no landmarker.
            ConfigError, RenderError: there is no such engine, or it cannot work here.
        """
        self.name = engine
        quiet_native_libraries()
        self._engine: RendererEngine = make_engine(
            engine, size, NeuralSettings(model="" if model is None else str(model))
        )
        self._landmarker = FaceLandmarker(
            find_face_landmarker(face_landmarker), video=False, num_faces=AT_ONCE
        )
        self._held = np.eye(3, dtype=np.float32)
        self._portrait = NEUTRAL
        self.placement: HeadPlacement | None = None

    def prepare(self, portrait: NDArray[np.uint8]) -> None:
        """Make the avatar in a temporary folder and load it.

        Raises:
            AuthoringError: no face was found, or the head does not fit it.
            MeasureError: the face is too small in the portrait.
        """
        with tempfile.TemporaryDirectory() as place:
            folder, photo = Path(place) / "avatar", Path(place) / "portrait.png"
            Image.fromarray(portrait).save(photo)
            report = avatar_from_photo(
                photo, folder, AvatarOptions("measured"), self._landmarker, progress=lambda _: None
            )
            # the avatar of a smaller face is cropped, so its frames would not show the portrait's square
            if report.face_px < FACE_SHARE * len(portrait):
                raise MeasureError(
                    f"the face is {report.face_px:.0f} of the portrait's {len(portrait)} pixels high, expected at "
                    f"least {FACE_SHARE * len(portrait):.0f}; take the portrait from nearer"
                )
            avatar = load_avatar(folder)
            rig = load_rig(avatar)
            self._held, self.placement = rig.camera.rotation, placement_of(rig)
            self._portrait = rig.portrait
            self._engine.set_avatar(avatar)

    def frames(
        self, motions: Sequence[Motion], *, fps: float, rest: Motion | None = None
    ) -> Iterator[NDArray[np.uint8]]:
        """Draw each Motion. Its pose is relative to the portrait's, so the fitted head rotation is added."""
        at_rest = None if rest is None else PortraitRest(self._portrait, rest.values)
        for number, motion in enumerate(motions):
            absolute = Motion.neutral()
            absolute.set_from(motion)
            if at_rest is not None:
                at_rest(absolute.values)
            else:
                absolute.pose[:3] = angles(rotation(*(float(v) for v in motion.pose[:3])) @ self._held)
            yield self._engine.render(absolute, number / fps).copy()

    def close(self) -> None:
        """Close engine and landmarker; may be called twice."""
        self._engine.close()
        self._landmarker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_method(size: int, face_landmarker: Path | None, model: Path | None = None) -> EngineMethod:
    """Called by `make_method`."""
    return EngineMethod("head", size, face_landmarker)
