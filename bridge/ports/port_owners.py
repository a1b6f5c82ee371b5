"""Who is likely there when a port is taken, and what to do about it.

port_trouble(39539, "127.0.0.1", "vmc", error)   # one line
"""

from __future__ import annotations

import errno
from typing import Final

#: Windows says EACCES for a port that another socket holds exclusively.
_HELD: Final = (errno.EADDRINUSE, errno.EACCES)
_OTHER: Final = "another program that listens to the same tracker"
_LIKELY: Final = {
    39539: "the Omote runtime itself, which takes VMC there without this bridge (or VSeeFace, Warudo, VNyan)",
    39540: "VirtualMotionCapture, VMagicMirror or another bridge",
    49983: "iFacialMocap's PC app, VMagicMirror, VSeeFace or another bridge",
    49993: "Facemotion3D's PC app or another bridge",
    12345: "VSeeFace, VNyan or another bridge that takes MeowFace",
    11111: "the Unreal editor, VSeeFace, Warudo or another bridge that takes Live Link Face",
    11573: "VSeeFace, OpenSeeFace's own Unity client or another bridge",
    9000: "VRChat",
    9001: "VRCFaceTracking, or another program that reads VRChat's OSC",
    12030: "another program that takes Audio2Face's Live Link",
}


def port_trouble(port: int, host: str, tracker: str, error: OSError) -> str:
    """Which port cannot be opened, why, and what helps; one line."""
    if error.errno in _HELD:
        if port < 1024 and error.errno == errno.EACCES:
            return f"{tracker}: port {port} is the system's own; choose one above 1023 with --port"
        return (
            f"{tracker}: port {port} on {host} is taken, probably by {_LIKELY.get(port, _OTHER)}; close that "
            "program or choose another port with --port. It is tried again every few seconds"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"{tracker}: {host} is no address of this machine now; check the network, or --bind 127.0.0.1 "
            "for programs on this machine. It is tried again every few seconds"
        )
    return f"{tracker}: port {port} on {host} cannot be opened: {error}. It is tried again every few seconds"
