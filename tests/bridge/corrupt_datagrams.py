"""Hypothesis strategies for corrupt datagrams, made from valid ones, and the check of what trackers make of them."""

from __future__ import annotations

from math import isfinite

import numpy as np
from hypothesis import strategies as st

from bridge.trackers.network_tracker import FeedResult

NAMES = {"yaw", "pitch", "roll", "x", "y", "z"}
#: Texts to put in place of a number.
NUMBERS = ("nan", "inf", "-inf", "1e400", "1e38", "-3", "--3", "", "0x1", "9" * 400, "1,5", "\N{WOMAN}")


@st.composite
def mangled(draw: st.DrawFn, golden: bytes) -> bytes:
    """A valid datagram with bytes changed, inserted, deleted, cut off or repeated."""
    data = bytearray(golden)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(["set", "cut", "insert", "delete", "repeat"]))
        if kind == "set" and data:
            data[place] = draw(st.integers(0, 255))
        elif kind == "cut":
            del data[place:]
        elif kind == "insert":
            data[place:place] = draw(st.binary(max_size=8))
        elif kind == "delete":
            del data[place : place + draw(st.integers(1, 8))]
        elif len(data) < 20_000:
            data += data[place:]
    return bytes(data)


def datagrams(*goldens: bytes) -> st.SearchStrategy[bytes]:
    """Random bytes, and corrupted versions of each valid datagram."""
    return st.one_of(st.binary(max_size=600), *(mangled(golden) for golden in goldens))


def check(fed: FeedResult) -> None:
    """Assert that observations are finite and in range, and that refusals have a reason and a detail."""
    for seen in fed.observations:
        assert 1 <= len(seen.source) <= 64
        assert seen.source.isprintable()
        known = seen.expression[~np.isnan(seen.expression)]
        assert seen.expression.shape == (52,)
        assert ((known >= 0.0) & (known <= 1.0)).all()
        assert seen.pose.keys() <= NAMES
        assert all(isfinite(value) and abs(value) <= 10.0 for value in seen.pose.values())
        assert seen.gaze.keys() <= {"yaw", "pitch"}
        assert all(abs(value) <= 1.6 for value in seen.gaze.values())
        assert all(0.0 <= value <= 1.0 for value in seen.emotion.values())
        assert 0.0 <= seen.emotion_weight <= 1.0
        assert 0 <= seen.sender_time_ns < 2**63
    for refusal in fed.refusals:
        assert refusal.reason
        assert 0 < len(refusal.detail) <= 400
