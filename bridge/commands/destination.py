"""The destination of a command's messages: the runtime, and with `--record` also a take.

with open_destination(options) as publisher: ...
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from bridge.commands.console import say
from bridge.commands.options import client_key
from bridge.sending.publisher import HIGH_WATER, ControlPublisher
from bridge.sending.steady_clock import SteadyClock
from bridge.takes.recording import Recording
from protocol.messages import ControlMessage


@contextmanager
def open_destination(
    options: argparse.Namespace, *, high_water: int = HIGH_WATER
) -> Iterator[ControlPublisher]:
    """Open a publisher for `--to`; with `--record` it also records what it sends.

    Args:
        options: with `to`, `key`, and perhaps `record`.
        high_water: as of `ControlPublisher`.

    Raises:
        BridgeError: an impossible address or key file, or a take file that cannot be written.
    """
    key = client_key(options)
    if getattr(options, "record", None) is None:
        with ControlPublisher(options.to, high_water=high_water, key=key) as publisher:
            yield publisher
        return
    clock = SteadyClock()  # setting the system clock must not change the spacing in a take
    with Recording(options.record, recorded_by=f"omote-bridge {options.command}") as recording:

        def record(message: ControlMessage) -> None:
            recording.add(message, clock.now_ns())

        try:
            with ControlPublisher(options.to, high_water=high_water, tap=record, key=key) as publisher:
                yield publisher
        finally:
            recording.close()
            say(recording.summary())
