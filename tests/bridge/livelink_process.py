"""PyLiveLinkFace in its own process: sends a face for SEND_S, with the quirks of that library.

python livelink_process.py PORT NAME FPS     runs in the senders' virtual environment
"""

from __future__ import annotations

import socket
import sys
import time

from pylivelinkface import FaceBlendShape, PyLiveLinkFace

SEND_S = 60.0  # or until the test ends the process


def main(port: int, name: str, fps: int) -> None:
    face = PyLiveLinkFace(name=name, fps=fps)
    face.set_blendshape(FaceBlendShape.JawOpen, 0.5, no_filter=True)
    face.set_blendshape(FaceBlendShape.EyeBlinkLeft, 0.5)  # once: its filter sends the mean with the 0 before
    face.set_blendshape(FaceBlendShape.HeadYaw, 0.3, no_filter=True)
    face.set_blendshape(FaceBlendShape.HeadPitch, 0.2, no_filter=True)
    face.set_blendshape(FaceBlendShape.HeadRoll, -0.1, no_filter=True)
    end = time.monotonic() + SEND_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        while time.monotonic() < end:
            sender.sendto(face.encode(), ("127.0.0.1", port))
            time.sleep(1 / 60)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
