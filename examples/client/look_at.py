"""Look at a target: the eyes go first, the head follows with a part of the turn.

python examples/client/look_at.py      # follows a point that circles before the face, for ten seconds
"""

import math
import sys
import time

from omote.client import Omote

HEAD_SHARE, FOLLOW_S = 0.6, 0.25  # of a turn that the head makes in the end, and its time constant
MOST_YAW, MOST_PITCH = 0.7, 0.5  # of the eyes, radians

seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
with Omote(source="look at") as face:
    head_yaw = head_pitch = 0.0
    step_s = 1 / 60
    for step in range(round(seconds / step_s)):
        # the target before the face: + to the face's left, + up, + away from it, in the same unit
        left, up, away = math.sin(step * step_s), 0.4 * math.cos(step * step_s), 1.5
        yaw, pitch = math.atan2(left, away), math.atan2(up, math.hypot(left, away))
        head_yaw += (HEAD_SHARE * yaw - head_yaw) * step_s / FOLLOW_S
        head_pitch += (HEAD_SHARE * pitch - head_pitch) * step_s / FOLLOW_S
        face.pose(yaw=head_yaw, pitch=head_pitch)
        face.gaze(  # relative to the head
            yaw=max(-MOST_YAW, min(MOST_YAW, yaw - head_yaw)),
            pitch=max(-MOST_PITCH, min(MOST_PITCH, pitch - head_pitch)),
        )
        time.sleep(step_s)
