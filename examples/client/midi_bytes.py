"""A MIDI controller without any MIDI package: on Linux its device is a file of plain bytes.

python examples/client/midi_bytes.py /dev/snd/midiC1D0    # `amidi -l` names it; - reads standard input

Control changes 1 to 6 move the channels of KNOBS; notes 36 to 43 show emotions, as strong as they are struck.
`omote-bridge midi` does more, on every system: maps, learning, any channel.
"""

import sys

from omote.client import Omote

KNOBS = {
    1: "jawOpen",
    2: "mouthSmileLeft",
    3: "mouthSmileRight",
    4: "browInnerUp",
    5: "cheekPuff",
    6: "mouthPucker",
}
PADS = dict(
    enumerate(("happy", "sad", "angry", "surprised", "afraid", "disgusted", "contemptuous", "relaxed"), 36)
)

path = sys.argv[1] if len(sys.argv) > 1 else "-"
with Omote(source="midi bytes") as face, open(0 if path == "-" else path, "rb", buffering=0) as device:
    knobs = face.layer("expression", ttl_s=60)
    status = 0
    data: list[int] = []
    while byte := device.read(1):
        if byte[0] >= 0xF8:  # real-time messages may come anywhere
            continue
        if byte[0] & 0x80:
            status, data = byte[0], []
            continue
        data.append(byte[0])  # "running status": the status byte is left out while it stays the same
        if len(data) < 2:
            continue
        (number, value), data = data, []
        if status & 0xF0 == 0xB0 and number in KNOBS:
            knobs.set(**{KNOBS[number]: value / 127})
        elif status & 0xF0 in (0x80, 0x90) and number in PADS:
            struck = value / 127 if status & 0xF0 == 0x90 else 0.0
            face.emotion(ttl_s=10, **{PADS[number]: struck})
