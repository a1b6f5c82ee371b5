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
import numpy as np

from protocol.blendshapes import BLENDSHAPES
from protocol.channels import CHANNELS
from protocol.codec import encode
from protocol.frames.frame_header import (
    HEADER_BYTES,
    JPEG_ALPHA,
    WEBP,
    FrameHeader,
    pack_header,
    unpack_header,
)
from protocol.frames.ring_header import pack_bell
from protocol.messages import Command, ControlMessage, DriverStatus, Message, Reply, StageTiming, Status
from runtime.frames.frame_encoding import encode_pixels

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
    fields = {name: getattr(header, name) for name in header.__slots__ if name != "packed_bytes"}
    write("frame_3x2", bytes(frame), {**fields, "flags": int(header.flags), "payload_bytes": 24})
    for name, (data, meaning) in rings().items():
        write(name, data, meaning)
    for encoding in ("webp", "jpeg"):
        name = f"packed_8x8_{encoding}"
        if not (HERE / f"{name}.bin").exists():  # another release of a codec may write other bytes
            write(name, *packed_frame(encoding))
    write("bell", pack_bell(SESSION, 5), {"session_id": SESSION, "number": 5})


SESSION = 0xFEDC_BA98_7654_3210
RING_TIME_NS = 1_767_225_600_000_000_000


