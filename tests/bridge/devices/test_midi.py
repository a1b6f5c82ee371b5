"""Bytes as a controller sends them, through mido's own parser or through one of its ports."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.devices.bindings import load_bindings
from bridge.devices.midi import MAX_MESSAGES, MidiController

mido = pytest.importorskip("mido")

ROOT = Path(__file__).resolve().parents[3]

BINDINGS = load_bindings(None, "midi")


def played(*data: int) -> dict[str, float]:
    """What is held after some bytes."""
    port = mido.ports.BaseInput("a controller")
    controller = MidiController(port, BINDINGS)
    parser = mido.Parser()
    parser.feed(data)
    for message in parser:
        controller.apply(message)
    messages = controller.poll(now_s=1.0, now_ns=1)
    return {f"{m.layer}.{name}": value * m.weight for m in messages for name, value in m.values.items()}


@pytest.mark.parametrize(
    ("data", "held"),
    [
        ((0x90, 60, 127), {"emotion.happy": 1.0}),
        ((0x93, 36, 64), {"emotion.happy": 64 / 127}),  # any MIDI channel; how hard says how much
        ((0x90, 60, 127, 0x80, 60, 0), {}),
        ((0x90, 60, 127, 0x90, 60, 0), {}),  # velocity 0 is a note-off
        # The other key still holds it.
        ((0x90, 60, 100, 0x90, 36, 100, 0x80, 60, 0), {"emotion.happy": 100 / 127}),
        ((0x90, 62, 127, 0xB0, 123, 0), {}),  # all notes off
        ((0x90, 61, 127), {}),  # bound to nothing
        ((0xB0, 1, 127), {"expression.jawOpen": 1.0}),
        ((0xB0, 1, 127, 0xB0, 1, 0), {}),
        ((0xB0, 74, 127), {"pose.pitch": 0.54}),
        ((0xB0, 74, 0), {"pose.pitch": -0.54}),
        ((0xB0, 74, 64), {}),
        ((0xE0, 0x7F, 0x7F), {"pose.yaw": pytest.approx(0.72, abs=1e-3)}),
        ((0xE0, 0, 0), {"pose.yaw": -0.72}),
        ((0xE0, 0, 0x40), {}),
        ((0xF0, 1, 2, 3, 0xF7, 0xFE, 0xC0, 5), {}),  # system messages and programs mean nothing here
        ((0x90, 200, 0xFF, 0x13), {}),  # noise
    ],
)
def test_keys_knobs_and_wheels_hold_their_channels(data: tuple[int, ...], held: dict[str, float]) -> None:
    assert played(*data) == pytest.approx(held)


def test_messages_of_a_real_port_are_sent_and_listed() -> None:
    with mido.ports.EchoPort("keys") as port:
        controller = MidiController(port, BINDINGS, source="keys")
        port.send(mido.Message("note_on", note=64, velocity=127))
        port.send(mido.Message("note_on", note=99, velocity=127))
        (message,) = controller.poll(now_s=1.0, now_ns=1)
        assert (message.source, message.values) == ("keys", {"angry": 1.0})
        assert [line.partition("   ")[0] for line in controller.moved] == [
            "[note] 64 = emotion.angry",
            "[note] 99 = not bound",
        ]
        assert controller.status() == "keys: holds emotion.angry 1.00"


def test_poll_reads_a_bounded_number_of_messages() -> None:
    with mido.ports.EchoPort("keys") as port:
        for number in range(2 * MAX_MESSAGES):
            port.send(mido.Message("control_change", control=1, value=number % 128))
        controller = MidiController(port, BINDINGS)
        controller.poll(now_s=1.0, now_ns=1)
        assert port.poll() is not None


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ((3, 12), r"install them with: pip install 'omote\[midi\]'"),
        ((3, 13), "which has no wheel for Python .*; run Omote with Python 3.12 or older"),
    ],
)
def test_without_rtmidi_one_line_says_what_is_missing(version: tuple[int, int], said: str) -> None:
    """In a process of its own: mido keeps a backend once it is loaded."""
    code = (
        "import sys; sys.modules['rtmidi'] = None\n"
        "from bridge.devices.midi import midi_inputs\n"
        f"sys.version_info = {version}\n"
        "try: midi_inputs()\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.match(f"BridgeError MIDI needs .*{said}", done.stdout)
