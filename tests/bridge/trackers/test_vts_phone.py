from __future__ import annotations

import json
from math import radians

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.errors import BridgeError
from bridge.trackers.vts_phone import HeldEmotion, VtsPhoneFrame, VtsPhoneTracker, parse
from protocol.blendshapes import INDEX
from protocol.channels import EMOTIONS
from protocol.codec import Refusal
from tests.bridge import corrupt_datagrams, phone_link
from tests.bridge import phone_encoders as phones
from tests.ports import free_udp_port

GOLDEN = (
    b'{"Timestamp":1700000000000,"Hotkey":-1,"FaceFound":true,"Rotation":{"x":10,"y":-20,"z":5},'
    b'"Position":{"x":1,"y":2,"z":3},"EyeLeft":{"x":1,"y":2,"z":0},"EyeRight":{"x":1,"y":2,"z":0},'
    b'"BlendShapes":[{"k":"EyeBlinkLeft","v":0.12},{"k":"JawOpen","v":0.5}]}'
)
PHONE = "192.168.1.5:21412"
SECOND_NS = 1_000_000_000


def test_recorded_frame_is_parsed() -> None:
    ((seen,), refusals) = VtsPhoneTracker().feed(GOLDEN, PHONE, 7)
    assert refusals == ()
    assert seen.source == "vts-phone:192.168.1.5:21412"
    assert seen.expression[INDEX["eyeBlinkLeft"]] == 0.12
    assert seen.expression[INDEX["jawOpen"]] == 0.5
    assert np.isnan(seen.expression).sum() == 50
    # x is yaw, to the subject's left; y is pitch, downwards: -20 looks up; z is roll, to the right shoulder
    angles = {"yaw": radians(10), "pitch": radians(20), "roll": radians(5)}
    assert {name: seen.pose[name] for name in angles} == pytest.approx(angles)
    assert [seen.pose[name] for name in "xyz"] == pytest.approx([-0.02, 0.04, -0.06])
    assert seen.gaze == {}  # left to the eyeLook coefficients
    assert seen.sender_time_ns == 1_700_000_000_000_000_000


def test_values_and_signs_of_a_known_face() -> None:
    face = phones.Face(-0.3, 0.2, 0.1, 0.05, -0.1, -0.6, coefficients={"mouthFunnel": 0.25})
    ((seen,), _) = VtsPhoneTracker().feed(phones.vts_phone(face), PHONE, 7)
    assert [seen.pose[key] for key in ("yaw", "pitch", "roll", "x", "y", "z")] == pytest.approx(face[:6])
    assert seen.expression.sum() == pytest.approx(0.25)
    assert seen.sender_time_ns == 0


def test_lost_face_has_no_values() -> None:
    ((seen,), refusals) = VtsPhoneTracker().feed(phones.vts_phone(phones.Face(), is_face=False), PHONE, 7)
    assert not seen.is_face
    assert np.isnan(seen.expression).all()
    assert (seen.pose, seen.gaze, seen.emotion, refusals) == ({}, {}, {}, ())


def pressed(tracker: VtsPhoneTracker, *hotkeys: int, sender: str = PHONE) -> list[list[str]]:
    """The emotions that are held after each frame."""
    frames = [phones.vts_phone(phones.Face(), hotkey=hotkey) for hotkey in hotkeys]
    return [list(tracker.feed(frame, sender, 7).observations[0].emotion) for frame in frames]


def test_each_button_holds_an_emotion() -> None:
    for number, emotion in enumerate(EMOTIONS, 1):
        assert pressed(VtsPhoneTracker(), number, -1, -1) == [[emotion]] * 3


def test_button_toggles_once_while_it_is_kept_down() -> None:
    assert pressed(VtsPhoneTracker(), -1, 1, 1, 1, -1, 1, -1, 2, -1, 3, 2) == [
        *([[]] + [["happy"]] * 4),
        *([[]] * 2),
        *([["sad"]] * 2 + [["angry"]] + [["sad"]]),
    ]


def test_buttons_without_an_emotion_do_nothing() -> None:
    tracker = VtsPhoneTracker(hotkeys=("relaxed", "angry"))
    assert pressed(tracker, 2, 3, 8, 9, 0, -7) == [["angry"]] * 6


def test_unknown_emotion_is_an_error_at_once() -> None:
    with pytest.raises(BridgeError, match=r"'grumpy'; choose from happy, sad"):
        VtsPhoneTracker(hotkeys=("happy", "grumpy"))


def test_two_phones_stay_apart() -> None:
    tracker = VtsPhoneTracker()
    assert pressed(tracker, 1, sender="10.0.0.1:21412") == [["happy"]]
    assert pressed(tracker, -1, sender="10.0.0.2:21412") == [[]]
    assert pressed(tracker, -1, sender="10.0.0.1:21412") == [["happy"]]


