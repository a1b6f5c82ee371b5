from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.expressions.unified_expressions import UNIFIED_NAMES
from bridge.observation import Observation
from bridge.trackers.network_tracker import FeedResult
from bridge.trackers.per_sender import MAX_SENDERS
from bridge.trackers.vrcft import GREETING, VrcftFrame, VrcftTracker, parse
from protocol.blendshapes import INDEX
from protocol.osc.parse import parse_osc
from tests.bridge.desktop_encoders import osc_bundle, osc_message, vrcft, vrcft_head
from tests.bridge.udp_listener import Listener

SENDER = "127.0.0.1:50000"
S = 1_000_000_000
#: "Worked: /avatar/parameters/v2/JawOpen ,f 0.5"
GOLDEN = b"/avatar/parameters/v2/JawOpen\0\0\0,f\0\0\x3f\0\0\0"


def observed(fed: FeedResult) -> Observation:
    assert fed.refusals == ()
    [observation] = fed.observations
    return observation


def shape(observation: Observation, name: str) -> float:
    return float(observation.expression[INDEX[name]])


@pytest.mark.parametrize(
    "datagram", [GOLDEN, vrcft({"JawOpen": 0.5}, prefix="FT/"), vrcft({"JawOpen": 0.5}, prefix="my/own/FT/")]
)
def test_a_float_is_found_behind_any_prefix(datagram: bytes) -> None:
    observation = observed(VrcftTracker().feed(datagram, SENDER, 7))
    assert shape(observation, "jawOpen") == 0.5
    assert (observation.source, observation.receive_time_ns) == ("vrcft:127.0.0.1:50000", 7)


def test_only_changes_are_sent_so_the_rest_is_kept() -> None:
    tracker = VrcftTracker()
    tracker.feed(vrcft({"JawOpen": 0.5}), SENDER, 0)
    observation = observed(tracker.feed(vrcft({"MouthCornerPullLeft": 1.0}), SENDER, 1))
    assert (shape(observation, "jawOpen"), shape(observation, "mouthSmileLeft")) == (0.5, 0.8)


@pytest.mark.parametrize("value", [0.0, 0.2, 0.5, -0.7, 1.0, -1.0])
def test_binary_parameters_are_combined(value: float) -> None:
    """The sender's way: floor of |value| x 15 in four bits, and the sign."""
    size = int(abs(value) * 15)
    bits = {f"JawX{bit}": bool(size & bit) for bit in (1, 2, 4, 8)} | {"JawXNegative": value < 0}
    observation = observed(VrcftTracker().feed(vrcft(bits), SENDER, 0))
    got = shape(observation, "jawRight") - shape(observation, "jawLeft")
    assert got == pytest.approx(math.copysign(size / 15, value))
    assert abs(got - value) < 1 / 15


def test_a_float_is_preferred_to_its_bits_and_to_its_inverted_bool() -> None:
    tracker = VrcftTracker()
    datagram = vrcft({"JawOpen": 0.5, "JawOpen1": True, "JawOpen2": False})
    assert shape(observed(tracker.feed(datagram, SENDER, 0)), "jawOpen") == 0.5
    # "true when the value is below its threshold"
    assert tracker.feed(vrcft({"JawOpen": True}), SENDER, 1) == FeedResult()
    assert shape(observed(tracker.feed(vrcft({"JawOpen2": True}), SENDER, 2)), "jawOpen") == 0.5


@pytest.mark.parametrize("angles", [(0.4, 0.0, 0.0), (0.0, 0.3, 0.0), (0.0, 0.0, -0.2)])
def test_turned_head_has_omotes_signs(angles: tuple[float, float, float]) -> None:
    pose = observed(VrcftTracker().feed(vrcft_head(*angles), SENDER, 0)).pose
    assert [pose[axis] for axis in ("yaw", "pitch", "roll")] == pytest.approx(angles, abs=1e-6)


def test_native_eyes_are_used_where_the_avatar_has_none() -> None:
    tracker = VrcftTracker()
    # 10 degrees down, 20 to the right
    eyes = osc_message("/tracking/eye/LeftRightPitchYaw", 10.0, 20.0, 10.0, 20.0)
    closed = osc_message("/tracking/eye/EyesClosedAmount", 0.75)
    observation = observed(tracker.feed(osc_bundle(eyes, closed), SENDER, 0))
    assert observation.gaze == pytest.approx({"yaw": -math.radians(20), "pitch": -math.radians(10)})
    assert shape(observation, "eyeBlinkLeft") == shape(observation, "eyeBlinkRight") == 0.75
    observation = observed(tracker.feed(vrcft({"EyeX": 0.0, "EyeY": 0.0, "EyeLid": 0.75}), SENDER, 1))
    assert observation.gaze == pytest.approx({"yaw": 0.0, "pitch": 0.0})
    assert shape(observation, "eyeBlinkLeft") == 0.0


