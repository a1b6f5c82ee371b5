from __future__ import annotations

from math import radians

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.observation import Observation
from bridge.trackers.ifacialmocap import HELLO, VERSION_2, IFacialMocapFrame, IFacialMocapTracker, parse
from protocol.blendshapes import INDEX
from protocol.codec import Refusal
from tests.bridge import corrupt_datagrams, phone_link
from tests.bridge import phone_encoders as phones
from tests.ports import free_udp_port

#: As the vendor's page and a phone have it; shortened in the middle.
GOLDEN = (
    b"mouthSmile_R-0|eyeBlink_L-7|jawOpen-12|=head#-21.488958,-6.038993,-6.6019735,-0.030653415,-0.10287084,"
    b"-0.6584072|rightEye#6.03,2.44,0.256|leftEye#6.03,-1.67,-0.175|"
)
PHONE = "192.168.1.5:49983"
SECOND_NS = 1_000_000_000


def one(datagram: bytes) -> Observation:
    (seen,) = IFacialMocapTracker().feed(datagram, PHONE, 7).observations
    return seen


def test_recorded_frame_is_parsed() -> None:
    seen = one(GOLDEN)
    assert seen.source == "ifacialmocap:192.168.1.5:49983"
    assert seen.is_face
    assert (seen.receive_time_ns, seen.sender_time_ns) == (7, 0)
    assert seen.expression[INDEX["eyeBlinkLeft"]] == pytest.approx(0.07)
    assert seen.expression[INDEX["jawOpen"]] == pytest.approx(0.12)
    assert seen.expression[INDEX["mouthSmileRight"]] == 0.0
    assert np.isnan(seen.expression).sum() == 49  # what it does not say stays unknown
    # The phone stands lower than the face, which looks over it; it is turned to the subject's right.
    assert seen.pose == pytest.approx(
        {
            "pitch": radians(21.488958),
            "yaw": radians(-6.038993),
            "roll": radians(-6.6019735),
            "x": -0.030653415,
            "y": -0.10287084,
            "z": -0.6584072,
        }
    )
    # The eyes meet on the phone: the right one turns to the left, the left one to the right.
    assert seen.gaze == pytest.approx({"yaw": radians((2.44 - 1.67) / 2), "pitch": radians(-6.03)})


@pytest.mark.parametrize("version", [1, 2])
def test_both_versions_give_the_same_face(version: int) -> None:
    face = phones.Face(0.3, 0.2, -0.1, 0.05, -0.1, -0.6, 0.15, -0.2, {"jawLeft": 0.3, "noseSneerRight": 1.0})
    seen = one(phones.ifacialmocap(face, version=version))
    assert not np.isnan(seen.expression).any()
    assert {name: seen.expression[INDEX[name]] for name in face.coefficients} == face.coefficients
    assert seen.expression.sum() == pytest.approx(1.3)
    assert [seen.pose[key] for key in ("yaw", "pitch", "roll", "x", "y", "z")] == pytest.approx(face[:6])
    assert [seen.gaze["yaw"], seen.gaze["pitch"]] == pytest.approx(face[6:8])


@pytest.mark.parametrize(
    ("text", "value"),
    [(b"jawOpen--3|", 0.0), (b"jawOpen&-3|", 0.0), (b"jawOpen&100|", 1.0), (b"jawOpen - 40 |", 0.4)],
)
def test_signs_and_spaces_are_parsed(text: bytes, value: float) -> None:
    assert one(text).expression[INDEX["jawOpen"]] == pytest.approx(value)


def test_unknown_names_are_skipped() -> None:
    fed = IFacialMocapTracker().feed(b"trackingStatus-1|jawOpen-50|hapihapi-0|FM_TH&20|rear#1,2,3|", PHONE, 7)
    assert fed.refusals == ()
    assert fed.observations[0].expression[INDEX["jawOpen"]] == 0.5
    assert fed.observations[0].pose == {}


def test_signs_of_other_languages_mean_what_ascii_s_do() -> None:
    """Swedish has its own minus sign, Arabic its own decimal point and digits."""
    ascii_text = "jawOpen&60.5|=head#-2.5,20.25,-1.9,-0.002,-0.026,-0.55|"
    expected = one(ascii_text.encode())
    for minus, point, zero in (("\u2212", ".", "0"), ("\u2212", ",", "0"), ("-", "\u066b", "\u0660")):
        digits = {str(number): chr(ord(zero) + number) for number in range(10)}
        text = ascii_text.translate(str.maketrans(digits | {"-": minus, ".": point}))
        found = one(text.encode())
        assert found.pose == expected.pose
        assert found.expression[INDEX["jawOpen"]] == expected.expression[INDEX["jawOpen"]]


