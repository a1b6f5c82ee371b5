from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.messages import Reply
from protocol.osc.write import osc_bundles, osc_message
from runtime.intake.inbox import Inbox
from runtime.intake.osc_intake import MAX_VMC_SENDERS, OscIntake
from runtime.intake.source_names import SourceNames

GOLDEN = Path(__file__).parents[2] / "data" / "protocol"
SECOND = 1_000_000_000


def text(value: str) -> bytes:
    raw = value.encode()
    return raw + b"\0" * (4 - len(raw) % 4)


def clip(name: str, value: float) -> bytes:
    return text("/VMC/Ext/Blend/Val") + text(",sf") + text(name) + struct.pack(">f", value)


def yaw(value: float) -> bytes:
    return text("/omote/pose/yaw") + text(",f") + struct.pack(">f", value)


def test_golden_datagrams_reach_the_inbox() -> None:
    inbox = Inbox()
    intake = OscIntake(inbox, SourceNames())
    for name in ("osc_vmc_jaw_open", "osc_own_addresses"):
        intake.feed((GOLDEN / f"{name}.bin").read_bytes(), "127.0.0.1:5", 1)
    found = {(r.message.source, r.message.layer): r.message.values for r in inbox.take()}
    assert found == {
        ("vmc:127.0.0.1", "expression"): {"jawOpen": 0.5},
        ("面", "pose"): {"yaw": 0.25, "pitch": -0.125, "roll": 0.5},
        ("面", "emotion"): {"happy": 1.0},
        ("面", "expression"): {"eyeBlinkLeft": 1.0},
    }
    assert inbox.dropped() == {}


def test_clips_without_apply_are_committed_by_flush_with_its_time() -> None:
    inbox = Inbox()
    intake = OscIntake(inbox, SourceNames())
    assert not intake.is_waiting
    intake.feed(clip("jawOpen", 0.5), "127.0.0.1:5", SECOND)
    assert intake.is_waiting
    intake.flush(SECOND + SECOND // 100)
    assert inbox.take() == []
    intake.flush(SECOND + SECOND // 10)
    [received] = inbox.take()
    assert received.receive_time_ns == SECOND + SECOND // 10
    assert not intake.is_waiting


def test_two_senders_have_two_faces_and_many_are_bounded() -> None:
    inbox = Inbox()
    intake = OscIntake(inbox, SourceNames())
    for host in range(MAX_VMC_SENDERS + 10):
        intake.feed(clip("jawOpen", 0.5), f"10.0.0.{host}:5000", SECOND)
    intake.flush(2 * SECOND)
    sources = {received.message.source for received in inbox.take()}
    assert sources == {f"vmc:10.0.0.{host}" for host in range(10, MAX_VMC_SENDERS + 10)}


def test_drivers_are_called_after_addresses_and_their_status_says_the_port() -> None:
    inbox = Inbox()
    intake = OscIntake(inbox, SourceNames())
    for turn in range(3):
        for port in (5, 6):
            intake.feed(yaw(0.25), f"127.0.0.1:{port}", SECOND + turn)
    received = {(one.message.source, one.origin) for one in inbox.take()}
    assert received == {("osc:127.0.0.1", "127.0.0.1:5"), ("osc:127.0.0.1 (2)", "127.0.0.1:6")}


def test_a_script_that_sends_each_clip_from_another_port_has_one_face() -> None:
    inbox = Inbox()
    intake = OscIntake(inbox, SourceNames())
    for port, name in enumerate(("jawOpen", "cheekPuff", "tongueOut")):
        intake.feed(clip(name, 0.5), f"127.0.0.1:{port}", SECOND)
    intake.flush(SECOND + SECOND // 10)
    [received] = inbox.take()
    assert received.message.source == "vmc:127.0.0.1"
    assert received.message.values == {"jawOpen": 0.5, "cheekPuff": 0.5, "tongueOut": 0.5}


@pytest.mark.parametrize("data", [b"", b"garbage!", b"#bundle\0"])
def test_invalid_datagrams_are_counted_with_their_sender(data: bytes) -> None:
    inbox = Inbox()
    OscIntake(inbox, SourceNames()).feed(data, "127.0.0.1:5", 1)
    assert inbox.dropped() == {"not OSC": 1}
    assert "127.0.0.1:5" in inbox.drop_notes()[0]


@given(st.data())
def test_damaged_golden_datagrams_never_raise(data: st.DataObject) -> None:
    whole = bytearray(
        (GOLDEN / f"{data.draw(st.sampled_from(('osc_vmc_jaw_open', 'osc_own_addresses')))}.bin").read_bytes()
    )
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    OscIntake(Inbox(), SourceNames()).feed(bytes(whole), "127.0.0.1:5", 1)


def test_a_datagram_holds_the_face_for_ten_seconds_at_most() -> None:
    inbox = Inbox()
    intake = OscIntake(inbox, SourceNames())
    for datagram in osc_bundles([osc_message("/omote/ttl", 60.0), osc_message("/omote/pose/yaw", 0.25)]):
        intake.feed(datagram, "127.0.0.1:5", 1)
    [received] = inbox.take()
    assert (received.message.ttl_s, received.message.values) == (10.0, {"yaw": 0.25})


def test_hundreds_of_unknown_addresses_are_counted_and_the_known_one_is_taken() -> None:
    inbox = Inbox()
    intake = OscIntake(inbox, SourceNames())
    unknown = [osc_message(f"/omote/pose/x{number}", 0.5) for number in range(900)]
    unknown += [osc_message(f"/omote/what/ever/{number}", 0.5) for number in range(600)]
    for datagram in osc_bundles([*unknown, osc_message("/omote/pose/yaw", 0.25)]):
        intake.feed(datagram, "127.0.0.1:5", 1)
    assert inbox.take()[-1].message.values == {"yaw": 0.25}
    assert inbox.dropped() == {"unknown channel": 900, "unknown OSC address": 600}
    assert all(len(note) < 300 for note in inbox.drop_notes())


def test_a_command_is_queued_beside_values_and_a_refused_one_is_counted() -> None:
    inbox = Inbox()
    intake = OscIntake(inbox, SourceNames())
    bundles = osc_bundles(
        [
            osc_message("/omote/do/background", "blur"),
            osc_message("/omote/pose/yaw", 0.25),
            osc_message("/omote/do/stop"),
        ]
    )
    for bundle in bundles:
        intake.feed(bundle, "127.0.0.1:5", 1)
    (pending,) = inbox.take_commands()
    assert (pending.command.name, pending.command.argument) == ("background", "blur")
    assert [received.message.values for received in inbox.take()] == [{"yaw": 0.25}]
    assert inbox.dropped() == {"unknown OSC address": 1}
    pending.answer(Reply(ok=False, message="no"))
    pending.answer(Reply(ok=True))
    assert inbox.dropped() == {"unknown OSC address": 1, "OSC command refused": 1}