def test_switched_off_tracking_is_a_lost_face() -> None:
    tracker = VrcftTracker()
    off = osc_bundle(
        osc_message("/avatar/parameters/EyeTrackingActive", False),
        osc_message("/avatar/parameters/LipTrackingActive", False),
    )
    assert not observed(tracker.feed(off, SENDER, 0)).is_face
    on = osc_message("/avatar/parameters/LipTrackingActive", True)
    assert observed(tracker.feed(on, SENDER, 1)).is_face


def test_unchanged_face_is_repeated_for_five_seconds() -> None:
    tracker = VrcftTracker()
    tracker.feed(GOLDEN, SENDER, 0)
    times = [i * S // 20 for i in range(1, 160)]
    told = [now for now in times if tracker.flush(now).observations]
    assert told[0] == S // 5
    assert len(told) == 25
    assert told[-1] <= 5 * S


def parameter(name: str, value: float | bool) -> bytes:
    return osc_message(f"/avatar/parameters/{name}", value)


def test_a_face_of_before_a_long_silence_is_forgotten() -> None:
    tracker = VrcftTracker()
    tracker.feed(parameter("v2/JawOpen", 0.75), SENDER, 0)
    held = observed(tracker.feed(parameter("v2/EyeLidLeft", 0.75), SENDER, 5 * S))
    assert shape(held, "jawOpen") == 0.75
    forgotten = observed(tracker.feed(parameter("v2/EyeLidLeft", 0.75), SENDER, 10 * S + 1))
    assert np.isnan(shape(forgotten, "jawOpen"))
    assert shape(forgotten, "eyeBlinkLeft") == 0.0


def test_parameters_of_the_last_avatar_are_forgotten() -> None:
    """The old avatar's full names would for ever hide the new one's signed ones."""
    tracker = VrcftTracker()
    tracker.feed(parameter("v2/MouthSmileLeft", 1.0), SENDER, 0)
    assert tracker.feed(osc_message("/avatar/change", "avtr_1"), SENDER, S).observations == ()
    assert tracker.flush(2 * S).observations == ()
    seen = observed(tracker.feed(parameter("v2/SmileFrownLeft", 0.25), SENDER, 2 * S))
    assert shape(seen, "mouthSmileLeft") == 0.25


@pytest.mark.parametrize(
    ("switch", "kept", "gone"),
    [
        ("EyeTrackingActive", "jawOpen", "eyeBlinkLeft"),
        ("LipTrackingActive", "eyeBlinkLeft", "jawOpen"),
        ("ExpressionTrackingActive", "eyeBlinkLeft", "jawOpen"),
    ],
)
def test_a_region_whose_tracking_is_switched_off_is_given_back(switch: str, kept: str, gone: str) -> None:
    tracker = VrcftTracker()
    for name, value in (("v2/JawOpen", 1.0), ("v2/EyeLidLeft", 0.0), ("v2/EyeX", 0.5), (switch, True)):
        both = observed(tracker.feed(parameter(name, value), SENDER, 0))
    assert (shape(both, "jawOpen"), shape(both, "eyeBlinkLeft")) == (1.0, 1.0)
    other = "LipTrackingActive" if switch.startswith("Eye") else "EyeTrackingActive"
    tracker.feed(parameter(other, True), SENDER, S)
    seen = observed(tracker.feed(parameter(switch, False), SENDER, S))
    assert shape(seen, kept) == 1.0
    assert np.isnan(shape(seen, gone))
    assert ("yaw" in seen.gaze) == (kept == "eyeBlinkLeft")


def test_every_parameter_is_requested_until_observations_arrive() -> None:
    tracker = VrcftTracker()
    assert tracker.greetings(10 * S, 0) == (GREETING,)
    assert tracker.greetings(11 * S, 0) == ()
    assert tracker.greetings(12 * S, 0) == (GREETING,)
    assert tracker.greetings(15 * S, 14 * S) == ()
    assert parse_osc(GREETING.datagram) == [("/vrcft/settings/forceRelevant", (True,))]
    assert (GREETING.host, GREETING.port) == ("127.0.0.1", 9001)


def test_other_avatar_parameters_are_skipped() -> None:
    parsed = parse(
        osc_bundle(osc_message("/avatar/parameters/Viseme", 3.0), osc_message("/avatar/change", "a"))
    )
    assert isinstance(parsed, VrcftFrame)
    assert parsed.is_empty
    assert not parsed.refusals


@pytest.mark.parametrize(
    ("datagram", "reason"),
    [
        (b"hello", "not OSC"),
        (osc_message("/VMC/Ext/T", 1.0), "unknown OSC address"),
        (vrcft({"JawOpen": math.nan}), "non-finite value"),
        (vrcft({"JawOpen": 40.0}), "out of range"),
        (osc_message("/avatar/parameters/v2/JawOpen", "wide"), "wrong OSC arguments"),
        (osc_message("/tracking/eye/LeftRightPitchYaw", 1.0), "wrong OSC arguments"),
        (osc_message("/tracking/eye/EyesClosedAmount", math.nan), "wrong OSC arguments"),
    ],
)
def test_bad_values_are_refused_with_their_reason(datagram: bytes, reason: str) -> None:
    observations, refusals = VrcftTracker().feed(datagram, SENDER, 0)
    assert observations == ()
    assert [refusal.reason for refusal in refusals] == [reason]


def test_number_of_senders_in_memory_is_limited() -> None:
    tracker = VrcftTracker()
    for port in range(100):
        tracker.feed(GOLDEN, f"127.0.0.1:{port}", 0)
    assert len(tracker._senders) == MAX_SENDERS


def test_python_osc_sends_as_vrchats_tools_do() -> None:
    pytest.importorskip("pythonosc")
    script = """
import sys
from pythonosc.udp_client import SimpleUDPClient
client = SimpleUDPClient("127.0.0.1", int(sys.argv[1]))
client.send_message("/avatar/parameters/FT/v2/JawOpen", 0.5)
for bit, is_set in ((1, True), (2, True), (4, False)):
    client.send_message(f"/avatar/parameters/FT/v2/TongueOut{bit}", is_set)
client.send_message("/avatar/parameters/FT/v2/Head/Yaw", -0.25)
"""
    with Listener(VrcftTracker()) as listener:
        subprocess.run([sys.executable, "-c", script, str(listener.port)], check=True, timeout=300)
        observation = listener.hear(lambda seen: "yaw" in seen.pose)
    assert shape(observation, "jawOpen") == 0.5
    assert shape(observation, "tongueOut") == pytest.approx(3 / 7)
    assert observation.pose["yaw"] == pytest.approx(math.pi / 8)


def test_npm_osc_sends_a_bundle_of_parameters(sender_modules: Path) -> None:
    script = """
    const osc = require("osc");
    const port = new osc.UDPPort({localAddress: "127.0.0.1", localPort: 0, remoteAddress: "127.0.0.1",
                                  remotePort: Number(process.argv[1]), metadata: true});
    port.on("ready", () => {
      port.send({timeTag: osc.timeTag(0), packets: [
        {address: "/avatar/parameters/v2/EyeLidLeft", args: [{type: "f", value: 0}]},
        {address: "/avatar/parameters/v2/JawX4", args: [{type: "T"}]},
        {address: "/avatar/parameters/v2/JawXNegative", args: [{type: "T"}]},
        {address: "/tracking/eye/LeftRightPitchYaw", args: [5, -10, 5, -10].map(v => ({type: "f", value: v}))}]});
      setTimeout(() => port.close(), 200);
    });
    port.open();
    """
    with Listener(VrcftTracker()) as listener:
        command = ["node", "-e", script, str(listener.port)]
        subprocess.run(command, cwd=sender_modules.parent, check=True, timeout=300)
        observation = listener.hear(lambda seen: bool(seen.gaze))
    assert shape(observation, "eyeBlinkLeft") == 1.0
    assert shape(observation, "jawLeft") == pytest.approx(4 / 7)
    assert observation.gaze["yaw"] == pytest.approx(math.radians(10))


name = st.sampled_from([*sorted(UNIFIED_NAMES), "JawX1", "JawX128", "JawXNegative", "Nothing"])
value = st.floats(width=32) | st.booleans() | st.text(max_size=3)


@given(st.binary(max_size=200) | st.dictionaries(name, value, max_size=12).map(vrcft))
def test_arbitrary_input_never_raises_and_values_stay_in_range(datagram: bytes) -> None:
    tracker = VrcftTracker()
    for observation in (*tracker.feed(datagram, SENDER, 0).observations, *tracker.flush(S).observations):
        known = observation.expression[~np.isnan(observation.expression)]
        assert ((known >= 0.0) & (known <= 1.0)).all()
        assert all(map(math.isfinite, (*observation.pose.values(), *observation.gaze.values())))
