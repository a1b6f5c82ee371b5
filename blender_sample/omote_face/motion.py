"""Motion: what the runtime made of all drivers for one frame.

motion = decode_motion(message, arrived_s=time.perf_counter())
"""

from __future__ import annotations

from array import array
from typing import Final, NamedTuple

from .channels import CHANNELS
from .errors import WireError
from .msgpack import decode

TOPIC: Final = b"OMOTEMOT"
#: Above every channel's range; a message with a larger value is damaged.
_MAX_VALUE: Final = 1e3


class Motion(NamedTuple):
    """One frame's values.

    Attributes:
        frame_id: rises by one a frame; a gap means lost frames.
        capture_time_ns: when the newest driver measured, Unix nanoseconds; 0 = unknown.
        arrived_s: when it arrived, in seconds of `time.perf_counter`.
        values: float32, in the order of `channels.CHANNELS`.
    """

    frame_id: int
    capture_time_ns: int
    arrived_s: float
    values: array[float]


def decode_motion(message: bytes, *, arrived_s: float) -> Motion:
    """Decode a message of the topic OMOTEMOT.

    Raises:
        WireError: it is none, or has a value that no channel can have.
    """
    if not message.startswith(TOPIC):
        raise WireError(f"got a message of {message[:8]!r}, expected {TOPIC!r}")
    fields = decode(message[len(TOPIC) :])
    try:
        frame_id, captured_ns = int(fields["frame_id"]), int(fields["capture_time_ns"])
        values = array("f", fields["values"][: len(CHANNELS)])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise WireError(f"a motion without its fields: {error!r}") from error
    if len(values) < len(CHANNELS) or not all(-_MAX_VALUE < value < _MAX_VALUE for value in values):
        raise WireError(f"got {len(values)} values or one beyond every channel, expected {len(CHANNELS)}")
    return Motion(frame_id, captured_ns, arrived_s, values)
