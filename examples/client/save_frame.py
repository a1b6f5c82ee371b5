"""Save the face as a picture with alpha, and say what it was doing.

python examples/client/save_frame.py face.png
"""

import sys

from PIL import Image

from omote.client import Omote

with Omote() as face:
    frame = next(iter(face.frames(timeout_s=30)))
    Image.fromarray(frame.pixels).save(sys.argv[1])
    motion = next(iter(face.motion(timeout_s=30)))
    height, width = frame.pixels.shape[:2]
    print(f"{width} x {height}, yaw {motion.pose['yaw']:.2f}, {face.status().fps:.0f} frames a second")