def with_commas(text: bytes) -> bytes:
    """What the same program writes on a phone whose language has decimal commas."""
    return text.replace(b".", b",")


@pytest.mark.parametrize("version", [1, 2])
def test_decimal_commas_are_read_as_the_points_that_they_stand_for(version: int) -> None:
    text = (
        b"jawOpen-60.5|eyeBlink_L-7|=head#-2.5,20.25,-1.9,-0.002,-0.026,-0.55|rightEye#2.0,1.5,0.3|"
        b"leftEye#2.5,-1.5,-0.18|"
    )
    if version == 2:
        text = text.replace(b"jawOpen-", b"jawOpen&").replace(b"_L-", b"_L&")
    points, commas = one(text), one(with_commas(text))
    assert commas.pose == points.pose
    assert commas.gaze == points.gaze
    assert np.array_equal(commas.expression, points.expression, equal_nan=True)
    turn = {"yaw": radians(20.25), "pitch": radians(2.5), "roll": radians(-1.9)}
    assert commas.pose == pytest.approx(turn | {"x": -0.002, "y": -0.026, "z": -0.55})
    assert commas.gaze == pytest.approx({"yaw": radians(0.0), "pitch": radians(-2.25)})
    assert commas.expression[INDEX["jawOpen"]] == pytest.approx(0.605)


@pytest.mark.parametrize(
    "text",
    [
        b"jawOpen-60|=head#-2,5,20,25,-1,9|",  # six whole numbers, 25 metres away, or three with commas
        b"jawOpen-60|=head#-2,5,20,25,-1,9,0,2,0,5|",
        b"jawOpen-60|=head#-2,5,20,25|",
        b"jawOpen-60|=head#-2,5,20,0|",
        b"jawOpen-60|rightEye#2,5,1,3|",
        b"jawOpen-60,5|=head#-2.5,20.25,-1.9,0.0,0.1,-0.5|",  # points and commas in one text
        b"jawOpen-60.5|rightEye#2,5,1,5,0,3|",
        b"jawOpen-1.060,5|",
    ],
)
def test_numbers_that_can_be_read_in_two_ways_refuse_the_whole_frame(text: bytes) -> None:
    refused = parse(text)
    assert isinstance(refused, Refusal)
    assert refused.reason == "ambiguous numbers"
    assert "decimal points" in refused.detail


def test_whole_numbers_are_no_decimal_commas() -> None:
    seen = one(b"jawOpen-60|=head#-2,5,20,0,0,0|rightEye#0,10,0|leftEye#0,10,0|")
    turn = {"yaw": radians(5), "pitch": radians(2), "roll": radians(20)}
    assert seen.pose == pytest.approx(turn | {"x": 0.0, "y": 0.0, "z": 0.0})
    assert seen.gaze["yaw"] == pytest.approx(radians(10))


#: A frame of a phone that sees no face: the values are those of the last one that it saw.
LOST = b"trackingStatus-0|mouthSmile_R-0|jawOpen-60|eyeBlink_L-7|=head#-2.0,20,-1.9,-0.002,-0.026,-0.55|"


@pytest.mark.parametrize("separator", [b"-", b"&", b" - "])
def test_a_phone_that_reports_no_tracking_has_lost_the_face(separator: bytes) -> None:
    tracker = IFacialMocapTracker()
    lost = LOST.replace(b"trackingStatus-", b"trackingStatus" + separator)
    [seen] = tracker.feed(lost, PHONE, 7).observations
    assert not seen.is_face
    assert np.isnan(seen.expression).all()
    assert (seen.pose, seen.gaze) == ({}, {})
    [back] = tracker.feed(lost.replace(b"0|mouthSmile", b"1|mouthSmile"), PHONE, 8).observations
    assert back.is_face
    assert back.expression[INDEX["jawOpen"]] == 0.6


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "not iFacialMocap"),
        (b"hello", "not iFacialMocap"),
        (b"trackingStatus-1|", "not iFacialMocap"),
        (b"jawOpen-nan|", "non-finite value"),
        (b"jawOpen-1e30|", "out of range"),
        (b"jawOpen-x|", "unreadable numbers"),
        (b"=head#1,2|", "unreadable numbers"),
        (b"=head#inf,inf,inf|", "non-finite value"),
        (b"|" * 20_000, "too large"),
    ],
)
def test_refusals_have_a_reason(text: bytes, reason: str) -> None:
    refused = parse(text)
    assert isinstance(refused, Refusal)
    assert refused.reason == reason


