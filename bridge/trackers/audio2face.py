"""Audio2FaceTracker: NVIDIA Audio2Face's Live Link stream, which connects to us on TCP 12030.

    The stream is blocks: a 64-bit big-endian size, then as many bytes, one of
    A2F:30                                                                a burst begins, frames a second
    {"Audio2Face": {"Facial": {"Names": [...], "Weights": [...]}, ...}}   one frame
    EOS                                                                   the burst is over

Its sound, on TCP 12031, is not needed here.

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
from protocol.blendshapes import BLENDSHAPES, INDEX, find_blendshape
from protocol.codec import Refusal

#: A frame of 52 weights has about 2 KB; bodies add some.
MAX_BLOCK_BYTES: Final = 256 * 1024
MAX_NAMES: Final = 1024
#: Weights overshoot a little: up to here they are set to 0..1, beyond they are refused.
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
    """A block that frames a burst."""

    BEGIN = "begin"
    END = "end"


def parse(payload: bytes) -> NDArray[np.float64] | Audio2FaceMark | Refusal:
    """One block: (52,) coefficients in protocol order, NaN where not sent, or the mark that it is."""
    if payload.startswith(b"A2F:"):
        return Audio2FaceMark.BEGIN
    if payload == b"EOS":
        return Audio2FaceMark.END
    try:
        facial = _DECODER.decode(payload).character.facial
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Refusal("not Audio2Face", f"{error}"[:200])
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
            "no values", "an Audio2Face frame without any ARKit name; choose ARKit blendshapes there"
        )
    return expression


class Audio2FaceFeed:
    """One connection. Holds at most one unfinished block of bounded size."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._held = bytearray()
        self._skip = 0  # bytes of a block that is too large

    def feed(self, chunk: bytes, now_ns: int) -> FeedResult:
        """Take some bytes, cut anywhere."""
        observations: list[Observation] = []
        refusals: list[Refusal] = []
        place = 0
        while place < len(chunk):
            # Take no more of the chunk than the block at hand needs: nothing else is ever held.
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
                self._take(bytes(self._held[_SIZE_BYTES:]), now_ns, observations, refusals)
                self._held.clear()
        return FeedResult(tuple(observations), tuple(refusals))

    def _take(
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
        """Bytes of the block at hand, as far as is known, its size included."""
        return _SIZE_BYTES + (self._size() if len(self._held) >= _SIZE_BYTES else 0)


class Audio2FaceTracker:
    """Contract: `bridge.trackers.network_tracker.StreamTracker`."""

    name: str = "audio2face"
    tcp_ports: tuple[int, ...] = (12030,)

    def connect(self, sender: str) -> Audio2FaceFeed:
        """A stage has connected."""
        return Audio2FaceFeed(f"{self.name}:{sender}"[:64])
