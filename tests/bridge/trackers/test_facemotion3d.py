from __future__ import annotations

import pytest
from hypothesis import given

from bridge.trackers.facemotion3d import HELLO, Facemotion3DTracker
from protocol.blendshapes import INDEX
from tests.bridge import corrupt_datagrams, phone_link
from tests.bridge import phone_encoders as phones
from tests.ports import free_udp_port

GOLDEN = (
    b"eyeLookOutLeft&3|jawOpen&25|FM_SAD&40|FM_ANGRY&0|FM_VF&10|FM_TH&0|FM_browUpRight&5|FM_browUpLeft&5|"
    b"=head#-21.488958,-6.038993,-6.6019735,-0.030653415,-0.10287084,-0.6584072|rightEye#6.03,2.44,0.256|"
    b"leftEye#6.03,-1.67,-0.175|"
)


def test_frame_with_full_names_and_emotions_is_parsed() -> None:
    (seen,) = Facemotion3DTracker().feed(GOLDEN, "192.168.1.5:49993", 7).observations
    assert seen.source == "facemotion3d:192.168.1.5:49993"
    assert seen.expression[INDEX["eyeLookOutLeft"]] == pytest.approx(0.03)
    assert seen.pose["z"] == pytest.approx(-0.6584072)
    assert seen.emotion == {"sad": 0.4, "angry": 0.0}
    assert seen.emotion_weight == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("extras", "emotion", "weight"),
    [
        ({}, {}, 1.0),
        ({"FM_SAD": 0.0, "FM_ANGRY": 0.0}, {}, 1.0),
        ({"FM_ANGRY": 0.9, "FM_SAD": 0.8}, {"angry": 0.9, "sad": 0.8}, 1.0),
        ({"FM_VF": 0.9, "FM_TH": 0.9}, {}, 1.0),
        ({"FM_SAD": 7.0}, {"sad": 1.0}, 1.0),
        ({"FM_SAD": -1.0, "FM_ANGRY": 0.5}, {"sad": 0.0, "angry": 0.5}, 0.5),
    ],
)
def test_weight_of_emotions_is_their_sum(
    extras: dict[str, float], emotion: dict[str, float], weight: float
) -> None:
    datagram = phones.facemotion3d(phones.Face(yaw=0.1), **extras)
    (seen,) = Facemotion3DTracker().feed(datagram, "phone:1", 7).observations
    assert seen.emotion == emotion
    assert seen.emotion_weight == pytest.approx(weight)


def test_two_phones_stay_apart() -> None:
    tracker = Facemotion3DTracker()
    sources = {tracker.feed(GOLDEN, f"10.0.0.{n}:49993", 7).observations[0].source for n in (1, 2, 1)}
    assert sources == {"facemotion3d:10.0.0.1:49993", "facemotion3d:10.0.0.2:49993"}


@given(corrupt_datagrams.datagrams(GOLDEN))
def test_arbitrary_bytes_never_raise(datagram: bytes) -> None:
    corrupt_datagrams.check(Facemotion3DTracker().feed(datagram, "phone:1", 7))


def test_waiting_phone_is_greeted() -> None:
    with phone_link.udp_socket() as listener:
        port = free_udp_port()
        tracker = Facemotion3DTracker("127.0.0.1", phone_port=port)
        with phone_link.phone("facemotion3d", port, listener.getsockname()[1]) as phone:
            seen, refused = phone_link.listen(tracker, listener, until=3)
            assert phone_link.question(phone) == HELLO.decode()
    assert refused == []
    assert seen[-1].pose["roll"] == pytest.approx(0.05)


def test_a_phone_that_reports_no_tracking_has_lost_the_face() -> None:
    text = b"trackingStatus&0|FM_SAD&80|jawOpen&60|=head#-2.5,20.5,-1.9,0.1,0.2,-0.5|"
    [seen] = Facemotion3DTracker().feed(text, "192.168.1.5:50000", 7).observations
    assert not seen.is_face
    assert (seen.pose, seen.gaze, seen.emotion) == ({}, {}, {})


def test_decimal_commas_are_read_where_they_are_clear() -> None:
    text = b"FM_SAD&40,5|jawOpen&60,25|=head#-2,5,20,25,-1,9,-0,002,-0,026,-0,55|"
    [seen] = Facemotion3DTracker().feed(text, "192.168.1.5:50000", 7).observations
    assert seen.emotion == pytest.approx({"sad": 0.405})
    assert seen.expression[INDEX["jawOpen"]] == pytest.approx(0.6025)
    assert seen.pose["z"] == pytest.approx(-0.55)
