"""The destination of a command's messages: the runtime, and with `--record` also a take.

with open_destination(options) as publisher: ...
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final
from urllib.parse import urlsplit

from bridge.commands.console import say
from bridge.commands.options import client_key
from bridge.errors import BridgeError
from bridge.sending.face_address import find_control_address, find_in_fleet
from bridge.sending.face_follower import FaceFollower
from bridge.sending.publisher import HIGH_WATER, ControlPublisher
from bridge.sending.steady_clock import SteadyClock
from bridge.takes.recording import Recording
from protocol.addresses import LOOPBACK
from protocol.keys import ClientKey
from protocol.messages import CONTROL_PORT, REQUEST_PORT, ControlMessage
from protocol.served_faces import FaceNameError

#: The address without --to.
USUAL: Final = f"tcp://{LOOPBACK}:{CONTROL_PORT}"


@contextmanager
def open_destination(
    options: argparse.Namespace, *, high_water: int = HIGH_WATER
) -> Iterator[ControlPublisher]:
    """Open a publisher for `--to` or `--to-avatar`; with `--record` it also records what it sends.

    Args:
        options: with `to`, `key`, and perhaps `record`.
        high_water: as of `ControlPublisher`.

    Raises:
        BridgeError: an impossible address or key file, or a take file that cannot be written.
        FaceNameError: the runtime draws no face of this name.
    """
    to, key = runtime_address(options, client_key(options))
    if getattr(options, "record", None) is None:
        with (
            ControlPublisher(to, high_water=high_water, key=key) as publisher,
            _following(options, publisher),
        ):
            yield publisher
        return
    clock = SteadyClock()  # setting the system clock must not change the spacing in a take
    with Recording(options.record, recorded_by=f"omote-bridge {options.command}") as recording:

        def record(message: ControlMessage) -> None:
            recording.add(message, clock.now_ns())

        try:
            with (
                ControlPublisher(to, high_water=high_water, tap=record, key=key) as publisher,
                _following(options, publisher),
            ):
                yield publisher
        finally:
            recording.close()
            say(recording.summary())


def _following(options: argparse.Namespace, publisher: ControlPublisher) -> AbstractContextManager[object]:
    """Follow the face of `--to-avatar` while it moves, where it was found in this user's fleet."""
    name: str = getattr(options, "to_avatar", "")
    if not name or not _names_no_machine(options):
        return nullcontext()
    return FaceFollower(publisher, lambda: find_in_fleet(name))


def _names_no_machine(options: argparse.Namespace) -> bool:
    """Whether a face's name is all that is known of it, so that this user's fleet is asked."""
    return (options.to, options.request_port, options.key) == (USUAL, REQUEST_PORT, None)


def runtime_address(options: argparse.Namespace, key: ClientKey | None) -> tuple[str, ClientKey | None]:
    """The address of `--to`, or that of the face of `--to-avatar`, and its key.

    Without an address of a machine, a face is looked for in this user's fleet first.

    Raises:
        BridgeError: no runtime answers, or the address is none.
        FaceNameError: it draws no face of this name.
    """
    to: str = options.to
    name: str = getattr(options, "to_avatar", "")
    if not name:
        return to, key
    if _names_no_machine(options):
        try:
            if found := find_in_fleet(name):
                return found
        except (BridgeError, FaceNameError) as error:
            try:
                return find_control_address(name, LOOPBACK) or to, None
            except (BridgeError, FaceNameError) as other:
                raise type(error)(f"in the fleet: {error}; on this machine: {other}") from error
    try:
        host = urlsplit(to).hostname
    except ValueError:  # brackets that are not closed
        host = None
    if not host:
        raise BridgeError(
            f"--to {to!r} is not an address; expected one such as tcp://127.0.0.1:{CONTROL_PORT}"
        )
    return find_control_address(name, host, options.request_port, key) or to, key
