"""The options with which a command finds a runtime, on this machine or another, and the client they make.

add_reach_options(parser)
with client_for(args) as client: ...
"""

from __future__ import annotations

import argparse
from pathlib import Path

from omote.client import ControlClient, NoAnswerError
from protocol.errors import KeyFileError
from protocol.keys import ClientKey, read_client_key
from protocol.messages import CONTROL_PORT, REQUEST_PORT


def add_reach_options(parser: argparse.ArgumentParser) -> None:
    """Add --host, --key and --request-port."""
    parser.add_argument("--host", default="127.0.0.1", help="the runtime's machine (default %(default)s)")
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="the key that another machine's runtime asks for: omote keys"
    )
    parser.add_argument("--request-port", type=int, default=REQUEST_PORT, help="default %(default)s")


def read_key(path: Path | None) -> ClientKey | None:
    """The key file that was named, if any.

    Raises:
        NoAnswerError: it cannot be used.
    """
    try:
        return None if path is None else read_client_key(path)
    except KeyFileError as error:
        raise NoAnswerError(
            f"--key: {error.detail}; make one on the runtime's machine: omote keys add NAME"
        ) from error


def client_for(args: argparse.Namespace, control_port: int = CONTROL_PORT) -> ControlClient:
    """A client for the runtime that was named.

    Raises:
        NoAnswerError: the key file cannot be used.
    """
    key = read_key(args.key)
    return ControlClient(host=args.host, control_port=control_port, request_port=args.request_port, key=key)
