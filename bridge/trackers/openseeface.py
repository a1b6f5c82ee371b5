"""OpenSeeFace's facetracker on UDP 11573; each face is a source of its own.

    tracker = OpenSeeFaceTracker()                # and: facetracker.py --model 3 -c 0 --faces 2

Expression comes from the landmarks (`bridge.expressions.landmark_expression`), not from OpenSeeFace's features.
Source ids hold the sender's port and the face's number, so several trackers and faces stay apart.

Source: OpenSeeFace, facetracker.py and its README; signs and layout checked on recorded packets.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, radians
from struct import Struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.expressions.landmark_expression import LandmarkExpression
from bridge.observation import Observation
from bridge.trackers.frozen_face import CAMERA_REASON, FrozenFaces
from bridge.trackers.network_tracker import FeedResult
from bridge.trackers.per_sender import PerSender
from bridge.trackers.source_id import source_id
from protocol.codec import Refusal

#: "1..39 face records": time f64, id i32, width and height, eyes open right and left, success u8, pnp error,
#: quaternion, Euler degrees, translation, 68 confidences, 68 x 2 landmarks, 70 x 3 points, 14 features;
#: little-endian, packed.
RECORD: Final = Struct("<di2f2fBf4f3f3f68f136f210f14f")
MAX_FACES: Final = 39
#: Reprojection error in pixels at which OpenSeeFace itself gives a face up.
MAX_PNP_ERROR: Final = 300.0
#: The outer eye corners are 0.63 OpenSeeFace units apart, and about 90 mm on a face.
METRES_A_UNIT: Final = 0.09 / 0.63
_NOSE: Final = 30  # landmark of the nose tip


@dataclass(frozen=True, slots=True, eq=False)
class OpenSeeFaceRecord:
    """One face of one datagram, in OpenSeeFace's own units.

    Attributes:
        time_s: Unix seconds, before inference. face: OpenSeeFace's number of the face.
        width, height: of the picture, pixels.
        is_fitted: whether the fit in space succeeded; otherwise no value of the record is usable.
        euler_degrees: (3,). translation: (3,) OpenSeeFace units, [2] is minus the distance.
        confidence: (68,) 0..1. landmarks: (68, 2) pixels, x right, y down. points: (70, 3) OpenSeeFace units in
            the head's frame, x to the subject's right, y down. All float64.
    """

    time_s: float
    face: int
    width: float
    height: float
    is_fitted: bool
    euler_degrees: tuple[float, float, float]
    translation: tuple[float, float, float]
    confidence: NDArray[np.float64]
    landmarks: NDArray[np.float64]
    points: NDArray[np.float64]


def parse(datagram: bytes) -> tuple[OpenSeeFaceRecord, ...] | Refusal:
    """Every face of a datagram; one bad record refuses the whole datagram."""
    count, rest = divmod(len(datagram), RECORD.size)
    if rest or not 1 <= count <= MAX_FACES:
        return Refusal(
            "not OpenSeeFace",
            f"got {len(datagram)} bytes, expected 1 to {MAX_FACES} records of {RECORD.size}",
        )
    records = []
    for fields in RECORD.iter_unpack(datagram):
        record = _record(fields)
        if isinstance(record, Refusal):
            return record
        records.append(record)
    return tuple(records)


def _record(fields: tuple[float, ...]) -> OpenSeeFaceRecord | Refusal:
    numbers = np.array(fields, np.float64)
    time_s, face, width, height, _, _, success, pnp_error = fields[:8]
    if not np.isfinite(numbers).all() or float(np.abs(numbers[8:]).max()) > 1e8:
        return Refusal("non-finite value", "an OpenSeeFace record with NaN or infinite numbers")
    if not 1e9 <= time_s <= 4e9 or success not in (0, 1) or not 0 <= face <= 1_000_000:
        return Refusal("not OpenSeeFace", "a record without Unix time, face number or success flag")
    if not 1.0 <= width <= 1e5 or not 1.0 <= height <= 1e5:
        return Refusal("not OpenSeeFace", f"a picture of {width:g} x {height:g} pixels")
    return OpenSeeFaceRecord(
        time_s=time_s,
        face=int(face),
        width=width,
        height=height,
        is_fitted=bool(success) and 0.0 <= pnp_error <= MAX_PNP_ERROR and _is_frontal(*fields[12:15]),
        euler_degrees=(fields[12], fields[13], fields[14]),
        translation=(fields[15], fields[16], fields[17]),
        confidence=np.minimum(np.maximum(numbers[18:86], 0.0), 1.0),
        landmarks=numbers[86:222].reshape(68, 2),
        points=numbers[222:432].reshape(70, 3),
    )


def head_angles(record: OpenSeeFaceRecord) -> dict[str, float]:
    """Yaw, pitch and roll in radians with Omote's signs.

    OpenSeeFace fits in (row, column) coordinates with z behind the camera: hence the 180 and 90 degrees, and the
    wrapping after adding, because Euler x crosses +-180. It also swaps the picture's centre row and column, so
    in a picture that is not square it sees the face in a wrong direction and turns it by the error: 13 degrees
    at 1024 x 512. This function removes that error.
    """
    x, y, z = record.euler_degrees
    column, row = record.landmarks[_NOSE].tolist()
    yaw_seen, pitch_seen = column - record.height / 2, record.width / 2 - row
    yaw_true, pitch_true = column - record.width / 2, record.height / 2 - row
    focal = record.width
    return {
        "yaw": radians(y) + atan2(yaw_true, focal) - atan2(yaw_seen, focal),
        "pitch": -radians(_wrapped(x + 180.0)) + atan2(pitch_true, focal) - atan2(pitch_seen, focal),
        "roll": radians(_wrapped(z - 90.0)),
    }


def head_place(record: OpenSeeFaceRecord) -> dict[str, float]:
    """The nose tip relative to the camera in metres: depth from the fit, x and y from the landmark.

    The fit's own x and y are off by (width - height) / 2 pixels, because it swaps the centre row and column. Its
    focal length is the picture's width.
    """
    depth = abs(record.translation[2]) * METRES_A_UNIT
    column, row = record.landmarks[_NOSE].tolist()
    return {
        "x": (column - record.width / 2) / record.width * depth,
        "y": (record.height / 2 - row) / record.width * depth,
        "z": -depth,
    }


class OpenSeeFaceTracker:
    """OpenSeeFace, a `LandmarkExpression` per face. A `DatagramTracker`."""

    name: str = "openseeface"
    udp_ports: tuple[int, ...] = (11573,)
    is_whole: bool = True

    def __init__(self) -> None:
        """A tracker without faces."""
        self._faces = PerSender(lambda _: LandmarkExpression())
        self._live = FrozenFaces(CAMERA_REASON)

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Parse one datagram; each of its faces is one observation."""
        records = parse(datagram)
        if isinstance(records, Refusal):
            return FeedResult(refusals=(records,))
        return FeedResult(tuple(self._observation(record, sender, now_ns) for record in records))

    def _observation(self, record: OpenSeeFaceRecord, sender: str, now_ns: int) -> Observation:
        source = source_id(self.name, f"{sender}:{record.face}")
        sent_ns = int(record.time_s * 1e6) * 1000
        if not record.is_fitted:
            return Observation(source, is_face=False, sender_time_ns=sent_ns, receive_time_ns=now_ns)
        towards_left = record.points[:68, :2] * (-1.0, 1.0)  # x to the subject's left
        expression, gaze = self._faces[source](towards_left, record.confidence, record.time_s)
        observation = Observation(
            source,
            expression=expression,
            pose=head_angles(record) | head_place(record),
            gaze=gaze,
            sender_time_ns=sent_ns,
            receive_time_ns=now_ns,
        )
        # the expression is filtered over time, and adapts
        return self._live(observation, record.landmarks.tobytes())


def _is_frontal(x: float, y: float, z: float) -> bool:
    """Whether the face points towards the camera; a fit from behind or upside down is wrong."""
    return max(abs(_wrapped(x + 180.0)), abs(_wrapped(y)), abs(_wrapped(z - 90.0))) <= 90.0


def _wrapped(degrees: float) -> float:
    """The same angle in -180..180."""
    return (degrees + 180.0) % 360.0 - 180.0
