"""The destination of a command's messages: the runtime, and with `--record` also a take.

with open_destination(options) as publisher: ...
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from bridge.commands.console import say
from bridge.commands.options import client_key
from bridge.errors import BridgeError
from bridge.sending.face_address import find_control_address
from bridge.sending.publisher import HIGH_WATER, ControlPublisher
from bridge.sending.steady_clock import SteadyClock
from bridge.takes.recording import Recording
from protocol.keys import ClientKey
from protocol.messages import CONTROL_PORT, ControlMessage


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
    key = client_key(options)
    to = runtime_address(options, key)
    if getattr(options, "record", None) is None:
        with ControlPublisher(to, high_water=high_water, key=key) as publisher:
            yield publisher
        return
    clock = SteadyClock()  # setting the system clock must not change the spacing in a take
    with Recording(options.record, recorded_by=f"omote-bridge {options.command}") as recording:

        def record(message: ControlMessage) -> None:
            recording.add(message, clock.now_ns())

        try:
            with ControlPublisher(to, high_water=high_water, tap=record, key=key) as publisher:
                yield publisher
        finally:
            recording.close()
            say(recording.summary())


def runtime_address(options: argparse.Namespace, key: ClientKey | None) -> str:
    """The address of `--to`, or that of the face of `--to-avatar` on its machine.

    Raises:
        BridgeError: no runtime answers, or the address is none.
        FaceNameError: it draws no face of this name.
    """
    to: str = options.to
    name: str = getattr(options, "to_avatar", "")
    if not name:
        return to
    try:
        host = urlsplit(to).hostname
    except ValueError:  # brackets that are not closed
        host = None
    if not host:
        raise BridgeError(
            f"--to {to!r} is not an address; expected one such as tcp://127.0.0.1:{CONTROL_PORT}"
        )
    return find_control_address(name, host, options.request_port, key) or to
