"""The message for a port that cannot be opened: the program that probably uses it, and what to do.

port_trouble(39539, "127.0.0.1", "vmc", error)   # one line
"""

from __future__ import annotations

import errno
from typing import Final

#: Windows reports EACCES for a port that another socket holds exclusively.
_IN_USE: Final = (errno.EADDRINUSE, errno.EACCES)
_OTHER: Final = "another program that listens to the same tracker"
_LIKELY: Final = {
    39539: "the Omote runtime itself, which receives VMC there without this bridge (or VSeeFace, Warudo, VNyan)",
    39540: "VirtualMotionCapture, VMagicMirror or another bridge",
    49983: "iFacialMocap's PC app, VMagicMirror, VSeeFace or another bridge",
    49993: "Facemotion3D's PC app or another bridge",
    12345: "VSeeFace, VNyan or another bridge for MeowFace",
    11111: "the Unreal editor, VSeeFace, Warudo or another bridge for Live Link Face",
    11573: "VSeeFace, OpenSeeFace's own Unity client or another bridge",
    9000: "VRChat",
    9001: "VRCFaceTracking, or another program that reads VRChat's OSC",
    12030: "another receiver of Audio2Face's Live Link",
}


def port_trouble(port: int, host: str, tracker: str, error: OSError) -> str:
    """One line: which port cannot be opened, why, and what to do.

    Args:
        tracker: the name of the tracker that needs the port.
        error: what opening it raised.
    """
    if error.errno in _IN_USE:
        if port < 1024 and error.errno == errno.EACCES:
            return f"{tracker}: port {port} is reserved for the system; choose one above 1023 with --port"
        return (
            f"{tracker}: port {port} on {host} is in use, probably by {_LIKELY.get(port, _OTHER)}; close that "
            "program or choose another port with --port. It is retried every few seconds"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"{tracker}: {host} is not an address of this machine; check the network, or --bind 127.0.0.1 "
            "for programs on this machine. It is retried every few seconds"
        )
    return f"{tracker}: port {port} on {host} cannot be opened: {error}. It is retried every few seconds"