def test_one_bad_number_leaves_the_others_valid() -> None:
    fed = IFacialMocapTracker().feed(b"jawOpen-50|cheekPuff-nan|=head#1,2000,3,nan,0.1,0.2|", PHONE, 7)
    (seen,) = fed.observations
    assert seen.expression[INDEX["jawOpen"]] == 0.5
    assert np.isnan(seen.expression[INDEX["cheekPuff"]])
    assert seen.pose.keys() == {"pitch", "roll", "y", "z"}
    assert [refusal.reason for refusal in fed.refusals] == [
        "non-finite value",
        "out of range",
        "non-finite value",
    ]


def test_two_phones_stay_apart() -> None:
    tracker = IFacialMocapTracker()
    sources = {
        seen.source
        for sender in ("192.168.1.5:49983", "192.168.1.6:49983") * 2
        for seen in tracker.feed(GOLDEN, sender, 7).observations
    }
    assert sources == {"ifacialmocap:192.168.1.5:49983", "ifacialmocap:192.168.1.6:49983"}


def test_silent_phone_is_greeted_repeatedly_in_both_versions() -> None:
    tracker = IFacialMocapTracker("phone")
    sent = [
        (tenth, greeting)
        for tenth in range(0, 80, 2)
        for greeting in tracker.greetings(100 * SECOND_NS + tenth * SECOND_NS // 10, 0)
    ]
    assert [(greeting.host, greeting.port) for _, greeting in sent] == [("phone", 49983)] * len(sent)
    assert [greeting.datagram for _, greeting in sent][:3] == [HELLO + VERSION_2, HELLO, HELLO + VERSION_2]
    gaps = np.diff([tenth for tenth, _ in sent])
    assert ((gaps >= 10) & (gaps <= 20)).all()


def test_sending_phone_is_not_greeted_until_it_is_silent() -> None:
    tracker = IFacialMocapTracker("phone")
    start = 100 * SECOND_NS
    assert tracker.greetings(start, 0)
    assert not any(tracker.greetings(start + n * SECOND_NS, start + n * SECOND_NS - 10) for n in range(9))
    assert tracker.greetings(start + 11 * SECOND_NS, start + 8 * SECOND_NS)


def test_no_phone_is_greeted_without_an_address() -> None:
    assert IFacialMocapTracker().greetings(100 * SECOND_NS, 0) == ()


@given(
    corrupt_datagrams.datagrams(
        GOLDEN, phones.ifacialmocap(phones.Face()), phones.meowface_text(phones.Face())
    )
)
def test_arbitrary_bytes_never_raise(datagram: bytes) -> None:
    assert isinstance(parse(datagram), (IFacialMocapFrame, Refusal))
    corrupt_datagrams.check(IFacialMocapTracker().feed(datagram, PHONE, 7))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["jawOpen-", "eyeBlink_L&", "=head#", "head#1,2,", "leftEye#1,1,", "rightEye#", "x#"]
            ),
            st.sampled_from(corrupt_datagrams.NUMBERS) | st.floats().map(repr) | st.text(max_size=5),
        )
    )
)
@example([("=head#", ",".join(["nan"] * 6))])
@example([("leftEye#1,1,", "1")] * 2000)
def test_arbitrary_numbers_never_raise(parts: list[tuple[str, str]]) -> None:
    datagram = "|".join(name + number for name, number in parts).encode("utf-8", "surrogatepass")
    corrupt_datagrams.check(IFacialMocapTracker().feed(datagram, "\0" * 99, 7))


def test_waiting_phone_is_greeted() -> None:
    with phone_link.udp_socket() as listener:
        port = free_udp_port()
        tracker = IFacialMocapTracker("127.0.0.1", phone_port=port)
        with phone_link.phone("udp", port, listener.getsockname()[1]) as phone:
            seen, refused = phone_link.listen(tracker, listener, until=5)
            assert phone_link.question(phone) == (HELLO + VERSION_2).decode()
    assert refused == []
    assert [each.source for each in seen] == [f"ifacialmocap:127.0.0.1:{port}"] * 5
    assert seen[-1].pose["yaw"] == pytest.approx(0.2)
    assert seen[-1].expression[INDEX["jawOpen"]] == 0.5
