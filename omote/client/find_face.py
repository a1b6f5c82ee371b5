"""find_face: the address of one face of a runtime that draws several (`omote serve`), by its name.

with Omote(address=find_face("kofi")) as face: ...
"""

from __future__ import annotations

from dataclasses import replace

from omote.client.answers import status_of
from omote.client.control_client import ControlClient
from omote.client.runtime_address import RuntimeAddress
from protocol.messages import Command
from protocol.served_faces import face_named


def find_face(name: str, address: RuntimeAddress | None = None, *, timeout_s: float = 2.0) -> RuntimeAddress:
    """Ask a runtime where one of its faces listens.

    Args:
        name: of the face.
        address: of the runtime, whose first face usually has the usual ports; None = of this machine.
        timeout_s: how long it may take to answer.

    Raises:
        NoAnswerError: no runtime answers there.
        FaceNameError: it draws no face of this name.
    """
    address = address or RuntimeAddress()
    with ControlClient(
        host=address.host, request_port=address.request_port, key=address.key, timeout_s=timeout_s
    ) as client:
        face = face_named(name, status_of(client.request(Command(name="status"))))
    if face is None:
        return address
    return replace(
        address,
        control_port=face.control_port,
        request_port=face.request_port,
        publish_port=face.publish_port,
        stream=face.stream,
    )
