"""Phones that lost the face and repeat their last frame, in every format of a phone; OpenSeeFace whose camera hangs;
and senders that pause."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from math import radians

import numpy as np
import pytest

from bridge.calibration.profile import Profiles
from bridge.observation import Observation
from bridge.sending.publisher import ControlPublisher
from bridge.sending.sources import Sources
from bridge.trackers.facecap import FaceCapTracker
from bridge.trackers.facemotion3d import Facemotion3DTracker
from bridge.trackers.frozen_face import CAMERA_REASON, FROZEN_NS, REASON, FrozenFaces
from bridge.trackers.ifacialmocap import IFacialMocapTracker
from bridge.trackers.ifacialmocap_stream import FRAME_END, IFacialMocapStreamTracker
from bridge.trackers.livelink import LiveLinkTracker
from bridge.trackers.meowface import MeowFaceTracker
from bridge.trackers.openseeface import OpenSeeFaceTracker
from bridge.trackers.vmc import VmcTracker
from bridge.trackers.vts_phone import VtsPhoneTracker
from tests.bridge import phone_encoders as phones
from tests.bridge.desktop_encoders import face_points, openseeface, vmc_clips
from tests.bridge.hub_running import open_wire

PHONE = "192.168.1.5:50000"
S = 1_000_000_000
FRAME_NS = S // 30
FACE = phones.Face(0.25, 0.1, -0.05, 0.01, -0.02, -0.4, 0.1, 0.0, {"jawOpen": 0.5})
#: The smallest movement of a head that a phone reports: a ten thousandth of a degree.
NEXT = FACE._replace(yaw=FACE.yaw + radians(1e-4))

Send = Callable[[phones.Face, int], tuple[Observation, ...]]
_NUMBERS = count(1)  # of frames and timestamps, which rise although the face is frozen


def _datagrams(
    tracker: IFacialMocapTracker
    | Facemotion3DTracker
    | MeowFaceTracker
    | VtsPhoneTracker
    | LiveLinkTracker
    | FaceCapTracker
    | OpenSeeFaceTracker,
    encode: Callable[[phones.Face], bytes],
) -> Send:
    return lambda face, now_ns: tracker.feed(encode(face), PHONE, now_ns).observations


def _stream() -> Send:
    stream = IFacialMocapStreamTracker().connect(PHONE)
    return lambda face, now_ns: stream.feed(phones.ifacialmocap(face) + FRAME_END, now_ns).observations


def _openseeface(face: phones.Face) -> bytes:
    """A face that is measured in every picture; a head that turns moves every landmark."""
    points = [(x * (1 + face.yaw), y) for x, y in face_points()]
    return openseeface(face.yaw, points=points, time_s=1.7e9 + next(_NUMBERS) / 30)


SENDERS: dict[str, Callable[[], Send]] = {
    "ifacialmocap 1": lambda: _datagrams(IFacialMocapTracker(), lambda f: phones.ifacialmocap(f, version=1)),
    "ifacialmocap 2": lambda: _datagrams(IFacialMocapTracker(), phones.ifacialmocap),
    "ifacialmocap, TCP": _stream,
    "facemotion3d": lambda: _datagrams(Facemotion3DTracker(), lambda f: phones.facemotion3d(f, FM_SAD=0.5)),
    "meowface, JSON": lambda: _datagrams(
        MeowFaceTracker(), lambda f: phones.meowface(f, timestamp=next(_NUMBERS))
    ),
    "meowface, text": lambda: _datagrams(MeowFaceTracker(), phones.meowface_text),
    "vts-phone": lambda: _datagrams(
        VtsPhoneTracker(), lambda f: phones.vts_phone(f, timestamp=next(_NUMBERS))
    ),
    "livelink": lambda: _datagrams(LiveLinkTracker(), lambda f: phones.livelink(f, frame=next(_NUMBERS))),
    "facecap": lambda: _datagrams(FaceCapTracker(), phones.facecap_bundle),
    "openseeface": lambda: _datagrams(OpenSeeFaceTracker(), _openseeface),
}


@pytest.mark.parametrize("name", SENDERS)
def test_a_phone_that_repeats_a_frame_is_lost_until_a_value_changes(name: str) -> None:
    send = SENDERS[name]()
    seen: dict[int, bool] = {}
    for i in range(200):
        for observation in send(FACE, S + i * FRAME_NS):
            seen[i] = observation.is_face
    # Face Cap's first frame is complete when the second one begins.
    first = min(seen)
    lost = [i for i, is_face in seen.items() if not is_face]
    assert lost[0] * FRAME_NS >= FROZEN_NS
    assert (lost[0] - 1 - first) * FRAME_NS < FROZEN_NS
    assert len(lost) == 200 - lost[0]
    [last] = send(FACE, S + 200 * FRAME_NS)
    why = CAMERA_REASON if name == "openseeface" else REASON
    assert (last.pose, last.gaze, last.emotion, last.why_lost) == ({}, {}, {}, why)
    assert np.isnan(last.expression).all()
    [back] = send(NEXT, S + 201 * FRAME_NS)
    assert back.is_face
    assert back.pose["yaw"] == pytest.approx(NEXT.yaw, abs=1e-6)


@pytest.mark.parametrize("name", SENDERS)
def test_a_face_at_rest_that_only_trembles_is_never_lost(name: str) -> None:
    send = SENDERS[name]()
    for i in range(300):
        for observation in send(NEXT if i % 2 else FACE, i * FRAME_NS):
            assert observation.is_face


def test_a_vmc_sender_that_pauses_is_not_lost() -> None:
    tracker = VmcTracker()
    pose = dict.fromkeys(phones.ARKIT, 0.5)
    for i in range(60):
        moving = dict.fromkeys(pose, i % 10 / 10)
        assert [o.is_face for o in tracker.feed(vmc_clips(moving), PHONE, i * FRAME_NS).observations] == [
            True
        ]
    for i in range(60, 400):
        [held] = tracker.feed(vmc_clips(pose), PHONE, i * FRAME_NS).observations
        assert held.is_face
        assert held.expression == pytest.approx(0.5)


def test_two_phones_are_judged_apart() -> None:
    live = FrozenFaces()
    for i in range(161):
        now_ns = i * FRAME_NS
        frozen = live(Observation("a", pose={"yaw": 0.1}, receive_time_ns=now_ns))
        moving = live(Observation("b", pose={"yaw": i * 0.01}, receive_time_ns=now_ns))
    assert not frozen.is_face
    assert moving.is_face


def test_a_phone_that_comes_back_after_a_pause_counts_anew() -> None:
    live = FrozenFaces()
    times = [*range(0, 160 * FRAME_NS, FRAME_NS), *range(190 * FRAME_NS, 350 * FRAME_NS, FRAME_NS)]
    seen = {t: live(Observation("a", pose={"yaw": 0.1}, receive_time_ns=t)).is_face for t in times}
    assert not seen[159 * FRAME_NS]
    assert seen[190 * FRAME_NS]
    assert not seen[349 * FRAME_NS]


def test_the_loss_is_said_and_nothing_is_sent_any_more() -> None:
    tracker = LiveLinkTracker()
    lines: list[str] = []
    with open_wire() as wire, ControlPublisher(wire.address) as publisher:
        sources = Sources(publisher, profiles=Profiles(), say=lines.append)
        begin_ns = sources.clock.now_ns()
        for i in range(250):
            now_ns = begin_ns + i * FRAME_NS
            for observation in tracker.feed(phones.livelink(FACE, frame=i), PHONE, now_ns).observations:
                sources.receive("livelink", observation, now_ns)
            sources.check(now_ns)
            if i == 50:
                wire.take(0.2)
    # a runtime that is not connected yet has a line of its own
    assert [line for line in lines if line.startswith("livelink:")] == [
        "livelink:iPhone: connected, drives expression, gaze, pose",
        f"livelink:iPhone: lost, {REASON}; nothing is sent for it until it comes back",
    ]
    assert sources.report(begin_ns + 250 * FRAME_NS)[0].is_live is False
