"""A game's hit reaction: the head is thrown back and springs home, whatever else moves the face.

python examples/client/hit_reaction.py            # a hit from the left; -1 = from the right
"""

import sys
import time

from omote.client import Omote

STIFFNESS, DAMPING = 120.0, 9.0  # of the neck, per second squared and per second

side = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
with Omote(source="hit") as face:
    head = face.layer("pose", ttl_s=0.2)
    pain = face.layer("expression", ttl_s=0.2)
    turn, speed, step_s = 0.0, 5.0, 1 / 60
    for step in range(round(1.2 / step_s)):
        speed += step_s * (-STIFFNESS * turn - DAMPING * speed)
        turn += step_s * speed
        # "add": on top of the tracker or the game's own animation
        head.add(yaw=-0.8 * side * turn, roll=0.5 * side * turn, pitch=0.4 * abs(turn))
        squeezed = max(0.0, 1 - step * step_s)
        pain.add(
            eyeBlinkLeft=squeezed,
            eyeBlinkRight=squeezed,
            mouthStretchLeft=squeezed,
            mouthStretchRight=squeezed,
        )
        time.sleep(step_s)
