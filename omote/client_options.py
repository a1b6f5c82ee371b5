"""The options by which a command finds a runtime, on this machine or another, and the client made from them.

add_client_options(parser)
with client_from(args) as client: ...
"""

from __future__ import annotations

import argparse
from pathlib import Path

from omote.client import ControlClient
from protocol.errors import KeyFileError, OmoteError
from protocol.keys import ClientKey, read_client_key
from protocol.messages import CONTROL_PORT, REQUEST_PORT


class KeyOptionError(OmoteError):
    """The file given with --key cannot be used; the message says why and how to make one."""


def add_client_options(parser: argparse.ArgumentParser) -> None:
    """Add --host, --key and --request-port."""
    parser.add_argument("--host", default="127.0.0.1", help="the runtime's machine (default %(default)s)")
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="the key that a runtime on another machine requires: omote keys",
    )
    parser.add_argument("--request-port", type=int, default=REQUEST_PORT, help="default %(default)s")


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


def client_from(args: argparse.Namespace, control_port: int = CONTROL_PORT) -> ControlClient:
    """Make a client for the runtime that the options name.

    Raises:
        KeyOptionError: the key file cannot be used.
    """
    key = read_key(args.key)
    return ControlClient(host=args.host, control_port=control_port, request_port=args.request_port, key=key)
