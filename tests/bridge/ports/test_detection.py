"""What real trackers sent, and the samples of their specifications; and that nothing else is taken for them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.ports.detection import trackers_for

VMC_BUNDLE = bytes.fromhex(
    "2362756e646c65000000000000000001"
    "000000242f564d432f4578742f426c656e642f56616c00002c7366006a61774f70656e003f000000"
    "0000001c2f564d432f4578742f426c656e642f4170706c79000000002c000000"
)
LIVE_LINK = b"\x06" + struct.pack(">i", 36) + b"8" * 36 + struct.pack(">i", 4) + b"Anna" + bytes(16)
I_FACIAL_MOCAP = b"mouthSmile_R-0|eyeBlink_L-7|jawOpen-12|=head#-21.4,-6.0,-6.6,-0.03,-0.10,-0.65|"
FACEMOTION_3D = b"mouthSmileRight&0|eyeBlinkLeft&7|=head#-21.4,-6.0,-6.6,-0.03,-0.10,-0.65|"
VTS_PHONE = b'{"Timestamp":1700000000000,"Hotkey":-1,"FaceFound":true}'


def captured(path: Path) -> Iterator[bytes]:
    """The datagrams of a recording: receive time f64, size u32, bytes."""
    data = path.read_bytes()
    place = 0
    while place < len(data):
        _, size = struct.unpack_from("<dI", data, place)
        yield data[place + 12 : place + 12 + size]
        place += 12 + size


def test_every_recorded_datagram_of_openseeface_is_recognised(shared: Path) -> None:
    datagrams = [
        d for path in sorted((shared / "captures/openseeface").glob("*.bin")) for d in captured(path)
    ]
    assert len(datagrams) == 178
    assert {trackers_for(datagram) for datagram in datagrams} == {("openseeface",)}


@pytest.mark.parametrize("low_byte", [ord("{"), ord("/"), ord("#"), 6])
def test_clock_that_begins_like_another_format_is_still_openseeface(low_byte: int) -> None:
    record = bytearray(struct.pack("<d", 1.7e9) + bytes(1777))
    record[0] = low_byte
    assert trackers_for(bytes(record)) == ("openseeface",)
    assert trackers_for(bytes(record) * 3) == ("openseeface",)


@pytest.mark.parametrize(
    ("datagram", "taker"),
    [
        (VMC_BUNDLE, "vmc"),
        (VMC_BUNDLE[20:56], "vmc"),
        (b"#bundle\0" + bytes(12) + VMC_BUNDLE, "vmc"),  # a bundle in a bundle
        (b"/avatar/parameters/v2/JawOpen\0\0\0,f\0\0\x3f\0\0\0", "vrcft"),
        (b"/tracking/eye/EyesClosedAmount\0\0,f\0\0\x3f\0\0\0", "vrcft"),
        (b"/HRQ\0\0\0\0,ffff\0\0\0" + bytes(16), "facecap"),
        (b"/W\0\0,if\0" + bytes(8), "facecap"),
        (LIVE_LINK, "livelink"),
        (I_FACIAL_MOCAP, "ifacialmocap"),
        (FACEMOTION_3D, "facemotion3d"),
        (VTS_PHONE, "meowface"),
        (b" \n" + VTS_PHONE, "meowface"),
    ],
)
def test_each_format_is_detected_by_its_content(datagram: bytes, taker: str) -> None:
    assert trackers_for(datagram)[0] == taker


def test_format_of_several_trackers_names_all_of_them() -> None:
    assert set(trackers_for(VTS_PHONE)) == {"meowface", "vts-phone"}
    assert set(trackers_for(I_FACIAL_MOCAP)) == {"ifacialmocap", "facemotion3d", "meowface"}


@pytest.mark.parametrize(
    "datagram", [b"", b"\0" * 1785, b"hello", b"/Wave\0\0\0,\0\0\0", b"#bundle\0", b"\xff" * 3570, b"/VM"]
)
def test_unknown_format_has_no_tracker(datagram: bytes) -> None:
    assert trackers_for(datagram) == ()


@given(st.one_of(st.binary(max_size=4000), st.binary(max_size=60).map(lambda tail: b"#bundle\0" * 9 + tail)))
def test_arbitrary_bytes_never_raise(datagram: bytes) -> None:
    assert isinstance(trackers_for(datagram), tuple)
