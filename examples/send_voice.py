"""Sends a recorded voice to `omote-bridge voice --listen`, as a game or a speech synthesizer would.

    omote-bridge voice --listen tcp://127.0.0.1:5580
    python examples/send_voice.py speech.wav
    python examples/send_voice.py speech.wav tcp://127.0.0.1:5580 all     # at once, as synthesizers do

Needs nothing but pyzmq and msgspec. The sound is a .wav of 16 bits; start it when this starts.
"""

import sys
import time
import wave

import msgspec
import zmq

PIECE_S = 0.02

path = sys.argv[1]
address = sys.argv[2] if len(sys.argv) > 2 else "tcp://127.0.0.1:5580"
is_paced = len(sys.argv) < 4

context = zmq.Context()
socket = context.socket(zmq.PUSH)
socket.connect(address)
with wave.open(path, "rb") as sound:
    rate, channels = sound.getframerate(), sound.getnchannels()
    piece = int(PIECE_S * rate)
    begin_s, sent = time.monotonic(), 0
    while samples := sound.readframes(piece):
        message = {
            "type": "sound",
            "stream": path[-64:],
            "rate": rate,
            "channels": channels,
            "format": "s16le",
            "samples": samples,
            "time_s": sent / rate,  # a lost piece becomes a pause instead of a shift
        }
        socket.send(msgspec.msgpack.encode(message))
        sent += piece
        if is_paced:
            time.sleep(max(0.0, begin_s + sent / rate - time.monotonic()))
context.destroy(linger=2000)  # waits until everything is delivered, at most two seconds
