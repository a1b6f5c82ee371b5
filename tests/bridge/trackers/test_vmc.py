from __future__ import annotations

import math
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.calibration.profile import Profiles
from bridge.observation import Observation
from bridge.sending.source_messages import SourceMessages
from bridge.trackers.network_tracker import FeedResult
from bridge.trackers.per_sender import MAX_SENDERS
from bridge.trackers.vmc import VmcTracker, parse
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.codec import Refusal
from protocol.messages import ControlMessage
from tests.bridge.desktop_encoders import osc_bundle, osc_message, vmc_clips, vmc_head
from tests.bridge.udp_listener import Listener

SENDER = "127.0.0.1:50000"
MS = 1_000_000
#: "Worked datagram, 88 bytes": bundle, immediately, jawOpen 0.5, Apply.
GOLDEN = bytes.fromhex(
    "2362756e646c6500 0000000000000001 00000024"
    "2f564d432f4578742f426c656e642f56616c0000 2c736600 6a61774f70656e00 3f000000"
    "0000001c 2f564d432f4578742f426c656e642f4170706c7900000000 2c000000"
)  # fmt: skip


def observed(fed: FeedResult) -> Observation:
    assert fed.refusals == ()
    [observation] = fed.observations
    return observation


def shape(observation: Observation, name: str) -> float:
    return float(observation.expression[INDEX[name]])


def test_golden_bundle_opens_the_jaw_and_nothing_else() -> None:
    observation = observed(VmcTracker().feed(GOLDEN, SENDER, 5 * MS))
    assert shape(observation, "jawOpen") == 0.5
    assert np.isnan(observation.expression).sum() == 51
    assert (observation.source, observation.receive_time_ns) == ("vmc:127.0.0.1:50000", 5 * MS)
    assert not observation.pose
    assert not observation.gaze


@pytest.mark.parametrize("angles", [(0.4, 0.0, 0.0), (0.0, 0.3, 0.0), (0.0, 0.0, -0.2), (-0.5, 0.2, 0.1)])
def test_turned_head_has_omotes_signs(angles: tuple[float, float, float]) -> None:
    pose = observed(VmcTracker().feed(vmc_head(*angles), SENDER, 0)).pose
    assert [pose[axis] for axis in ("yaw", "pitch", "roll")] == pytest.approx(angles, abs=1e-6)


def test_raw_bones_are_relative_to_their_rest() -> None:
    """VRM 1 senders send raw bones: here a head that rests 8 degrees up and 6 to the left."""
    tracker = VmcTracker()
    face = SourceMessages(Profiles().of("vmc", "vmc"), source="vmc")
    up, left = math.radians(8), math.radians(6)
    messages: tuple[ControlMessage, ...] = ()
    for i in range(40):
        messages = face(observed(tracker.feed(vmc_head(left, up, 0.0), SENDER, 0)), time_s=i / 30)
    [pose] = messages
    assert pose.values == pytest.approx({"yaw": 0.0, "pitch": 0.0, "roll": 0.0}, abs=1e-6)
    [pose] = face(observed(tracker.feed(vmc_head(left + 0.3, up, 0.0), SENDER, 0)), time_s=2.0)
    assert pose.values == pytest.approx({"yaw": 0.3, "pitch": 0.0, "roll": 0.0}, abs=1e-6)


