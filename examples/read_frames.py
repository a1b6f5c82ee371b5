"""Read the newest frames from another process with ZeroMQ, struct and numpy; needs no Omote code.

python examples/read_frames.py          # prints what arrives; docs/protocol.md has the header's layout
"""

import struct
import sys

import numpy as np
import zmq

port = int(sys.argv[1]) if len(sys.argv) > 1 else 5572
count = int(sys.argv[2]) if len(sys.argv) > 2 else 100

socket = zmq.Context.instance().socket(zmq.SUB)
socket.setsockopt(zmq.CONFLATE, 1)  # keep only the newest message; set before connect
socket.setsockopt(zmq.SUBSCRIBE, b"OMOTEFRM")
socket.connect(f"tcp://127.0.0.1:{port}")
for _ in range(count):
    message = socket.recv()
    header_bytes, width, height, stride = struct.unpack_from("<HIII", message, 10)
    (frame_id,) = struct.unpack_from("<Q", message, 32)
    rows = np.frombuffer(message, np.uint8, offset=header_bytes).reshape(height, stride)
    pixels = rows[:, : 4 * width].reshape(height, width, 4)  # RGBA, straight alpha, sRGB, top row first
    print(
        f"frame {frame_id}: {width} x {height}, mean colour {pixels.mean(axis=(0, 1)).round(1)}", flush=True
    )
