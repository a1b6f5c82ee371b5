"""The keys of a fleet: one key pair for all of its runtimes, one client key that opens each of them, one panel token.

keys = make_fleet_keys(folder)          # on the machine that starts the fleet; kept if they are there
lay_out_keys(keys, folder_of_a_node)    # where a runtime runs
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from omote.commands.keys import add_client, panel_token
from omote.fleet.errors import FleetError
from protocol.errors import KeyFileError
from protocol.keys import SUFFIX, TOKEN_FILE, read_client_key, read_server_key
from protocol.private_file import write_private

CLIENT: Final = "fleet"
CLIENT_FILE: Final = CLIENT + SUFFIX
_RUNTIME_FILES: Final = ("server.toml", "allowed.toml", TOKEN_FILE)


def make_fleet_keys(folder: Path) -> dict[str, str]:
    """Make the keys on first use.

    Args:
        folder: of the keys; `CLIENT_FILE` in it is what drivers and readers need.

    Returns:
        Name of a file -> its text: what each runtime needs. Secret.

    Raises:
        FleetError: the folder has keys that cannot be used.
        OSError: it cannot be written.
    """
    try:
        if not (folder / CLIENT_FILE).exists():
            add_client(folder, CLIENT, folder / CLIENT_FILE)
        panel_token(folder)
        read_client_key(folder / CLIENT_FILE)
        read_server_key(folder)
        return {name: (folder / name).read_text("utf-8") for name in _RUNTIME_FILES}
    except KeyFileError as error:
        raise FleetError(
            f"the fleet's keys cannot be used ({error.detail}); make new ones: delete {folder}, then start the fleet again"
        ) from error


def lay_out_keys(files: dict[str, str], folder: Path) -> Path:
    """Write the files of `make_fleet_keys`, readable by this user only; returns the folder."""
    for name in _RUNTIME_FILES:
        write_private(folder / name, files[name])
    return folder
