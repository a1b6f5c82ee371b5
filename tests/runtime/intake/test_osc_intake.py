from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_golden_datagrams_reach_the_inbox() -> None:
    inbox = Inbox()
    intake = OscIntake(inbox, SourceNames())
    for name in ("osc_vmc_jaw_open", "osc_own_addresses"):
        intake.feed((GOLDEN / f"{name}.bin").read_bytes(), "127.0.0.1:5", 1)
    found = {(r.message.source, r.message.layer): r.message.values for r in inbox.take()}
    assert found == {
        ("vmc:127.0.0.1:5", "expression"): {"jawOpen": 0.5},
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
    for port in range(MAX_VMC_SENDERS + 10):
        intake.feed(clip("jawOpen", 0.5), f"127.0.0.1:{port}", SECOND)
    intake.flush(2 * SECOND)
    sources = {received.message.source for received in inbox.take()}
    assert sources == {f"vmc:127.0.0.1:{port}" for port in range(10, MAX_VMC_SENDERS + 10)}


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
