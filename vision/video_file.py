"""VideoFile: checks a video file and reads it frame by frame.

with VideoFile(Path("clip.mp4")) as video:
    while (picture := video.read()) is not None: ...
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from vision.errors import VideoError, VisionError

FALLBACK_FPS: Final = 30.0
MAX_FPS: Final = 480.0


class VideoFile:
    """Reads a video from its beginning, in order.

    Attributes:
        path: the file.
        fps: frames per second; FALLBACK_FPS when the file does not say.
        size: width, height in pixels, upright (a phone's rotation mark is applied).
        frame_count: from the file's header, 0 = unknown; too large for truncated files.
    """

    def __init__(self, path: Path) -> None:
        """Open a video and decode its first frame.

        Raises:
            VideoError: the file is missing, a folder, empty, not a video, or without a readable frame.
            VisionError: OpenCV is not installed.
        """
        self.path = path
        self._capture = _open(path)
        first = self._first()
        self._waiting: NDArray[np.uint8] | None = first
        self.size = (first.shape[1], first.shape[0])
        self.fps = _usable_fps(self._capture)
        self.frame_count = max(int(self._capture.get(_cv2().CAP_PROP_FRAME_COUNT)), 0)

    def read(self) -> NDArray[np.uint8] | None:
        """The next frame, (H, W, 3) uint8 sRGB, RGB, owned by the caller; None at the end."""
        if self._waiting is not None:
            picture, self._waiting = self._waiting, None
            return picture
        return self._decode()

    def skip(self) -> bool:
        """Skip one frame without converting it; False at the end."""
        if self._waiting is not None:
            self._waiting = None
            return True
        return bool(self._capture.grab())

    def rewind(self) -> None:
        """Go back to the first frame.

        Raises:
            VideoError: the file cannot be opened any more.
        """
        self._capture.release()
        self._capture = _open(self.path)
        self._waiting = self._first()

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._capture.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _first(self) -> NDArray[np.uint8]:
        first = self._decode()
        if first is None:
            self._capture.release()
            raise VideoError(
                f"{self.path} opens as a video but holds no frame that can be read; export it again"
            )
        return first

    def _decode(self) -> NDArray[np.uint8] | None:
        is_read, picture = self._capture.read()
        if not is_read or picture is None:
            return None
        rgb: NDArray[np.uint8] = _cv2().cvtColor(picture, _cv2().COLOR_BGR2RGB)
        return rgb


def _open(path: Path) -> Any:
    if path.is_dir():
        raise VideoError(f"{path} is a folder, expected a video file such as clip.mp4")
    if not path.is_file():
        raise VideoError(f"there is no file {path}; check the name")
    if path.stat().st_size == 0:
        raise VideoError(f"{path} is empty (0 bytes); copy or download it again")
    cv2 = _cv2()
    capture = cv2.VideoCapture(str(path), cv2.CAP_ANY)
    if not capture.isOpened():
        raise VideoError(
            f"{path} cannot be read as a video: it is cut off, damaged or of another kind; "
            "copy it again, or convert it: ffmpeg -i INPUT -c:v libx264 clip.mp4"
        )
    return capture


def _usable_fps(capture: Any) -> float:
    fps = float(capture.get(_cv2().CAP_PROP_FPS))
    return fps if 0.0 < fps <= MAX_FPS else FALLBACK_FPS


def _cv2() -> Any:
    # Imported late: OpenCV is optional, and slow to import.
    try:
        import cv2
    except ImportError as error:
        raise VisionError(
            "videos and cameras need OpenCV, which is not installed; install it with: "
            "pip install 'omote[tracking]'"
        ) from error
    return cv2
