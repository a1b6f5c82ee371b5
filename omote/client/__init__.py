"""The Python client: drives a running Omote, reads its picture and its motion, and gives commands.

from omote.client import Omote

with Omote() as face:
    face.emotion(happy=1, weight=0.7)

What is exported here is the public interface; docs/client.md describes it.
"""

from omote.client.asynchronous import AsyncOmote
from omote.client.blocking import Omote
from omote.client.composed_motion import ComposedMotion
from omote.client.control_client import ControlClient
from omote.client.errors import CommandRefusedError, NoAnswerError, NoFrameError, ValueRefusedError
from omote.client.find_face import find_face
from omote.client.layer import Layer
from omote.client.runtime_address import RuntimeAddress
from omote.readers.reader import ReceivedFrame
from protocol.keys import ClientKey, read_client_key
from protocol.messages import Status

__all__ = [
    "AsyncOmote",
    "ClientKey",
    "CommandRefusedError",
    "ComposedMotion",
    "ControlClient",
    "Layer",
    "NoAnswerError",
    "NoFrameError",
    "Omote",
    "ReceivedFrame",
    "RuntimeAddress",
    "Status",
    "ValueRefusedError",
    "find_face",
    "read_client_key",
]
