"""The bridge's errors.

OmoteError
└── BridgeError
    ├── SoundError        a sound file or microphone that cannot be used
    ├── CameraError       no camera gave a picture
    ├── CalibrationError  a calibration profile that cannot be used
    ├── OscQueryError     the bridge cannot announce itself to programs that look for VRChat
    ├── RecordingError    a take that cannot be written
    ├── ReplayError       a take that cannot be played
    └── ForwardError      a place that motion cannot be sent on to
"""

from __future__ import annotations

from protocol.errors import OmoteError


class BridgeError(OmoteError):
    """Base of everything the bridge reports to its user; the message says got, expected, what to do."""


class SoundError(BridgeError):
    """A sound file or microphone is missing, unreadable or silent for good."""


class CameraError(BridgeError):
    """No camera could be opened, or it stopped giving pictures."""


class CalibrationError(BridgeError):
    """A calibration profile has unknown keys or numbers that make no sense."""


class OscQueryError(BridgeError):
    """Nothing can be announced: zeroconf is missing, or multicast DNS is impossible here."""


class RecordingError(BridgeError):
    """A take cannot be written: its file exists already, or the disk refuses."""


class ReplayError(BridgeError):
    """A take is missing, is none, or has nothing in it to play."""


class ForwardError(BridgeError):
    """Motion cannot be sent on: no such host, or it would come back to where it is from."""
