"""A character that answers: what is typed is answered in a synthetic voice, and the avatar's lips speak it as it is made.

    omote run --avatar me
    omote-bridge voice --listen tcp://127.0.0.1:5580 --head
    python examples/talking_character.py

Needs espeak-ng (apt install espeak-ng; brew install espeak-ng), pyzmq and msgspec. Put a language model into `answer`, and
another synthesizer that writes PCM into `speech`. The pieces are sent as they come, faster than they are heard; a new line
interrupts. The sound is yours to play: begin when the first piece is sent, or say with play_time_ns when you do.
"""

import subprocess
import sys
import time
from collections.abc import Iterator

import msgspec
import zmq

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5580"
VOICE = sys.argv[2] if len(sys.argv) > 2 else "en-us"
HEADER = 44  # bytes of espeak-ng's RIFF header, whose sizes mean nothing in a stream
PIECE = 2048


def answer(text: str) -> str:
    """What the character says."""
    if not text.strip():
        return "I am listening."
    if text.strip().endswith("?"):
        return f"You ask me: {text} Maybe, but probably not before breakfast."
    return f"{text}? Tell me more about that, my friend."


def speech(text: str) -> Iterator[tuple[int, bytes]]:
    """Pieces of 16-bit samples of one channel, and their rate, while they are made."""
    command = ["espeak-ng", "-v", VOICE, "--stdout", "--stdin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as synthesizer:
        assert synthesizer.stdin is not None
        assert synthesizer.stdout is not None
        synthesizer.stdin.write(text.encode())
        synthesizer.stdin.close()
        header = synthesizer.stdout.read(HEADER)
        rate = int.from_bytes(header[24:28], "little")
        while samples := synthesizer.stdout.read(PIECE):
            yield rate, samples


context = zmq.Context()
socket = context.socket(zmq.PUSH)
socket.connect(ADDRESS)
for number, line in enumerate(sys.stdin):
    begin_s, seconds = time.monotonic(), 0.0
    said = answer(line.strip())
    for rate, samples in speech(said):
        message = {
            "type": "sound",
            "stream": str(number),
            "rate": rate,
            "samples": samples,
            "time_s": seconds,
            "interrupts": seconds == 0.0,
        }
        socket.send(msgspec.msgpack.encode(message))
        if seconds == 0.0:
            print(f"{said}   (first sound after {1000 * (time.monotonic() - begin_s):.0f} ms)", flush=True)
        seconds += len(samples) / 2 / rate
context.destroy(linger=2000)  # waits until everything is delivered, at most two seconds
