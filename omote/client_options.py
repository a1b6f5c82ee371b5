"""The options by which a command finds a runtime, on this machine or another, and the client made from them.

add_client_options(parser)
with client_from(args) as client: ...
"""

from __future__ import annotations

import argparse
from pathlib import Path

from omote.client import ControlClient, RuntimeAddress, find_face
from protocol.addresses import is_machine
from protocol.errors import KeyFileError, OmoteError
from protocol.keys import ClientKey, read_client_key
from protocol.messages import CONTROL_PORT, REQUEST_PORT


class KeyOptionError(OmoteError):
    """The file given with --key cannot be used; the message says why and how to make one."""


def add_client_options(parser: argparse.ArgumentParser) -> None:
    """Add --avatar, --host, --key and --request-port."""
    add_face_option(parser)
    add_host_option(parser)
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="the key that a runtime on another machine requires: omote keys",
    )
    add_request_port_option(parser)


def add_face_option(parser: argparse.ArgumentParser) -> None:
    """Add --avatar."""
    parser.add_argument(
        "--avatar", metavar="NAME", default="", help="the face of this name, of omote fleet or omote serve"
    )


def add_request_port_option(parser: argparse.ArgumentParser) -> None:
    """Add --request-port."""
    parser.add_argument("--request-port", type=int, default=REQUEST_PORT, help="default %(default)s")


def add_host_option(parser: argparse.ArgumentParser) -> None:
    """Add --host."""
    parser.add_argument(
        "--host", type=host_name, default="127.0.0.1", help="the runtime's machine (default %(default)s)"
    )


def host_name(text: str) -> str:
    """Check the name or address of a machine; an IPv6 address loses its brackets.

    Raises:
        ArgumentTypeError: it is an address of another kind, such as a URL, or has a port.
    """
    host = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if not is_machine(host):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not the name or address of a machine; expected one such as 192.168.1.20, without "
            "tcp:// and port"
        )
    return host


def read_key(path: Path | None) -> ClientKey | None:
    """Read the key file; None for None.

    Raises:
        KeyOptionError: the file cannot be read or holds no key.
    """
    try:
        return None if path is None else read_client_key(path)
    except KeyFileError as error:
        raise KeyOptionError(
            f"--key: {error.detail}; make one on the runtime's machine: omote keys add NAME"
        ) from error


def asked_of(address: RuntimeAddress) -> RuntimeAddress | None:
    """Whom to ask for a face by its name: the address of the options, or None where they name none: the fleet first."""
    usual = RuntimeAddress()
    is_usual = (address.host, address.request_port, address.key) == (usual.host, usual.request_port, None)
    return None if is_usual else address


def client_from(args: argparse.Namespace, control_port: int = CONTROL_PORT) -> ControlClient:
    """Make a client for the runtime that the options name.

    Raises:
        KeyOptionError: the key file cannot be used.
        NoAnswerError, FaceNameError: the face of --avatar is not found.
    """
    address = RuntimeAddress(args.host, control_port, args.request_port, key=read_key(args.key))
    if args.avatar:
        address = find_face(args.avatar, asked_of(address))
    return ControlClient(
        host=address.host,
        control_port=address.control_port,
        request_port=address.request_port,
        key=address.key,
    )
