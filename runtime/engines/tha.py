"""ThaEngine: draws a THA4 character with its two small networks, with true transparency.

A frame: Motion -> 45 parameters -> face and body (`runtime.tha.student`) -> straight sRGB.

    engine = ThaEngine(size=512)
    engine.set_avatar(load_avatar(Path("avatars/lambda")))
    pixels = engine.render(motion, now_s)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from face.avatar import Avatar
from face.motion import Motion
from inference.errors import InferenceError
from inference.providers import wanted_providers
from protocol.messages import StageTiming
from runtime.engines.prepared import PreparedAvatar
from runtime.engines.retouch import Start, frame_limit_ms
from runtime.errors import RenderError
from runtime.inference.settings import NeuralSettings
from runtime.tha.backing import Backing
from runtime.tha.band_rate import BandRate
from runtime.tha.parameters import PARAMETERS
from runtime.tha.pixels import PixelEncoder
from runtime.tha.pose_map import breathing_at, write_matrix, write_pose
from runtime.tha.prepare import DRAWING, ENGINE, prepare_tha
from runtime.tha.student import BANDS, Student
from runtime.tha.student_loader import StudentLoader

#: How long a step of `upload` waits for the networks.
_STEP_S: Final = 0.002


class ThaEngine:
    """RendererEngine for THA4 characters. See `runtime.engines.engine` for the contract.

    Attributes:
        student: the character that is shown; None without an avatar.
    """

    name = ENGINE
    provider = "no character yet"

    def __init__(
        self,
        size: int = 512,
        settings: NeuralSettings | None = None,
        *,
        start: Start = "load",
        fps: float = 0.0,
    ) -> None:
        """Allocate; networks come with a character.

        Args:
            size: side of the frames in pixels.
            start: "load": every frame computes everything, also on a CPU; else as much as the frame rate leaves time for.
            fps: wanted frames a second, 0 = no limit.

        Raises:
            ProviderError: no provider has such a name.
        """
        self._settings = settings or NeuralSettings()
        wanted_providers(self._settings.providers)
        self._size = size
        share = self._settings.cpu_share
        limit_ms = frame_limit_ms(self._settings.least_fps, fps, share)
        self._rate = None if start == "load" else BandRate(limit_ms)
        self._pixels = np.zeros((size, size, 4), np.uint8)
        self._encoder, self._backing = PixelEncoder(size), Backing(size)
        self._pose = np.zeros(PARAMETERS, np.float32)
        self._matrix = np.zeros(6, np.float32)
        self.student: Student | None = None
        self._loader: StudentLoader | None = None
        self._began_s = self._last_s = np.inf

    def set_avatar(self, avatar: Avatar) -> None:
        """Load a character at once.

        Raises:
            AvatarError: a file of the avatar is damaged; the avatar before it stays loaded.
            ProviderError, RenderError: no provider can run it here; the avatar before it stays loaded.
        """
        for _ in self.upload(PreparedAvatar(avatar, self.name, prepare_tha(avatar, self._size))):
            pass

    def upload(self, prepared: PreparedAvatar) -> Iterator[None]:
        """Open the networks of a prepared character in another thread; a step looks after them.

        Raises:
            ProviderError, RenderError: no provider can run it here; the avatar before it stays loaded.
        """
        arrays: dict[str, NDArray[Any]] = dict(prepared.arrays)
        drawing, plate = arrays.pop(DRAWING), arrays.pop("plate", None)
        loader = StudentLoader(arrays, drawing, self._size, self._settings.providers)
        try:
            while not loader.is_over(_STEP_S):
                yield
            student = loader.take()
            if student is None:
                raise RenderError(f"{prepared.avatar.name!r} cannot be drawn: {loader.failure}")
        except BaseException:
            loader.close()
            raise
        before, self._loader = self._loader, loader
        if before is not None:
            before.close()
        self._show(student)
        self._backing.put(plate)
        self._began_s = self._last_s = np.inf  # a new sequence

    def upload_plate(self, picture: NDArray[np.uint8] | None) -> Iterator[None]:
        """Put another background behind the character, at once: the processor draws it, and a fade would cost two."""
        self._backing.put(picture)
        yield

    def _show(self, student: Student) -> None:
        before, self.student = self.student, student
        self.provider = student.provider
        if before is not None:
            before.close()

    def begin(self, motion: Motion, now_s: float) -> None:
        """Nothing: `render` does all of it."""

    def render(self, motion: Motion, now_s: float) -> NDArray[np.uint8]:
        """Draw one frame: (size, size, 4) uint8 RGBA, straight alpha, sRGB, top row first; reused by the next.

        `now_s` moves the breath, which begins with the sequence.

        Raises:
            RenderError: no avatar has been set, or its provider failed.
        """
        if self._loader is not None and (better := self._loader.take()) is not None:
            self._show(better)
        if self.student is None:
            raise RenderError("the tha engine has no avatar yet; call set_avatar first")
        if now_s < self._last_s:
            self._began_s = now_s
        self._last_s = now_s
        write_pose(motion, breathing_at(now_s - self._began_s), out=self._pose)
        write_matrix(motion, out=self._matrix)
        bands = self._rate.bands if self._rate is not None else BANDS
        try:
            picture = self.student.draw(self._pose, self._matrix, bands)
        except InferenceError as error:
            raise RenderError(
                f"the character cannot be drawn: {error}; choose another --providers"
            ) from error
        self._encoder.encode(picture, out=self._pixels)
        self._backing.draw(self._pixels)
        return self._pixels

    def frame_took(self, frame_ms: float, now_s: float) -> None:
        """Compute less or more of the body in the next frames, on a CPU."""
        if self._rate is not None and self.student is not None and self.student.is_banded:
            self._rate.frame_took(frame_ms)

    def timings(self) -> list[StageTiming]:
        """Nothing goes on beside the frames."""
        return []

    def notes(self) -> list[str]:
        """Which providers cannot run, and over how many frames the body is spread."""
        made = [f"tha on {one}" for one in self._loader.notes()] if self._loader is not None else []
        if self._rate is not None and self._rate.frames > 1:
            made.append(
                f"tha: a whole body is drawn every {self._rate.frames} frames, and moved between; the face in every frame. "
                "A GPU draws all of it in every frame: pip install onnxruntime-gpu, or onnxruntime-directml on Windows"
            )
        return made

    def close(self) -> None:
        """Release the networks; may be called twice."""
        if self._loader is not None:
            self._loader.close()
            self._loader = None
        if self.student is not None:
            self.student.close()
            self.student = None
