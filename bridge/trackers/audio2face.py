"""NVIDIA Audio2Face's Live Link stream, which connects to this machine on TCP 12030.

    tracker = Audio2FaceTracker()

The stream is blocks: a 64-bit big-endian size, then as many bytes, one of

    A2F:30                                                                a burst begins, frames per second
    {"Audio2Face": {"Facial": {"Names": [...], "Weights": [...]}, ...}}   one frame
    EOS                                                                   the burst is over

Audio2Face sends the sound on TCP 12031, which is not used.

Source: NVIDIA's Audio2Face Live Link plugin and its unit tests.
"""

from __future__ import annotations

from enum import Enum
from math import isfinite
from typing import Annotated, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from bridge.observation import Observation
from bridge.trackers.network_tracker import FeedResult
from bridge.trackers.source_id import source_id
from protocol.blendshapes import BLENDSHAPES, INDEX, find_blendshape
from protocol.codec import Refusal
from protocol.decode_errors import explain

#: A frame of 52 weights has about 2 KB; bodies add some.
MAX_BLOCK_BYTES: Final = 256 * 1024
MAX_NAMES: Final = 1024
#: Weights outside 0..1 by up to this are clipped, others refused: Audio2Face overshoots a little.
OVERSHOOT: Final = 0.5
_SIZE_BYTES: Final = 8

_Names = Annotated[list[str], msgspec.Meta(max_length=MAX_NAMES)]
_Weights = Annotated[list[float], msgspec.Meta(max_length=MAX_NAMES)]


class _Facial(msgspec.Struct):
    names: _Names = msgspec.field(name="Names", default_factory=list)
    weights: _Weights = msgspec.field(name="Weights", default_factory=list)


class _Character(msgspec.Struct):
    facial: _Facial = msgspec.field(name="Facial", default_factory=_Facial)


class _Block(msgspec.Struct):
    character: _Character = msgspec.field(name="Audio2Face")


_DECODER: Final = msgspec.json.Decoder(_Block)


class Audio2FaceMark(Enum):
    """A block that marks the beginning or end of a burst."""

    BEGIN = "begin"
    END = "end"


def parse(payload: bytes) -> NDArray[np.float64] | Audio2FaceMark | Refusal:
    """One block: (52,) float64 coefficients 0..1 in the order of `BLENDSHAPES`, NaN = not sent; or a mark."""
    if payload.startswith(b"A2F:"):
        return Audio2FaceMark.BEGIN
    if payload == b"EOS":
        return Audio2FaceMark.END
    try:
        facial = _DECODER.decode(payload).character.facial
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Refusal("not Audio2Face", explain(error))
    if len(facial.names) != len(facial.weights):
        return Refusal("not Audio2Face", f"{len(facial.names)} names for {len(facial.weights)} weights")
    expression = np.full(len(BLENDSHAPES), np.nan)
    for name, weight in zip(facial.names, facial.weights, strict=True):
        shape = find_blendshape(name)
        if shape is None:
            continue
        if not -OVERSHOOT <= weight <= 1.0 + OVERSHOOT:
            reason = "out of range" if isfinite(weight) else "non-finite value"
            return Refusal(reason, f"Audio2Face {shape} = {weight:g}, expected 0 to 1")
        expression[INDEX[shape]] = min(max(weight, 0.0), 1.0)
    if np.isnan(expression).all():
        return Refusal(
            "no values", "an Audio2Face frame without any ARKit name; choose ARKit blendshapes in Audio2Face"
        )
    return expression


class Audio2FaceFeed:
    """The parser of one connection. Buffers at most one unfinished block of bounded size."""

    def __init__(self, source: str) -> None:
        """A parser at the beginning of a stream.

        Args:
            source: the id of the connection's observations.
        """
        self._source = source
        self._held = bytearray()
        self._skip = 0  # bytes left of a block that is too large

    def feed(self, chunk: bytes, now_ns: int) -> FeedResult:
        """Parse the next bytes, cut anywhere."""
        observations: list[Observation] = []
        refusals: list[Refusal] = []
        place = 0
        while place < len(chunk):
            # Buffer no more of the chunk than the current block needs.
            wanted = self._skip or self._wanted() - len(self._held)
            piece = chunk[place : place + wanted]
            place += len(piece)
            if self._skip:
                self._skip -= len(piece)
                continue
            self._held += piece
            if len(self._held) < _SIZE_BYTES:
                break
            size = self._size()
            if size > MAX_BLOCK_BYTES:
                refusals.append(Refusal("too large", f"an Audio2Face block of {size} bytes"))
                self._skip = size
                self._held.clear()
            elif len(self._held) == _SIZE_BYTES + size:
                self._read_block(bytes(self._held[_SIZE_BYTES:]), now_ns, observations, refusals)
                self._held.clear()
        return FeedResult(tuple(observations), tuple(refusals))

    def _read_block(
        self, payload: bytes, now_ns: int, observations: list[Observation], refusals: list[Refusal]
    ) -> None:
        block = parse(payload)
        if isinstance(block, Refusal):
            refusals.append(block)
        elif block is Audio2FaceMark.END:
            observations.append(Observation(self._source, is_face=False, receive_time_ns=now_ns))
        elif isinstance(block, np.ndarray):
            observations.append(Observation(self._source, expression=block, receive_time_ns=now_ns))

    def _size(self) -> int:
        return int.from_bytes(self._held[:_SIZE_BYTES], "big")

    def _wanted(self) -> int:
        """The size of the current block with its size field, as far as it is known."""
        return _SIZE_BYTES + (self._size() if len(self._held) >= _SIZE_BYTES else 0)


class Audio2FaceTracker:
    """Audio2Face. A `StreamTracker`."""

    name: str = "audio2face"
    tcp_ports: tuple[int, ...] = (12030,)

    def connect(self, sender: str) -> Audio2FaceFeed:
        """The parser of a new connection from Audio2Face."""
        return Audio2FaceFeed(source_id(self.name, sender))
