"""The character that answers, in a process of its own; the bridge's port is this test's."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
import zmq

from protocol.sound_messages import SoundMessage
from tests.whole_road import closings, rest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed: apt install espeak-ng"
)
def test_what_is_typed_is_answered_in_pieces_of_one_stream_each() -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as pull, closings(pull) as closed:
        address = f"tcp://127.0.0.1:{pull.bind_to_random_port('tcp://127.0.0.1')}"
        done = subprocess.run(
            [sys.executable, "-I", str(ROOT / "examples/talking_character.py"), address, "en-us"],
            input=b"Who are you?\nI like apples.\n",
            capture_output=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        messages = [msgspec.msgpack.decode(one, type=SoundMessage) for one in rest(pull, closed)]
    said = done.stdout.decode().splitlines()
    assert len(said) == 2
    assert said[0].startswith("You ask me: Who are you?")
    for number, line in enumerate(said):
        pieces = [one for one in messages if one.stream == str(number)]
        assert len(pieces) > 5  # as it is made, not at the end
        assert [one.interrupts for one in pieces] == [True] + [False] * (len(pieces) - 1)
        sound = b"".join(one.samples for one in pieces)
        begins_s = np.cumsum([0, *(len(one.samples) / 2 / one.rate for one in pieces)])
        np.testing.assert_allclose([one.time_s for one in pieces], begins_s[:-1], atol=1e-9)
        text = line.partition("   (")[0]
        alone = subprocess.run(
            ["espeak-ng", "-v", "en-us", "--stdout", text], capture_output=True, check=True
        )
        assert sound == alone.stdout[44:]
