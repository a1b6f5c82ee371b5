from __future__ import annotations

import struct

import numpy as np
import pytest

from bridge.devices.wav_file import parse_wav


def wav(
    body: bytes, *, kind: int, bits: int, channels: int = 1, rate: int = 16000, extensible: bool = False
) -> bytes:
    """A .wav file, written field by field from its specification."""
    width = bits // 8
    form = struct.pack(
        "<HHIIHH",
        0xFFFE if extensible else kind,
        channels,
        rate,
        rate * width * channels,
        width * channels,
        bits,
    )
    if extensible:
        guid = struct.pack("<H", kind) + bytes.fromhex("000000001000800000aa00389b71")
        form += struct.pack("<HHI", 22, bits, 0) + guid
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def f32(*values: float) -> bytes:
    return np.array(values, "<f4").tobytes()


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize(
    ("kind", "bits", "body"),
    [
        (1, 8, bytes([128, 192, 0])),
        (1, 16, struct.pack("<3h", 0, 16384, -32768)),
        (1, 24, b"\x00\x00\x00" + b"\x00\x00\x40" + b"\x00\x00\x80"),
        (1, 32, struct.pack("<3i", 0, 2**30, -(2**31))),
        (3, 32, struct.pack("<3f", 0.0, 0.5, -1.0)),
        (3, 64, struct.pack("<3d", 0.0, 0.5, -1.0)),
    ],
)
def test_every_width_gives_the_same_samples(kind: int, bits: int, body: bytes, extensible: bool) -> None:
    sound = parse_wav(wav(body, kind=kind, bits=bits, extensible=extensible))
    assert sound is not None
    assert sound.rate == 16000
    assert sound.samples.tolist() == [[0.0], [0.5], [-1.0]]


def test_the_smallest_step_of_24_bits_is_kept() -> None:
    sound = parse_wav(wav(b"\x01\x00\x00" + b"\xff\xff\xff", kind=1, bits=24))
    assert sound is not None
    assert sound.samples.ravel().tolist() == [2.0**-23, -(2.0**-23)]


def test_channels_are_columns() -> None:
    sound = parse_wav(wav(f32(*range(12)), kind=3, bits=32, channels=6))
    assert sound is not None
    assert sound.samples.tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]


def test_chunks_before_the_sound_are_passed_over_also_of_odd_length() -> None:
    content = wav(f32(0.25), kind=3, bits=32)
    more = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    sound = parse_wav(content[:12] + more + content[12:])
    assert sound is not None
    assert sound.samples.tolist() == [[0.25]]


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 10_000])
def test_a_size_that_was_never_filled_in_means_the_rest_of_the_file(size: int) -> None:
    content = wav(f32(0.25, 0.5), kind=3, bits=32)
    at = content.index(b"data") + 4
    sound = parse_wav(content[:at] + struct.pack("<I", size) + content[at + 4 :])
    assert sound is not None
    assert sound.samples.ravel().tolist() == [0.25, 0.5]


def test_a_sample_that_is_cut_off_is_left_out() -> None:
    sound = parse_wav(wav(f32(0.25, 0.5)[:-1], kind=3, bits=32))
    assert sound is not None
    assert sound.samples.ravel().tolist() == [0.25]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF",
        b"RIFFxxxxWAVE",
        b"RIFF\0\0\0\0AVI LIST",
        wav(b"ab", kind=2, bits=4),  # ADPCM
        wav(b"ab", kind=7, bits=8),  # mu-law
        wav(b"ab", kind=1, bits=12),
        wav(b"abcd", kind=1, bits=16, channels=0),
    ],
)
def test_what_is_no_uncompressed_sound_is_left_to_a_decoder(content: bytes) -> None:
    assert parse_wav(content) is None