def test_a_datagram_with_everything_is_one_observation() -> None:
    datagram = osc_bundle(
        osc_message("/VMC/Ext/Bone/Pos", "Head", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
        osc_message("/VMC/Ext/Bone/Pos", "LeftEye", 0.0, 0.0, 0.0, 0.0, math.sin(-0.05), 0.0, math.cos(0.05)),
        osc_message("/VMC/Ext/Blend/Val", "Joy", 0.5),
        osc_message("/VMC/Ext/Blend/Val", "JawOpen", 0.25),
        osc_message("/VMC/Ext/Blend/Apply"),
    )
    observation = observed(VmcTracker().feed(datagram, SENDER, 0))
    assert shape(observation, "jawOpen") == 0.25
    assert observation.gaze["yaw"] == pytest.approx(0.1, abs=1e-6)
    assert (observation.emotion, observation.emotion_weight) == ({"happy": 1.0}, 0.5)


def test_values_wait_for_apply_across_datagrams() -> None:
    tracker = VmcTracker()
    assert tracker.feed(vmc_clips({"jawOpen": 0.5}, apply=False), SENDER, 0) == FeedResult()
    observation = observed(tracker.feed(vmc_clips({"cheekPuff": 1.0}), SENDER, 10 * MS))
    assert (shape(observation, "jawOpen"), shape(observation, "cheekPuff")) == (0.5, 1.0)


def test_values_without_apply_are_committed_after_50_ms() -> None:
    tracker = VmcTracker()
    tracker.feed(vmc_clips({"jawOpen": 0.5}, apply=False), SENDER, 0)
    assert tracker.flush(40 * MS).observations == ()
    assert shape(observed(tracker.flush(60 * MS)), "jawOpen") == 0.5
    assert tracker.flush(90 * MS).observations == ()


def test_future_time_tag_is_not_waited_for() -> None:
    in_an_hour = (2_208_988_800 + int(time.time()) + 3600) << 32
    clips = osc_message("/VMC/Ext/Blend/Val", "jawOpen", 0.5), osc_message("/VMC/Ext/Blend/Apply")
    fed = VmcTracker().feed(osc_bundle(*clips, time_tag=in_an_hour), SENDER, 0)
    assert shape(observed(fed), "jawOpen") == 0.5


def test_number_of_senders_in_memory_is_limited() -> None:
    tracker = VmcTracker()
    for port in range(100):
        tracker.feed(GOLDEN, f"127.0.0.1:{port}", 0)
    assert len(tracker._faces) == MAX_SENDERS


@pytest.mark.parametrize(
    ("datagram", "reason"),
    [
        (b"", "not OSC"),
        (b"hello", "not OSC"),
        (osc_message("/omote/pose/yaw", 0.1), "unknown OSC address"),
    ],
)
def test_other_osc_and_broken_datagrams_are_refused(datagram: bytes, reason: str) -> None:
    parsed = parse(datagram)
    assert isinstance(parsed, Refusal)
    assert parsed.reason == reason


def test_oscsend_drives_without_bundle_and_without_apply() -> None:
    oscsend = shutil.which("oscsend")
    if oscsend is None:
        pytest.skip("oscsend is missing; install it with: apt-get install liblo-tools")
    with Listener(VmcTracker()) as listener:
        command = [oscsend, "127.0.0.1", str(listener.port), "/VMC/Ext/Blend/Val", "sf"]
        for name, value in (("EyeBlink_L", "0.75"), ("A", "1.0")):
            subprocess.run([*command, name, value], check=True, timeout=300)
        listener.hear(lambda seen: shape(seen, "eyeBlinkLeft") == 0.75)
        assert listener.hear(lambda seen: shape(seen, "jawOpen") > 0.0).expression[
            INDEX["jawOpen"]
        ] == pytest.approx(0.7)


def test_npm_osc_drives_with_time_tags_of_now(sender_modules: Path) -> None:
    script = """
    const osc = require("osc");
    const port = new osc.UDPPort({localAddress: "127.0.0.1", localPort: 0, remoteAddress: "127.0.0.1",
                                  remotePort: Number(process.argv[1]), metadata: true});
    port.on("ready", () => {
      port.send({timeTag: osc.timeTag(0), packets: [
        {address: "/VMC/Ext/Blend/Val", args: [{type: "s", value: "jawOpen"}, {type: "f", value: 0.625}]},
        {address: "/VMC/Ext/Bone/Pos", args: [{type: "s", value: "Head"}].concat(
          [0, 0, 0, 0, -0.0871557, 0, 0.9961947].map(value => ({type: "f", value})))},
        {address: "/VMC/Ext/Blend/Apply", args: []}]});
      setTimeout(() => port.close(), 200);
    });
    port.open();
    """
    with Listener(VmcTracker()) as listener:
        command = ["node", "-e", script, str(listener.port)]
        subprocess.run(command, cwd=sender_modules.parent, check=True, timeout=300)
        observation = listener.hear(lambda seen: "yaw" in seen.pose)
    assert shape(observation, "jawOpen") == 0.625
    assert observation.pose["yaw"] == pytest.approx(math.radians(10), abs=1e-4)


def test_python_osc_drives_with_a_whole_perfect_sync_face() -> None:
    pytest.importorskip("pythonosc")
    script = """
import sys
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.udp_client import UDPClient
client = UDPClient("127.0.0.1", int(sys.argv[1]))
names = sys.argv[2:]
for part in (names[:26], names[26:], None):   # no datagram above 1500 bytes
    bundle = OscBundleBuilder(IMMEDIATELY)
    for name in part or ():
        message = OscMessageBuilder("/VMC/Ext/Blend/Val")
        message.add_arg(name)
        message.add_arg(1 if name == "tongueOut" else 0.5)
        bundle.add_content(message.build())
    if part is None:
        bundle.add_content(OscMessageBuilder("/VMC/Ext/Blend/Apply").build())
    client.send(bundle.build())
"""
    with Listener(VmcTracker()) as listener:
        command = [sys.executable, "-c", script, str(listener.port), *BLENDSHAPES]
        subprocess.run(command, check=True, timeout=300)
        observation = listener.hear(lambda seen: not np.isnan(seen.expression).any())
    assert shape(observation, "tongueOut") == 1.0
    assert np.delete(observation.expression, INDEX["tongueOut"]) == pytest.approx(0.5)


@given(st.binary(max_size=300) | st.binary(max_size=80).map(lambda damage: damage + GOLDEN[len(damage) :]))
def test_random_bytes_never_raise(datagram: bytes) -> None:
    tracker = VmcTracker()
    fed = tracker.feed(datagram, SENDER, 0)
    for observation in (*fed.observations, *tracker.flush(10**9).observations):
        known = observation.expression[~np.isnan(observation.expression)]
        assert ((known >= 0.0) & (known <= 1.0)).all()
        assert all(map(math.isfinite, (*observation.pose.values(), *observation.gaze.values())))
