from __future__ import annotations

from math import radians

import numpy as np
import pytest
from hypothesis import given

from bridge.trackers.meowface import MeowFaceFrame, MeowFaceTracker, parse
from protocol.blendshapes import INDEX
from protocol.codec import Refusal
from tests.bridge import corrupt_datagrams
from tests.bridge import phone_encoders as phones

JSON = (
    b'{"Timestamp":1700000000000,"Hotkey":-1,"FaceFound":true,"Rotation":{"x":10,"y":-20,"z":5},'
    b'"Position":{"x":0,"y":0,"z":0},"VNyanPos":{"x":0.1,"y":0.2,"z":0.3},'
    b'"EyeLeft":{"x":9,"y":9,"z":9},"EyeRight":{"x":-9,"y":-9,"z":-9},'
    b'"BlendShapes":[{"k":"eyeBlinkLeft","v":0.12},{"k":"browInnerUpLeft","v":0.2},'
    b'{"k":"browInnerUpRight","v":0.6},{"k":"headLeft","v":0.9}]}'
)
TEXT = (
    b"browInnerUp_L & 20 | browInnerUp_R & 60 | eyeBlink_L & 12 | =head # -20, 10, 5, 0, 0, 0 | "
    b"rightEye # 9, 9, 9 | leftEye # 1, 1, 1 |"
)


@pytest.mark.parametrize("datagram", [JSON, b"\n " + JSON, TEXT])
def test_json_and_text_give_the_same_face(datagram: bytes) -> None:
    ((seen,), refusals) = MeowFaceTracker().feed(datagram, "192.168.1.7:40000", 7)
    assert refusals == ()
    assert seen.source == "meowface:192.168.1.7:40000"
    assert seen.expression[INDEX["eyeBlinkLeft"]] == pytest.approx(0.12)
    assert seen.expression[INDEX["browInnerUp"]] == pytest.approx(0.4)  # the mean of its halves
    assert np.isnan(seen.expression).sum() == 50
    angles = {"yaw": radians(10), "pitch": radians(20), "roll": radians(5)}
    assert {name: seen.pose[name] for name in angles} == pytest.approx(angles)
    assert seen.gaze == {}  # its eyes point apart


def test_position_and_time_come_from_the_json() -> None:
    ((seen,), _) = MeowFaceTracker().feed(JSON, "phone:1", 7)
    assert [seen.pose[name] for name in "xyz"] == pytest.approx([-0.1, 0.2, -0.3])
    assert seen.sender_time_ns == 1_700_000_000_000_000_000


def test_whole_brow_has_priority_over_its_halves() -> None:
    both = JSON.replace(b'{"k":"headLeft","v":0.9}', b'{"k":"browInnerUp","v":0.9}')
    first = JSON.replace(b'{"k":"eyeBlinkLeft","v":0.12}', b'{"k":"browInnerUp","v":0.9}')
    for datagram in (both, first):
        ((seen,), _) = MeowFaceTracker().feed(datagram, "phone:1", 7)
        assert seen.expression[INDEX["browInnerUp"]] == 0.9


def test_values_and_signs_of_a_known_face() -> None:
    face = phones.Face(-0.3, 0.2, 0.1, 0.05, -0.1, -0.6, coefficients={"browInnerUp": 0.25, "jawOpen": 0.5})
    ((seen,), _) = MeowFaceTracker().feed(phones.meowface(face), "phone:1", 7)
    assert [seen.pose[key] for key in ("yaw", "pitch", "roll", "x", "y", "z")] == pytest.approx(face[:6])
    assert seen.expression.sum() == pytest.approx(0.75)
    ((seen,), _) = MeowFaceTracker().feed(phones.meowface_text(face), "phone:1", 7)
    assert [seen.pose[key] for key in ("yaw", "pitch", "roll", "x", "y", "z")] == pytest.approx(face[:6])


def test_lost_face_has_no_values() -> None:
    ((seen,), _) = MeowFaceTracker().feed(JSON.replace(b"true", b"false"), "phone:1", 7)
    assert not seen.is_face
    assert seen.pose == {}


def test_two_phones_stay_apart() -> None:
    tracker = MeowFaceTracker()
    sources = {
        tracker.feed(datagram, f"10.0.0.{n}:1", 7).observations[0].source
        for n, datagram in ((1, JSON), (2, TEXT), (1, TEXT))
    }
    assert sources == {"meowface:10.0.0.1:1", "meowface:10.0.0.2:1"}


@pytest.mark.parametrize(
    ("datagram", "reason"),
    [(b"", "not MeowFace"), (b"hello", "not MeowFace"), (b"{", "not JSON"), (b"\xff{}", "not MeowFace")],
)
def test_refusals_have_a_reason(datagram: bytes, reason: str) -> None:
    refused = parse(datagram)
    assert isinstance(refused, Refusal)
    assert refused.reason == reason


@given(corrupt_datagrams.datagrams(JSON, TEXT))
def test_arbitrary_bytes_never_raise(datagram: bytes) -> None:
    assert isinstance(parse(datagram), (MeowFaceFrame, Refusal))
    corrupt_datagrams.check(MeowFaceTracker().feed(datagram, "phone:1", 7))


def test_a_phone_that_reports_no_tracking_has_lost_the_face() -> None:
    text = b"trackingStatus&0|FM_SAD&80|jawOpen&60|=head#-2.5,20.5,-1.9,0.1,0.2,-0.5|"
    [seen] = MeowFaceTracker().feed(text, "192.168.1.5:50000", 7).observations
    assert not seen.is_face
    assert (seen.pose, seen.gaze, seen.emotion) == ({}, {}, {})


def test_decimal_commas_refuse_the_whole_frame() -> None:
    refused = parse(b'{"FaceFound":true,"BlendShapes":[{"k":"jawOpen","v":0,5}]}')
    assert isinstance(refused, Refusal)
    assert refused.reason == "not JSON"
