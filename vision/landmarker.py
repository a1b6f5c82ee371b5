"""FaceLandmarker: finds the faces of a picture, each with 478 points, 52 blendshapes and a head pose (MediaPipe >= 1.2).

with FaceLandmarker(find_face_landmarker(None), video=True, num_faces=1) as landmarker:
    faces = landmarker.detect(rgb, timestamp_ms=40)
"""

from __future__ import annotations

import hashlib
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES
from vision.errors import LandmarkerError
from vision.native_logs import native_stderr_silenced

MODEL_URL: Final = "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/face_landmarker.task"
MODEL_SHA256: Final = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
MODEL_NAME: Final = "face_landmarker.task"
ENVIRONMENT: Final = "OMOTE_FACE_LANDMARKER"


@dataclass(frozen=True, slots=True, eq=False)
class FaceObservation:
    """One face in one picture.

    Attributes:
        landmarks: (478, 3) float32 pixels: x right, y down, z relative depth, smaller is nearer.
        blendshapes: (52,) float32 0..1 in `protocol.blendshapes` order; tongueOut is always 0.
        transform: (4, 4) float32, canonical face to camera: centimetres, right-handed, the camera at the
            origin looks along -Z.
    """

    landmarks: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
    transform: NDArray[np.float32]


class FaceLandmarker:
    """MediaPipe's face landmarker; a context manager. One thread at a time; close it before Python exits."""

    def __init__(self, model_path: Path, *, video: bool, num_faces: int) -> None:
        """Load the model.

        Args:
            model_path: face_landmarker.task.
            video: track faces from frame to frame (timestamps must rise); otherwise each picture is independent.
            num_faces: largest number of faces reported.

        Raises:
            LandmarkerError: mediapipe is not installed, or the file is not such a model.
        """
        try:
            import mediapipe
            from mediapipe.tasks.python import BaseOptions, vision
        except ImportError as error:
            raise LandmarkerError(
                f"tracking faces needs mediapipe ({error}); install it with: pip install 'omote[tracking]'"
            ) from error
        self._image: Callable[..., Any] = mediapipe.Image
        self._format = mediapipe.ImageFormat.SRGB
        self._video = video
        self._newest_ms = -1
        mode = vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE
        options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=_read(model_path)),
            running_mode=mode,
            num_faces=num_faces,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        try:
            with native_stderr_silenced():
                self._landmarker: Any = vision.FaceLandmarker.create_from_options(options)
        except (RuntimeError, ValueError) as error:
            raise LandmarkerError(
                f"{model_path} is not a face landmarker model; download it again from {MODEL_URL}"
            ) from error

    def __enter__(self) -> FaceLandmarker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def detect(self, rgb: NDArray[np.uint8], timestamp_ms: int | None) -> list[FaceObservation]:
        """Find the faces in one picture.

        Args:
            rgb: (H, W, 3) uint8 sRGB, RGB.
            timestamp_ms: in video mode the time of the frame; one that does not rise is taken as the next millisecond.
                Otherwise not used.
        """
        picture = self._image(image_format=self._format, data=np.ascontiguousarray(rgb))
        if self._video:
            assert timestamp_ms is not None, "video mode needs a timestamp"
            self._newest_ms = max(timestamp_ms, self._newest_ms + 1)
            result = self._landmarker.detect_for_video(picture, self._newest_ms)
        else:
            result = self._landmarker.detect(picture)
        height, width = rgb.shape[:2]
        return [
            _observation(*found, width, height)
            for found in zip(
                result.face_landmarks,
                result.face_blendshapes,
                result.facial_transformation_matrixes,
                strict=True,
            )
        ]

    def close(self) -> None:
        """Release the model; may be called twice."""
        landmarker, self._landmarker = self._landmarker, None
        if landmarker is not None:
            with native_stderr_silenced():
                landmarker.close()


def _observation(points: Any, shapes: Any, transform: Any, width: int, height: int) -> FaceObservation:
    by_name = {shape.category_name: shape.score for shape in shapes}
    return FaceObservation(
        np.array([(p.x * width, p.y * height, p.z * width) for p in points], np.float32),
        np.array([by_name.get(name, 0.0) for name in BLENDSHAPES], np.float32),
        np.asarray(transform, np.float32),
    )


def _read(model_path: Path) -> bytes:
    try:
        return model_path.read_bytes()
    except OSError as error:
        raise LandmarkerError(
            f"{model_path}: {error.strerror}; give {MODEL_NAME} with --face-landmarker FILE"
        ) from error


def cache_path() -> Path:
    """Path of the downloaded model in the user's cache, by the platform's convention."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "omote" / MODEL_NAME


def find_face_landmarker(explicit: Path | None, *, download: bool = True) -> Path:
    """Find the landmarker's model: the given file, else OMOTE_FACE_LANDMARKER, else the cache, else a download.

    Raises:
        LandmarkerError: the named file is missing, or there is no model and the download failed.
    """
    named = explicit or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None)
    if named is not None:
        if named.is_file():
            return named
        by = "--face-landmarker" if explicit else ENVIRONMENT
        raise LandmarkerError(f"{named} ({by}): no such file; expected {MODEL_NAME} from {MODEL_URL}")
    cached = cache_path()
    if cached.is_file():
        return cached
    reason = _download(cached) if download else "not downloaded yet"
    if reason is None:
        return cached
    raise LandmarkerError(
        f"the face landmarker's model is missing ({reason}). Three ways to have it: let this program download "
        f"it (once, 4 MB) with a network; or fetch {MODEL_URL} and name it with --face-landmarker FILE or "
        f"{ENVIRONMENT}; or put it at {cached}"
    )


def _download(target: Path) -> str | None:
    """Fetch the model into the cache; returns why it failed, or None."""
    try:
        with urllib.request.urlopen(MODEL_URL, timeout=20) as answer:
            content = answer.read(64_000_000)
    except (urllib.error.URLError, OSError) as error:
        return f"download failed: {getattr(error, 'reason', error)}"
    if hashlib.sha256(content).hexdigest() != MODEL_SHA256:
        return "the download is not the file this program knows (checksum)"
    # One name per process: two programs that start together must not write to the same file.
    partial = target.with_suffix(f".{os.getpid()}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(target)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        return f"downloaded, but it cannot be kept: {error}"
    return None
