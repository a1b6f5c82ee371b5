"""Move the face from any language that has MessagePack and ZeroMQ; needs no Omote code, but msgspec and pyzmq.

python examples/drive.py                # nods for five seconds
"""

import math
import sys
import time

import msgspec
import zmq

port = int(sys.argv[1]) if len(sys.argv) > 1 else 5570
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 5.0

socket = zmq.Context.instance().socket(zmq.PUSH)
socket.connect(f"tcp://127.0.0.1:{port}")
for step in range(int(seconds * 60)):
    pitch = 0.2 * math.sin(step / 10)
    message = {"type": "control", "layer": "pose", "source": "drive.py", "values": {"pitch": pitch}}
    socket.send(msgspec.msgpack.encode(message))
    time.sleep(1 / 60)
