"""find_control_address: where a face of a fleet, or of a runtime that draws several, takes control messages, by its name.

address = find_control_address("kofi", "127.0.0.1")      # "tcp://127.0.0.1:5580"
"""

from __future__ import annotations

from typing import Final

import zmq

from bridge.errors import BridgeError
from protocol.addresses import url_host
from protocol.codec import decode_message, encode
from protocol.errors import CodecError, FileError, KeyFileError
from protocol.fleet_place import read_fleet_place
from protocol.keys import ClientKey, read_client_key
from protocol.messages import REQUEST_PORT, Command, Reply
from protocol.served_faces import face_named

PATIENCE_MS: Final = 2000


def find_control_address(
    name: str, host: str, request_port: int = REQUEST_PORT, key: ClientKey | None = None
) -> str | None:
    """Ask a runtime for a face's address.

    Args:
        name: of the face.
        host: the runtime's machine.
        request_port: of any of its faces.
        key: required by a runtime on another machine.

    Returns:
        None if the runtime draws one face only, which wears the avatar of this name.

    Raises:
        BridgeError: no runtime answers there, or the face takes no control messages.
        FaceNameError: it draws no face of this name.
    """
    data = _ask(f"{url_host(host)}:{request_port}", encode(Command(name="status")), key)
    try:
        reply = decode_message(data)
    except CodecError as error:
        raise BridgeError(f"the program on {host}:{request_port} is not Omote's runtime ({error})") from error
    if not isinstance(reply, Reply) or reply.status is None:
        raise BridgeError(
            f"the program on {host}:{request_port} gave no status; name the runtime's --request-port"
        )
    face = face_named(name, reply.status)
    if face is None:
        return None
    if not face.control_port:
        raise BridgeError(
            f"the face {name} takes no messages: its control port is closed; start it without that option"
        )
    return f"tcp://{url_host(face.host or host)}:{face.control_port}"


def find_in_fleet(name: str) -> tuple[str, ClientKey | None] | None:
    """The address and key of a face of this user's fleet; None where this user has no fleet.

    Raises:
        BridgeError: the fleet's directory does not answer, or its key cannot be read.
        FaceNameError: it has no face of this name.
    """
    try:
        place = read_fleet_place()
        if place is None:
            return None
        key = None if place.key is None else read_client_key(place.key)
    except (FileError, KeyFileError) as error:
        raise BridgeError(f"this user's fleet cannot be asked: {error}") from error
    found = find_control_address(name, place.host, place.port, key)
    return None if found is None else (found, key)


def _ask(place: str, command: bytes, key: ClientKey | None) -> bytes:
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.set(zmq.LINGER, 0)
        socket.set(zmq.IPV6, int("[" in place))
        if key is not None:
            socket.curve_secretkey, socket.curve_publickey, socket.curve_serverkey = key.options()
        try:
            socket.connect(f"tcp://{place}")
        except zmq.ZMQError as error:
            raise BridgeError(
                f"{place!r} is not a valid address ({error}); expected a host and a port, 1 to 65535"
            ) from error
        socket.send(command)
        if not socket.poll(PATIENCE_MS):
            raise BridgeError(
                f"no runtime answers on {place} within {PATIENCE_MS / 1000:g} s, so a face cannot be found by its name; "
                "start it with: omote serve, or give its --request-port"
            )
        return socket.recv()
