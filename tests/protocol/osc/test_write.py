from __future__ import annotations

import shutil
import socket
import subprocess
from select import select

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from protocol.osc.parse import parse_osc
from protocol.osc.write import MAX_BUNDLE_BYTES, osc_bundles, osc_message

ARGUMENTS = st.lists(
    st.one_of(
        st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20),
        st.integers(-(2**31), 2**31 - 1),
        st.floats(width=32, allow_nan=False, allow_infinity=False),
    ),
    max_size=8,
)


def test_the_bytes_are_those_of_the_specification() -> None:
    # OSC 1.0, examples: /oscillator/4/frequency 440.0
    assert osc_message("/oscillator/4/frequency", 440.0) == (
        b"/oscillator/4/frequency\0" + b",f\0\0" + bytes.fromhex("43dc0000")
    )
    # and /foo 1000 -1 "hello" 1.234 5.678
    assert osc_message("/foo", 1000, -1, "hello", 1.234, 5.678) == (
        b"/foo\0\0\0\0" + b",iisff\0\0"
        + bytes.fromhex("000003e8 ffffffff 68656c6c 6f000000 3f9df3b6 40b5b22d")
    )  # fmt: skip


def test_a_bundle_is_that_of_real_vmc_senders() -> None:
    made = osc_bundles(
        [osc_message("/VMC/Ext/Blend/Val", "jawOpen", 0.5), osc_message("/VMC/Ext/Blend/Apply")]
    )
    assert made == [
        b"#bundle\0" + bytes.fromhex("0000000000000001")
        + bytes.fromhex("00000024") + b"/VMC/Ext/Blend/Val\0\0,sf\0jawOpen\0" + bytes.fromhex("3f000000")
        + bytes.fromhex("0000001c") + b"/VMC/Ext/Blend/Apply\0\0\0\0,\0\0\0"
    ]  # fmt: skip
    assert len(made[0]) == 88


@given(ARGUMENTS)
def test_python_osc_reads_what_is_written(arguments: list[str | int | float]) -> None:
    read = OscMessage(osc_message("/a/b", *arguments))
    assert read.address == "/a/b"
    assert read.params == arguments
    assert parse_osc(osc_message("/a/b", *arguments)) == [("/a/b", tuple(arguments))]


@given(st.lists(st.integers(0, 400), max_size=60))
def test_bundles_keep_the_order_and_the_size(sizes: list[int]) -> None:
    messages = [osc_message("/m", index, "x" * size) for index, size in enumerate(sizes)]
    bundles = osc_bundles(messages)
    assert all(len(bundle) <= MAX_BUNDLE_BYTES for bundle in bundles)
    read = [message.params[0] for bundle in bundles for message in OscBundle(bundle)]
    assert read == list(range(len(sizes)))


def test_liblo_reads_what_is_written() -> None:
    oscdump = shutil.which("oscdump")
    if oscdump is None:
        pytest.skip("oscdump is missing; install liblo-tools")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        port = sender.getsockname()[1]
    with subprocess.Popen([oscdump, "-L", str(port)], stdout=subprocess.PIPE, text=True) as dump:
        try:
            assert dump.stdout is not None
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                (bundle,) = osc_bundles([osc_message("/first", "jawOpen", 0.5), osc_message("/second", 7)])
                while not select([dump.stdout], [], [], 0.1)[0]:  # until it listens
                    sender.sendto(bundle, ("127.0.0.1", port))
                lines = [dump.stdout.readline() for _ in range(2)]
        finally:
            dump.kill()
    assert [line.split(maxsplit=1)[1].strip() for line in lines] == [
        '/first sf "jawOpen" 0.500000',
        "/second i 7",
    ]
