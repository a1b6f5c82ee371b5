"""OpenSeeFaceTracker: OpenSeeFace's facetracker, UDP 11573, one source a face.

Expression comes from the landmarks (`bridge.expressions.landmark_expression`), not from the tracker's features. Several
trackers on one machine are told apart by their ports, several faces of one by their ids.

    facetracker.py --model 3 -c 0 --faces 2      # on its side, nothing else to set

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
from bridge.trackers.network_tracker import FeedResult
from protocol.codec import Refusal

#: "1..39 face records": time f64, id i32, width and height, eyes open right and left, success u8, pnp error,
#: quaternion, Euler degrees, translation, 68 confidences, 68 x 2 landmarks, 70 x 3 points, 14 features;
#: little-endian, packed.
RECORD: Final = Struct("<di2f2fBf4f3f3f68f136f210f14f")
MAX_FACES: Final = 39
MAX_SOURCES: Final = 32
#: Pixels; the tracker itself gives a face up beyond this.
MAX_PNP_ERROR: Final = 300.0
#: Outer eye corners are 0.63 of the tracker's units apart, and about 90 mm of a face.
METRES_A_UNIT: Final = 0.09 / 0.63
_NOSE: Final = 30


@dataclass(frozen=True, slots=True, eq=False)
class OpenSeeFaceRecord:
    """One face of one datagram, as sent.

    Attributes:
        time_s: Unix seconds, before inference. face: the tracker's number for it.
        width, height: of the picture, pixels.
        is_fitted: whether the fit in space holds; otherwise nothing of the face is to be trusted.
        euler_degrees: (3,). translation: (3,) the tracker's units, [2] is minus the distance.
        confidence: (68,). landmarks: (68, 2) pixels, y down. points: (70, 3) in the head's frame, y down.
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
    """Every face of a datagram; a datagram with anything wrong in it is refused as a whole."""
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
        is_fitted=bool(success)
        and 0.0 <= pnp_error <= MAX_PNP_ERROR
        and _is_seen_from_before(*fields[12:15]),
        euler_degrees=(fields[12], fields[13], fields[14]),
        translation=(fields[15], fields[16], fields[17]),
        confidence=np.clip(numbers[18:86], 0.0, 1.0),
        landmarks=numbers[86:222].reshape(68, 2),
        points=numbers[222:432].reshape(70, 3),
    )


def head_angles(record: OpenSeeFaceRecord) -> dict[str, float]:
    """Yaw, pitch and roll in radians with Omote's signs.

    The fit is done in rows and columns with z behind the camera: hence 180 and 90 degrees, and wrapping after
    adding, because Euler x runs across +-180. It takes rows' centre for columns', so where the picture is no
    square it sees the face in another direction than it is, and turns it by as much: on 1024 x 512 by 13
    degrees. That is undone here.
    """
    x, y, z = record.euler_degrees
    column, row = record.landmarks[_NOSE]
    yaw_seen, pitch_seen = column - record.height / 2, record.width / 2 - row
    yaw_true, pitch_true = column - record.width / 2, record.height / 2 - row
    focal = record.width
    return {
        "yaw": radians(y) + atan2(yaw_true, focal) - atan2(yaw_seen, focal),
        "pitch": -radians(_wrapped(x + 180.0)) + atan2(pitch_true, focal) - atan2(pitch_seen, focal),
        "roll": radians(_wrapped(z - 90.0)),
    }


def head_place(record: OpenSeeFaceRecord) -> dict[str, float]:
    """The nose in metres before the camera: depth from the fit, the rest from the landmark.

    The fit's own x and y are off by (width - height) / 2 pixels: it takes rows' centre for columns'. Its focal
    length is the picture's width.
    """
    depth = abs(record.translation[2]) * METRES_A_UNIT
    column, row = record.landmarks[_NOSE]
    return {
        "x": float(column - record.width / 2) / record.width * depth,
        "y": float(record.height / 2 - row) / record.width * depth,
        "z": -depth,
    }


class OpenSeeFaceTracker:
    """One neutral face a source. Contract: `bridge.trackers.network_tracker.DatagramTracker`."""

    name: str = "openseeface"
    udp_ports: tuple[int, ...] = (11573,)
    is_whole: bool = True

    def __init__(self) -> None:
        self._faces: dict[str, LandmarkExpression] = {}  # the one that was silent longest comes first

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Take one datagram: an observation a face."""
        records = parse(datagram)
        if isinstance(records, Refusal):
            return FeedResult(refusals=(records,))
        return FeedResult(tuple(self._observation(record, sender, now_ns) for record in records))

    def _observation(self, record: OpenSeeFaceRecord, sender: str, now_ns: int) -> Observation:
        source = f"{self.name}:{sender}:{record.face}"[:64]
        sent_ns = int(record.time_s * 1e6) * 1000
        if not record.is_fitted:
            return Observation(source, is_face=False, sender_time_ns=sent_ns, receive_time_ns=now_ns)
        face = self._faces.pop(source, None) or LandmarkExpression()
        while len(self._faces) >= MAX_SOURCES:
            del self._faces[next(iter(self._faces))]
        self._faces[source] = face
        # Points stand with x to the subject's right.
        towards_left = record.points[:68, :2] * (-1.0, 1.0)
        expression, gaze = face(towards_left, record.confidence, record.time_s)
        return Observation(
            source,
            expression=expression,
            pose=head_angles(record) | head_place(record),
            gaze=gaze,
            sender_time_ns=sent_ns,
            receive_time_ns=now_ns,
        )


def _is_seen_from_before(x: float, y: float, z: float) -> bool:
    """A face is never seen from behind or upside down: such a fit has gone wrong."""
    return max(abs(_wrapped(x + 180.0)), abs(_wrapped(y)), abs(_wrapped(z - 90.0))) <= 90.0


def _wrapped(degrees: float) -> float:
    """Into -180..180."""
    return (degrees + 180.0) % 360.0 - 180.0
