"""Errors of pictures and videos.

OmoteError
└── VisionError
    ├── LandmarkerError   the face landmarker's model is missing or damaged
    ├── LandmarkFileError a file of landmarks that cannot be used
    └── VideoError        a video file that cannot be read or written
"""

from __future__ import annotations

from protocol.errors import OmoteError


class VisionError(OmoteError):
    """Base of the errors of pictures and videos; the message says got, expected, what to do."""


class LandmarkerError(VisionError):
    """The face landmarker's model is missing or cannot be read."""


class LandmarkFileError(VisionError):
    """A file of landmarks is missing or damaged."""


class VideoError(VisionError):
    """A video file is missing, unreadable, empty, or cannot be written."""
