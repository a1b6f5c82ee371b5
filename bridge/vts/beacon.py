"""Beacon: VTube Studio's UDP broadcast of the API's port, sent to this machine only.

Source: DenchiSoft/VTubeStudio, README "API Server Discovery (UDP)".
"""

from __future__ import annotations

import socket
from typing import Final

import msgspec

from bridge.vts.api import new_request_id, write_reply

BEACON_PORT: Final = 47779
BEACON_S: Final = 2.0
_TYPE: Final = "VTubeStudioAPIStateBroadcast"


class ApiStateBroadcast(msgspec.Struct, rename="camel"):
    """The data of a state broadcast."""

    active: bool
    port: int
    instance_id: str = msgspec.field(name="instanceID")
    window_title: str


class Beacon:
    """A UDP socket and the state that it sends. `close` may be called twice."""

    def __init__(self, api_port: int, beacon_port: int = BEACON_PORT) -> None:
        self._state = ApiStateBroadcast(True, api_port, new_request_id(), "VTube Studio")
        self._address = ("127.0.0.1", beacon_port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def send(self, now_ms: int) -> None:
        """Send the state once; an unreachable listener is no error.

        Args:
            now_ms: now, Unix milliseconds, for the message's timestamp.
        """
        try:
            self._socket.sendto(write_reply(_TYPE, _TYPE, self._state, now_ms).encode(), self._address)
        except OSError:
            return

    def close(self) -> None:
        """Close the socket; may be called twice."""
        self._socket.close()
