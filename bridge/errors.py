"""The bridge's errors.

OmoteError
└── BridgeError
    ├── SoundError        a sound file or microphone cannot be used
    ├── CameraError       a camera gives no pictures
    ├── CalibrationError  a calibration profile cannot be used
    ├── OscQueryError     OSCQuery cannot announce the bridge to VRCFaceTracking
    ├── RecordingError    a take cannot be written
    ├── ReplayError       a take cannot be played
    └── ForwardError      motion cannot be forwarded to a destination
"""

from __future__ import annotations

from protocol.errors import OmoteError


class BridgeError(OmoteError):
    """Base of the bridge's errors; the message says got, expected, what to do."""


class SoundError(BridgeError):
    """A sound file or microphone is missing, unreadable or has stopped."""


class CameraError(BridgeError):
    """No camera could be opened, or it stopped giving pictures."""


class CalibrationError(BridgeError):
    """A calibration profile has unknown keys or invalid numbers."""


class OscQueryError(BridgeError):
    """OSCQuery cannot announce: zeroconf is missing, or multicast DNS does not work on this machine."""


class RecordingError(BridgeError):
    """A take cannot be written: its file exists already, or writing failed."""


class ReplayError(BridgeError):
    """A take is missing, is not a take, or has no message to play."""


class ForwardError(BridgeError):
    """Motion cannot be forwarded: the host is unknown, or the runtime would receive its own motion."""
