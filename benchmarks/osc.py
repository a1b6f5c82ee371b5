"""OSC: one VMC bundle of 60 messages (52 clips, 4 bones, 3 others, Apply), in microseconds.

    python -m benchmarks.osc

Good: parsing at most 150, parsing to checked ControlMessages at most 300; at 60 fps, 300 is 2 % of a core.
python-osc parses the same bytes beside it. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import struct

from pythonosc.osc_packet import OscPacket

from benchmarks._timing import measured_us, print_costs
from protocol.blendshapes import BLENDSHAPES
from protocol.codec import check_control
from protocol.osc.parse import parse_osc
from protocol.osc.vmc import VmcFace


def text(value: str) -> bytes:
    """An OSC string."""
    raw = value.encode()
    return raw + b"\0" * (4 - len(raw) % 4)


def vmc_bundle() -> bytes:
    """One frame as a VMC sender with all 52 ARKit blend shapes sends it."""
    messages = [text("/VMC/Ext/OK") + text(",i") + struct.pack(">i", 1)]
    messages += [text("/VMC/Ext/T") + text(",f") + struct.pack(">f", 1.0)] * 2
    for bone in ("Neck", "Head", "LeftEye", "RightEye"):
        messages.append(
            text("/VMC/Ext/Bone/Pos")
            + text(",sfffffff")
            + text(bone)
            + struct.pack(">7f", 0, 0, 0, 0, 0.1, 0, 1)
        )
    for name in BLENDSHAPES:
        messages.append(text("/VMC/Ext/Blend/Val") + text(",sf") + text(name) + struct.pack(">f", 0.5))
    messages.append(text("/VMC/Ext/Blend/Apply") + text(","))
    assert len(messages) == 60
    return b"#bundle\0" + struct.pack(">Q", 1) + b"".join(struct.pack(">i", len(m)) + m for m in messages)


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0]).parse_args()
    datagram = vmc_bundle()
    face = VmcFace("vmc:benchmark")

    def parse_and_check() -> None:
        for message in face.feed(parse_osc(datagram), 0.0).messages:
            check_control(message)

    def python_osc() -> None:
        for timed in OscPacket(datagram).messages:
            _ = timed.message.params

    results = {
        "parse": measured_us(lambda: parse_osc(datagram)),
        "parse, map, check": measured_us(parse_and_check),
        "python-osc, parse": measured_us(python_osc),
    }
    print(f"one bundle of 60 messages, {len(datagram)} bytes, microseconds")
    print_costs(results)
    print(json.dumps({"benchmark": "osc", "unit": "us", **results}))


if __name__ == "__main__":
    main()
