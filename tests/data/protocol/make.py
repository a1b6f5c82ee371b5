"""Writes the golden vectors beside it: bytes (.bin) and what they mean (.json), for every language.

    PYTHONPATH=. python tests/data/protocol/make.py

Run it only when a message was added: bytes that are already here must never change, because other
programs read them. tests/protocol/test_golden.py checks them with `msgpack` and `python-osc`.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import msgspec

from protocol.blendshapes import BLENDSHAPES
from protocol.channels import CHANNELS
from protocol.codec import encode
from protocol.frame_header import HEADER_BYTES, FrameHeader, pack_header
from protocol.messages import Command, ControlMessage, DriverStatus, Message, Reply, StageTiming, Status

HERE = Path(__file__).parent

STATUS = Status(
    avatar="builtin",
    engine="head",
    provider="llvmpipe (LLVM 15.0.6, 256 bits)",
    fps=59.9,
    target_fps=60.0,
    size=512,
    uptime_s=12.5,
    frames=750,
    stages=[StageTiming(name="render", p50_ms=6.5, p95_ms=7.25, p99_ms=9.0)],
    drivers=[
        DriverStatus(
            source="面 tracker", layer="pose", mode="set", weight=1.0, priority=0, age_s=0.02, owned=["yaw"]
        )
    ],
    dropped={"out of range": 3},
    values=[channel.neutral for channel in CHANNELS],
    publishers=["zeromq"],
    notes=["no GPU found: drawing on the CPU"],
)

MESSAGES: dict[str, Message] = {
    "control_pose": ControlMessage(layer="pose", source="script", values={"yaw": 0.25, "pitch": -0.125}),
    "control_full": ControlMessage(
        layer="expression",
        source="面 tracker",
        values={name: i / 64 for i, name in enumerate(BLENDSHAPES)},
        mode="add",
        weight=0.5,
        priority=7,
        ttl_s=2.5,
        sequence=123456,
        capture_time_ns=1_767_225_600_123_456_789,
    ),
    "command_load_avatar": Command(name="load_avatar", argument="avatars/me", request_id="17"),
    "command_ping": Command(name="ping"),
    "reply_refused": Reply(ok=False, request_id="17", message="avatars/me is not an avatar"),
    "reply_status": Reply(ok=True, request_id="18", status=STATUS),
    "status": STATUS,
}


def osc_message(address: str, tags: str, *arguments: Any) -> bytes:
    """OSC written by hand, so that the parser is not tested against itself."""
    out = b"".join(text + b"\0" * (4 - len(text) % 4) for text in (address.encode(), tags.encode()))
    values = iter(arguments)
    for tag in tags[1:]:
        if tag == "s":
            text = next(values).encode()
            out += text + b"\0" * (4 - len(text) % 4)
        elif tag in "ifhd":
            out += struct.pack(">" + tag.replace("h", "q"), next(values))
    return out


def osc_bundle(*elements: bytes) -> bytes:
    """A bundle with the time tag "immediately"."""
    return b"#bundle\0" + struct.pack(">Q", 1) + b"".join(struct.pack(">i", len(e)) + e for e in elements)


OSC: dict[str, tuple[bytes, list[list[Any]]]] = {
    "osc_vmc_jaw_open": (
        osc_bundle(
            osc_message("/VMC/Ext/Blend/Val", ",sf", "jawOpen", 0.5), osc_message("/VMC/Ext/Blend/Apply", ",")
        ),
        [["/VMC/Ext/Blend/Val", ["jawOpen", 0.5]], ["/VMC/Ext/Blend/Apply", []]],
    ),
    "osc_own_addresses": (
        osc_bundle(
            osc_message("/omote/source", ",s", "面"),
            osc_message("/omote/pose", ",fff", 0.25, -0.125, 0.5),
            osc_bundle(osc_message("/omote/emotion/happy", ",fd", 1.0, 0.75)),
            osc_message("/omote/expression/eyeBlink_L", ",T"),
            osc_message("/omote/priority", ",i", -2),
        ),
        [
            ["/omote/source", ["面"]],
            ["/omote/pose", [0.25, -0.125, 0.5]],
            ["/omote/emotion/happy", [1.0, 0.75]],
            ["/omote/expression/eyeBlink_L", [True]],
            ["/omote/priority", [-2]],
        ],
    ),
}


def main() -> None:
    """Write every vector."""
    for name, message in MESSAGES.items():
        write(name, encode(message), json.loads(msgspec.json.encode(message)))
    for name, (data, meaning) in OSC.items():
        write(name, data, meaning)
    header = FrameHeader(
        width=3,
        height=2,
        stride=12,
        frame_id=42,
        capture_time_ns=1_767_225_600_000_000_001,
        receive_time_ns=1_767_225_600_000_000_002,
        render_time_ns=1_767_225_600_000_000_003,
        session_id=0xFEDC_BA98_7654_3210,
    )
    frame = bytearray(HEADER_BYTES) + bytes(range(24))
    pack_header(header, frame)
    fields = {name: getattr(header, name) for name in header.__slots__}
    write("frame_3x2", bytes(frame), {**fields, "flags": int(header.flags), "payload_bytes": 24})


def write(name: str, data: bytes, meaning: Any) -> None:
    """Write one pair of files."""
    (HERE / f"{name}.bin").write_bytes(data)
    text = json.dumps(meaning, indent=1, ensure_ascii=False) + "\n"
    (HERE / f"{name}.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
