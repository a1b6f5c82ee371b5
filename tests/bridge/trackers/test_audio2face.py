from __future__ import annotations

import json
import math
import random
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.observation import Observation
from bridge.trackers.audio2face import (
    MAX_BLOCK_BYTES,
    Audio2FaceFeed,
    Audio2FaceMark,
    Audio2FaceTracker,
    parse,
)
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.codec import Refusal
from tests.bridge.desktop_encoders import audio2face_block, audio2face_frame

#: The vendor's unit test, with names of ours: its inner text has 60 bytes, its size is 0x3c.
GOLDEN = b'{"Audio2Face":{"Facial":{"Names":["a","b"],"Weights":[1.0,2.0]},"Body":{}}}'
FRAME = audio2face_frame({"jawOpen": 0.5, "eyeBlinkLeft": 1.0, "someTongue": 3.0})


def feed() -> Audio2FaceFeed:
    return Audio2FaceTracker().connect("127.0.0.1:50000")


def test_frame_gives_the_shapes_it_names_and_no_others() -> None:
    observations, refusals = feed().feed(FRAME, 7)
    assert refusals == ()
    [observation] = observations
    assert (observation.source, observation.receive_time_ns) == ("audio2face:127.0.0.1:50000", 7)
    known = {
        name: observation.expression[i]
        for i, name in enumerate(BLENDSHAPES)
        if observation.expression[i] >= 0
    }
    assert known == {"jawOpen": 0.5, "eyeBlinkLeft": 1.0}


def test_marks_delimit_a_burst_and_its_end_is_a_lost_face() -> None:
    assert parse(b"A2F:30") is Audio2FaceMark.BEGIN
    assert parse(b"EOS") is Audio2FaceMark.END
    stream = audio2face_block(b"A2F:30") + FRAME + FRAME + audio2face_block(b"EOS")
    observations, refusals = feed().feed(stream, 0)
    assert refusals == ()
    assert [observation.is_face for observation in observations] == [True, True, False]


def test_vendors_example_without_arkit_names_is_refused_with_advice() -> None:
    parsed = parse(GOLDEN)
    assert isinstance(parsed, Refusal)
    assert parsed.reason == "no values"
    assert "ARKit" in parsed.detail


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "not Audio2Face"),
        (b"[]", "not Audio2Face"),
        (b'{"Audio2Face": 1}', "not Audio2Face"),
        (b"\xff\xfe", "not Audio2Face"),
        (b"[" * 100_000, "not Audio2Face"),
        (b'{"Audio2Face":{"Facial":{"Names":["jawOpen"],"Weights":[]}}}', "not Audio2Face"),
        (b'{"Audio2Face":{"Facial":{"Names":["jawOpen"],"Weights":["1"]}}}', "not Audio2Face"),
        (b'{"Audio2Face":{"Facial":{"Names":["jawOpen"],"Weights":[1e400]}}}', None),
        (b'{"Audio2Face":{"Facial":{"Names":["jawOpen"],"Weights":[9]}}}', "out of range"),
        (b'{"Audio2Face":{}}', "no values"),
    ],
)
def test_bad_blocks_are_refused_with_their_reason(payload: bytes, reason: str | None) -> None:
    parsed = parse(payload)
    assert isinstance(parsed, Refusal)
    assert reason is None or parsed.reason == reason


def test_too_large_block_is_skipped_and_never_buffered() -> None:
    stream = feed()
    size = MAX_BLOCK_BYTES + 1
    [refusal] = stream.feed(size.to_bytes(8, "big"), 0).refusals
    assert refusal.reason == "too large"
    for _ in range(size // 1024):
        assert stream.feed(b"x" * 1024, 0) == ((), ())
    [observation] = stream.feed(b"x" * (size % 1024) + FRAME, 0).observations
    assert observation.expression[INDEX["jawOpen"]] == 0.5
    endless = feed()
    endless.feed(b"\xff" * 8, 0)
    assert endless.feed(b"\xff" * 10_000_000, 0) == ((), ())
    assert len(endless._held) == 0


@given(st.lists(st.integers(1, 60), max_size=40))
def test_blocks_may_be_cut_anywhere(cuts: list[int]) -> None:
    whole = (
        audio2face_block(b"A2F:60") + FRAME + audio2face_frame({"JawOpen": 0.25}) + audio2face_block(b"EOS")
    )
    stream, seen, place = feed(), list[Observation](), 0
    for cut in [*cuts, len(whole)]:
        fed = stream.feed(whole[place : place + cut], 0)
        assert fed.refusals == ()
        seen += fed.observations
        place += cut
    assert [float(observation.expression[INDEX["jawOpen"]]) for observation in seen[:2]] == [0.5, 0.25]
    assert not seen[2].is_face


number = st.floats(allow_nan=True) | st.integers() | st.text(max_size=3) | st.none()
facial = st.fixed_dictionaries(
    {
        "Names": st.lists(st.sampled_from(["jawOpen", "mouthClose", "x"]) | number, max_size=3),
        "Weights": st.lists(number, max_size=3),
    }
)


@given(
    st.binary(max_size=200)
    | st.binary(max_size=100).map(audio2face_block)
    | facial.map(lambda face: audio2face_block(json.dumps({"Audio2Face": {"Facial": face}}).encode()))
)
def test_arbitrary_input_never_raises_and_values_stay_in_0_to_1(chunk: bytes) -> None:
    stream = feed()
    for observation in (*stream.feed(chunk, 0).observations, *stream.feed(chunk, 0).observations):
        known = observation.expression[~np.isnan(observation.expression)]
        assert all(math.isfinite(value) and 0.0 <= value <= 1.0 for value in known)


def test_tcp_stream_cut_at_random_is_parsed() -> None:
    frames = [audio2face_frame({"jawOpen": number / 100}) for number in range(100)]
    stream = audio2face_block(b"A2F:60") + b"".join(frames) + audio2face_block(b"EOS")
    script = """
import random, socket, sys, time
stream = sys.stdin.buffer.read()
random.seed(int(sys.argv[2]))
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as sender:
    sender.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while stream:
        cut = random.choice((1, 3, 7, 8, 9, 200, 5000))
        sender.sendall(stream[:cut])
        stream = stream[cut:]
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        command = [sys.executable, "-c", script, str(server.getsockname()[1]), str(random.randrange(10**6))]
        sender = subprocess.Popen(command, stdin=subprocess.PIPE)
        assert sender.stdin is not None
        sender.stdin.write(stream)
        sender.stdin.close()
        connection, (host, port) = server.accept()
        with connection:
            connection.settimeout(60)
            reader = Audio2FaceTracker().connect(f"{host}:{port}")
            seen: list[Observation] = []
            while chunk := connection.recv(4096):
                fed = reader.feed(chunk, time.time_ns())
                assert fed.refusals == ()
                seen += fed.observations
        assert sender.wait(60) == 0
    assert [round(float(s.expression[INDEX["jawOpen"]]) * 100) for s in seen[:-1]] == list(range(100))
    assert not seen[-1].is_face


def test_decimal_commas_refuse_the_whole_frame() -> None:
    refused = parse(b'{"Audio2Face":{"Facial":{"Names":["jawOpen","cheekPuff"],"Weights":[0,5,0,25]}}}')
    assert isinstance(refused, Refusal)
    assert refused.reason == "not Audio2Face"
