"""Drive the face from TouchDesigner: a nod, a glance and a smile. Written after its documentation, never run in it.

1. An OSC Out DAT named oscout1: network address 127.0.0.1, port 9570.
2. An Execute DAT with this file as its text; switch its Frame Start on.
3. The picture: omote run --publish shm,ndi, and an NDI In TOP with the source Omote (Syphon Spout In TOP: --publish spout).

wear('noh'), called from any other script by op('execute1').module.wear('noh'), changes the avatar.
"""

import math

WEIGHT, TTL_S = 1.0, 0.5  # the tracker has the face again half a second after this stops


def onFrameStart(frame):  # noqa: N802
    """TouchDesigner calls it before each frame."""
    seconds = absTime.seconds  # noqa: F821 - TouchDesigner's own, as op
    send("/omote/pose/pitch", 0.2 * math.sin(2.0 * seconds))
    send("/omote/gaze/yaw", 0.3 * math.sin(0.7 * seconds))
    smile = 0.5 + 0.5 * math.sin(seconds)
    send("/omote/expression/mouthSmileLeft", smile)
    send("/omote/expression/mouthSmileRight", smile)


def send(address, value):
    """Drive one channel."""
    op("oscout1").sendOSC(address, [float(value), WEIGHT, TTL_S])  # noqa: F821


def wear(avatar):
    """Show another avatar: a built-in one's name, or a folder."""
    op("oscout1").sendOSC("/omote/do/load_avatar", [avatar])  # noqa: F821
