"""find_face: the address of one face by its name, in this user's fleet or of a runtime that draws several.

with Omote(address=find_face("kofi")) as face: ...
"""

from __future__ import annotations

from dataclasses import replace

from omote.client.answers import status_of
from omote.client.control_client import ControlClient
from omote.client.errors import NoAnswerError
from omote.client.runtime_address import RuntimeAddress
from protocol.fleet_place import read_fleet_place
from protocol.keys import read_client_key
from protocol.messages import Command
from protocol.served_faces import FaceNameError, face_named


def find_face(name: str, address: RuntimeAddress | None = None, *, timeout_s: float = 2.0) -> RuntimeAddress:
    """Ask a fleet's directory or a runtime where one of its faces listens.

    Args:
        name: of the face.
        address: of the directory, or of the runtime, whose first face usually has the usual ports; None = this user's
            fleet (`omote fleet up`) if it has this face, else the runtime on this machine.
        timeout_s: how long it may take to answer.

    Raises:
        NoAnswerError: neither answers.
        FaceNameError: there is no face of this name.
        FileError, KeyFileError: the file of this user's fleet, or its key, cannot be used.
    """
    if address is not None:
        return _asked(name, address, timeout_s)
    place = read_fleet_place()
    if place is None:
        return _asked(name, RuntimeAddress(), timeout_s)
    key = None if place.key is None else read_client_key(place.key)
    try:
        return _asked(name, RuntimeAddress(place.host, request_port=place.port, key=key), timeout_s)
    except (NoAnswerError, FaceNameError) as error:
        try:
            return _asked(name, RuntimeAddress(), timeout_s)
        except (NoAnswerError, FaceNameError) as other:
            raise type(error)(f"in the fleet: {error}; on this machine: {other}") from error


def _asked(name: str, address: RuntimeAddress, timeout_s: float) -> RuntimeAddress:
    with ControlClient(
        host=address.host, request_port=address.request_port, key=address.key, timeout_s=timeout_s
    ) as client:
        face = face_named(name, status_of(client.request(Command(name="status"))))
    if face is None:
        return address
    return replace(
        address,
        host=face.host or address.host,
        control_port=face.control_port,
        request_port=face.request_port,
        publish_port=face.publish_port,
        stream=face.stream,
    )