def test_an_emotion_ends_when_the_phone_was_silent_for_five_seconds() -> None:
    hotkeys = HeldEmotion(("happy", "sad"))
    second = 1_000_000_000
    assert hotkeys.press(1, 10 * second) == "happy"
    assert hotkeys.press(-1, 14 * second) == "happy"
    assert hotkeys.press(-1, 19 * second) == "happy"
    assert hotkeys.press(-1, 24 * second + 1) is None
    # the button switches it on again, as it does at the beginning
    assert hotkeys.press(1, 25 * second) == "happy"


def test_an_emotion_is_held_over_a_lost_face() -> None:
    tracker = VtsPhoneTracker()
    pressed(tracker, 4)
    lost = tracker.feed(phones.vts_phone(phones.Face(), is_face=False), PHONE, 7)
    assert lost.observations[0].emotion == {}
    assert pressed(tracker, -1) == [["surprised"]]


@pytest.mark.parametrize(
    ("datagram", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "wrong type or missing field"),
        (b"{}", "wrong type or missing field"),
        (b'{"FaceFound":1,"BlendShapes":[]}', "wrong type or missing field"),
        (b'{"FaceFound":true,"BlendShapes":[{"k":"JawOpen","v":"much"}]}', "wrong type or missing field"),
        (b'{"FaceFound":true,"BlendShapes":[' + b"[" * 50_000, "wrong type or missing field"),
        (b'{"Unknown":' + b"[" * 60_000, "not JSON"),
        (b" " * 70_000, "too large"),
    ],
)
def test_refusals_have_a_reason(datagram: bytes, reason: str) -> None:
    refused = parse(datagram)
    assert isinstance(refused, Refusal)
    assert refused.reason == reason


def test_unknown_fields_and_shapes_are_skipped() -> None:
    frame = json.loads(GOLDEN)
    frame["Future"] = {"deep": [1, 2, {"x": None}]}
    frame["BlendShapes"].append({"k": "headUp", "v": 0.4, "w": 1})
    ((seen,), refusals) = VtsPhoneTracker().feed(json.dumps(frame).encode(), PHONE, 7)
    assert refusals == ()
    assert np.isnan(seen.expression).sum() == 50


@given(corrupt_datagrams.datagrams(GOLDEN, phones.vts_phone(phones.Face(yaw=0.3))))
@example(GOLDEN.replace(b"1700000000000", b"1e300").replace(b'"x":10', b'"x":1e308'))
@example(GOLDEN.replace(b"1700000000000", b"-5").replace(b"0.12", b"1e999"))
@example(GOLDEN.replace(b'"Hotkey":-1', b'"Hotkey":' + b"9" * 4000))
def test_arbitrary_bytes_never_raise(datagram: bytes) -> None:
    assert isinstance(parse(datagram), (VtsPhoneFrame, Refusal))
    corrupt_datagrams.check(VtsPhoneTracker().feed(datagram, "\n" + PHONE, 7))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyzkv"), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(list(json.loads(GOLDEN))), _VALUES))
def test_arbitrary_json_never_raises(changes: dict[str, object]) -> None:
    datagram = json.dumps({**json.loads(GOLDEN), **changes}).encode("utf-8", "surrogatepass")
    corrupt_datagrams.check(VtsPhoneTracker().feed(datagram, PHONE, 7))


def test_phone_is_greeted_every_second_also_while_it_sends() -> None:
    tracker = VtsPhoneTracker("phone", port=4711)
    start = 100 * SECOND_NS
    asked = [
        tenth
        for tenth in range(0, 100, 2)
        for _ in tracker.greetings(start + tenth * SECOND_NS // 10, start + tenth * SECOND_NS // 10)
    ]
    assert asked == list(range(0, 100, 10))
    (greeting,) = tracker.greetings(start + 20 * SECOND_NS, 0)
    assert (greeting.host, greeting.port) == ("phone", 21412)
    assert json.loads(greeting.datagram) == {
        "messageType": "iOSTrackingDataRequest",
        "time": 5,
        "sentBy": "Omote",
        "ports": [4711],
    }


def test_waiting_phone_is_greeted() -> None:
    reply_port, port = free_udp_port(), free_udp_port()
    with phone_link.udp_socket(reply_port) as listener:
        tracker = VtsPhoneTracker("127.0.0.1", port=reply_port, phone_port=port)
        with phone_link.phone("vts", port, 0):
            seen, refused = phone_link.listen(tracker, listener, until=5)
    assert refused == []
    assert seen[-1].pose["yaw"] == pytest.approx(0.2)
    assert seen[-1].sender_time_ns == 1_700_000_000_000_000_000


def test_decimal_commas_refuse_the_whole_frame() -> None:
    refused = parse(b'{"FaceFound":true,"Rotation":{"x":2,5,"y":0,0},"BlendShapes":[]}')
    assert isinstance(refused, Refusal)
    assert refused.reason == "not JSON"
