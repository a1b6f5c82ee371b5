"""`omote keys`: the keys with which other machines reach this runtime.

omote keys add laptop                 # makes laptop.omote-key; copy it to the other machine
omote keys list
omote keys remove laptop
omote keys token                      # the token in the panel's address, made on first use; --new replaces it

Then: omote run --bind 192.168.1.20, and there: omote-bridge webcam --to tcp://192.168.1.20:5570 --key laptop.omote-key
"""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path
from typing import Final

import zmq

from protocol.errors import FileError, KeyFileError
from protocol.file_names import check_name, check_new_file, check_new_folder
from protocol.keys import (
    SUFFIX,
    TOKEN_FILE,
    ServerKey,
    format_keys,
    is_client_name,
    keys_folder,
    read_allowed,
    read_server_key,
    read_token,
)
from protocol.private_file import write_private
from terminal.old_option import add_old_option

FAILED: Final = 1


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `keys` and its sub-commands."""
    parser = subparsers.add_parser(
        "keys",
        help="allow other machines, one by one",
        description="Keys for a runtime that other machines reach: omote run --bind ADDRESS.",
        epilog="example: omote keys add laptop",
    )
    parser.add_argument("--keys", type=Path, metavar="FOLDER", help=f"default: {keys_folder()}")
    commands = parser.add_subparsers(dest="keys_command", required=True, metavar="add|list|remove|token")
    add = commands.add_parser("add", help="make a key for another machine or person")
    add.add_argument("name", help="the key's name; letters, digits, dots and dashes")
    add.add_argument("-o", "--output", type=Path, metavar="FILE", help=f"default: ./NAME{SUFFIX}")
    add_old_option(add, "--out", "--output")
    commands.add_parser("list", help="list the keys that are allowed")
    commands.add_parser("remove", help="stop allowing a key").add_argument("name")
    token = commands.add_parser("token", help="the panel's token")
    token.add_argument("--new", action="store_true", help="make a new one; the old one stops working")


def run(args: argparse.Namespace) -> int:
    """Run the sub-command and print the next step; returns 0 when done, 1 on failure."""
    folder: Path = args.keys or keys_folder()
    try:
        if args.keys_command == "add":
            return _add(folder, args.name, args.output)
        if args.keys_command == "remove":
            return _remove(folder, args.name)
        if args.keys_command == "token":
            print(panel_token(folder, is_new=args.new))
            return 0
        return _list(folder)
    except (KeyFileError, FileError, OSError) as error:
        print(f"omote keys: {error}", file=sys.stderr)
        return FAILED


def panel_token(folder: Path, *, is_new: bool = False) -> str:
    """Read the panel's token.

    Args:
        is_new: make a new token even when there is one.
    """
    token = None if is_new else read_token(folder)
    if token is not None:
        return token
    token = secrets.token_urlsafe(24)
    write_private(folder / TOKEN_FILE, token + "\n")
    return token


def add_client(folder: Path, name: str, out: Path) -> None:
    """Make a client's key pair, allow its public key, and write the pair to a file.

    Args:
        folder: the runtime's keys.
        name: the key's.
        out: the file for the client.

    Raises:
        KeyFileError: the name is taken or not valid, or a file is damaged.
        OSError: a file cannot be written.
    """
    if not is_client_name(name):
        raise KeyFileError("bad name", f"{name!r}; expected 1 to 64 letters, digits, dots and dashes")
    allowed = read_allowed(folder)
    if name in allowed:
        raise KeyFileError("name taken", f"{name} has a key already; first: omote keys remove {name}")
    server = _server_key(folder)
    public, secret = (half.decode() for half in zmq.curve_keypair())
    table = {"server_public": server.public, "public": public, "secret": secret}
    write_private(
        out,
        format_keys(table, f"Omote, key of {name}: its holder may drive the face and see its picture"),
    )
    _write_allowed(folder, allowed | {name: public})


def _server_key(folder: Path) -> ServerKey:
    """Read the runtime's key pair; make it on first use."""
    path = folder / "server.toml"
    if not path.exists():
        public, secret = (half.decode() for half in zmq.curve_keypair())
        write_private(
            path, format_keys({"public": public, "secret": secret}, "Omote, the runtime's own keys")
        )
    return read_server_key(folder)


def _write_allowed(folder: Path, allowed: dict[str, str]) -> None:
    write_private(folder / "allowed.toml", format_keys(allowed, "Omote, the public keys that are allowed"))


def _add(folder: Path, name: str, out: Path | None) -> int:
    path = out or Path(name + SUFFIX)
    check_new_folder(path.parent)  # it is made if it is missing
    if path.parent.is_dir():
        check_new_file(path)
    check_name(path)
    add_client(folder, name, path)
    print(f"{path}: the key of {name}. Copy it there over a secure channel, then delete it here.")
    print("This runtime allows it after its next start: omote run --bind ADDRESS")
    print(f"There: omote status --host ADDRESS --key {path.name}")
    return 0


def _remove(folder: Path, name: str) -> int:
    allowed = read_allowed(folder)
    if allowed.pop(name, None) is None:
        known = ", ".join(allowed) or "none"
        raise KeyFileError("unknown name", f"{name!r} has no key; there are: {known}")
    _write_allowed(folder, allowed)
    print(f"{name} is no longer allowed after the runtime's next start.")
    return 0


def _list(folder: Path) -> int:
    allowed = read_allowed(folder)
    for name, public in allowed.items():
        print(f"{name:24} {public}")
    if not allowed:
        print(f"no keys yet ({folder}); make one with: omote keys add NAME")
    return 0