def ring(*, padding: int = 0) -> bytearray:
    """A ring by hand, 4 x 2 pixels, 3 slots: frame 5 in slot 2 is the newest, 4 and 3 are complete."""
    width, height = 4, 2
    stride = 4 * width + padding
    slot_bytes = -(-(128 + stride * height + 8) // 64) * 64
    data = bytearray(128 + 3 * slot_bytes)
    struct.pack_into(
        "<8sHHIQQIIIIIIIIQq", data, 0, b"OMOTERNG", 1, 128, 3, slot_bytes, SESSION, width, height, stride, 1, 15,
        4711, 1, 0, 5, RING_TIME_NS + 5,
    )  # fmt: skip
    for number in (3, 4, 5):
        at = 128 + number % 3 * slot_bytes
        struct.pack_into("<Qq16x", data, at, 2 * number, RING_TIME_NS + number)
        struct.pack_into(
            "<8sHHIIIIIQqqqQQ16x", data, at + 32, b"OMOTEFRM", 1, 96, width, height, stride, 1, 15,
            100 + number, 1, 2, 3, stride * height, SESSION,
        )  # fmt: skip
        for row in range(height):
            begins = at + 128 + row * stride
            data[begins : begins + 4 * width] = bytes(16 * number + 16 * row + i for i in range(4 * width))
        struct.pack_into("<Q", data, at + slot_bytes - 8, 2 * number)
    return data


def changed(data: bytearray, layout: str, offset: int, value: Any) -> bytes:
    """A copy with one field changed."""
    copy = bytearray(data)
    struct.pack_into(layout, copy, offset, value)
    return bytes(copy)


def packed_frame(encoding: Any) -> tuple[bytes, Any]:
    """A packed frame: orange above, blue below, and four steps of alpha from left to right."""
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[:4, :, :3], pixels[4:, :, :3] = (220, 120, 40), (40, 90, 200)
    pixels[..., 3] = np.repeat([255, 200, 64, 0], 2)
    raw = FrameHeader(
        width=8, height=8, stride=32, frame_id=42, capture_time_ns=1, receive_time_ns=2, render_time_ns=3,
        session_id=SESSION,
    )  # fmt: skip
    message = encode_pixels(pixels, raw, encoding)
    header = unpack_header(message, formats=(WEBP, JPEG_ALPHA))
    return message, {
        "width": 8, "height": 8, "format": header.format, "frame_id": 42, "session_id": SESSION,
        "payload_bytes": header.payload_bytes,
        "alpha_of_every_row": pixels[0, :, 3].tolist(),
        "colours": [{"x": 1, "y": 1, "rgb": [220, 120, 40]}, {"x": 1, "y": 6, "rgb": [40, 90, 200]}],
        "colours_within": 16,
    }  # fmt: skip


def rings() -> dict[str, tuple[bytes, Any]]:
    """Rings to read, and rings to refuse or to wait for."""
    good, padded = ring(), ring(padding=8)
    slot_bytes = (len(good) - 128) // 3
    slot_2 = 128 + 2 * slot_bytes

    def meaning(data: bytearray, number: int) -> dict[str, Any]:
        stride, slot = struct.unpack_from("<I", data, 40)[0], struct.unpack_from("<Q", data, 16)[0]
        rows = [bytes(16 * number + 16 * row + i for i in range(16)).hex() for row in range(2)]
        return {
            "slot_count": 3, "slot_bytes": slot, "session_id": SESSION, "width": 4, "height": 2,
            "stride": stride, "format": 1, "flags": 15, "writer_pid": 4711, "state": 1, "latest": 5,
            "heartbeat_ns": RING_TIME_NS + 5, "header_bytes": 128,
            "frame": {"number": number, "frame_id": 100 + number, "publish_time_ns": RING_TIME_NS + number,
                      "capture_time_ns": 1, "receive_time_ns": 2, "render_time_ns": 3, "rows": rows},
        }  # fmt: skip

    def nothing(why: str) -> dict[str, Any]:
        return {"frame": None, "why": why}

    def refused(reason: str) -> dict[str, Any]:
        return {"refused": reason}

    return {
        "ring_4x2": (bytes(good), meaning(good, 5)),
        "ring_4x2_padded": (bytes(padded), meaning(padded, 5)),
        # frame 8 has begun in slot 2, and `latest` was not yet read again
        "ring_overwriting": (changed(good, "<Q", slot_2, 15), nothing("slot 2 is being given frame 8")),
        "ring_torn_end": (
            changed(good, "<Q", slot_2 + slot_bytes - 8, 9),
            nothing("the lock at the slot's end is not 10: the writer died, or its stores are not all seen"),
        ),
        "ring_empty": (changed(good, "<Q", 64, 0), nothing("there is no frame yet")),
        "ring_replaced": (changed(good, "<I", 56, 2), nothing("a newer generation has taken its place")),
        "ring_closed": (changed(good, "<I", 56, 3), nothing("its writer has closed it")),
        "ring_bad_frame": (
            changed(good, "<Q", slot_2 + 32 + 64, 2**40), nothing("the frame header says more than a slot holds")
        ),
        "ring_bad_magic": (changed(good, "<8s", 0, b"OMOTEFRM"), refused("not a ring")),
        "ring_bad_version": (changed(good, "<H", 8, 2), refused("newer ring format")),
        "ring_bad_format": (changed(good, "<I", 44, 9), refused("newer ring format")),
        "ring_bad_width": (changed(good, "<I", 32, 0), refused("wrong ring size")),
        "ring_bad_height": (changed(good, "<I", 36, 2**31), refused("wrong ring size")),
        "ring_bad_slots": (changed(good, "<I", 12, 2), refused("wrong ring size")),
        "ring_bad_slot_bytes": (changed(good, "<Q", 16, 64), refused("wrong ring size")),
        "ring_bad_overflow": (changed(good, "<Q", 16, 2**64 - 64), refused("wrong ring size")),
        "ring_bad_header_bytes": (changed(good, "<H", 10, 64), refused("wrong ring size")),
        "ring_bad_cut": (bytes(good[:-1]), refused("wrong ring size")),
        "ring_bad_short": (bytes(good[:100]), refused("not a ring")),
    }  # fmt: skip


def write(name: str, data: bytes, meaning: Any) -> None:
    """Write one pair of files."""
    (HERE / f"{name}.bin").write_bytes(data)
    text = json.dumps(meaning, indent=1, ensure_ascii=False) + "\n"
    (HERE / f"{name}.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
