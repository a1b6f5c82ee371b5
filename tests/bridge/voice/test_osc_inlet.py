"""Datagrams that python-osc builds, from a process of its own and by a socket."""

from __future__ import annotations

import socket
import subprocess
import sys

import numpy as np
import pytest
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.devices.log_mel import RATE
from bridge.errors import SoundError
from bridge.voice.listen_address import listen_place
from bridge.voice.osc_inlet import OscInlet, sound_of_osc
from bridge.voice.sound_port import SoundPort
from protocol.errors import ProtocolError
from protocol.osc.parse import parse_osc
from protocol.sound_messages import SoundMessage
from tests.waiting import until

#: Another program: half a second of sound in pieces of 20 ms, one of them lost.
SENDER = """
import struct, sys
from pythonosc.udp_client import SimpleUDPClient
client = SimpleUDPClient("127.0.0.1", int(sys.argv[1]))
for number in range(25):
    if number != 10:
        client.send_message("/omote/audio", [24000, struct.pack("<480h", *[8192] * 480), number * 0.02, "game"])
"""


def datagram(*arguments: object, address: str = "/omote/audio") -> bytes:
    builder = OscMessageBuilder(address)
    for one in arguments:
        builder.add_arg(one)
    return builder.build().dgram


def test_each_form_of_the_message_is_read() -> None:
    pcm = b"\x01\x00\x02\x00"
    forms = {
        datagram(24000, pcm): SoundMessage(rate=24000, samples=pcm),
        datagram(48000, pcm, 1.25): SoundMessage(rate=48000, samples=pcm, time_s=1.25),
        datagram(8000, pcm, 0, "hello"): SoundMessage(rate=8000, samples=pcm, time_s=0.0, stream="hello"),
    }
    for data, expected in forms.items():
        ((address, arguments),) = parse_osc(data)
        assert sound_of_osc(address, arguments) == expected


@pytest.mark.parametrize(
    "data",
    [
        datagram(24000, b"\0\0", address="/omote/expression"), datagram(), datagram(24000), datagram(24000.0, b"\0\0"),
        datagram(24000, "text"), datagram(True, b"\0\0"), datagram(24000, b"\0\0", "now"), datagram(24000, b"\0\0", 1.0, 5),
        datagram(24000, b"\0\0", 1.0, "a", "b"), datagram(24000, b"\0"), datagram(1, b"\0\0"),
        datagram(24000, b"\0\0", float("nan")), b"nonsense",
    ],
)  # fmt: skip
def test_what_is_no_sound_is_refused(data: bytes) -> None:
    with OscPort() as inlet, pytest.raises(ProtocolError):
        inlet.decode(data)


class OscPort(OscInlet):
    """At a free port, closed at the end."""

    def __init__(self) -> None:
        super().__init__(listen_place("osc://127.0.0.1:0"))

    def __enter__(self) -> OscPort:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def test_a_program_that_speaks_osc_is_heard_with_a_lost_piece_as_silence() -> None:
    with SoundPort("osc://127.0.0.1:0") as port:
        port.read(0.0)
        to = port.address.rpartition(":")[2]
        subprocess.run([sys.executable, "-c", SENDER, to], check=True, timeout=300)

        def taken() -> bool:
            port.read(0.0)
            return port.taken == 24

        until(taken)
        made = np.concatenate([port.read(poll / 60) for poll in range(1, 61)])
    heard = np.flatnonzero(made)
    assert made[heard[0] + 240] == pytest.approx(0.25)
    assert heard[-1] - heard[0] == pytest.approx(0.5 * RATE, abs=2)
    assert not made[heard[0] + 10 * 480 : heard[0] + 11 * 480].any()


def test_a_port_that_is_in_use_is_an_error_in_words() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(SoundError, match="choose another port"):
            OscInlet(listen_place(f"osc://127.0.0.1:{taken.getsockname()[1]}"))
