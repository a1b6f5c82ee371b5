"""Where a command's messages go: to the runtime, and with `--record` into a take as well.

with open_destination(options) as publisher: ...
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from bridge.commands.options import client_key
from bridge.commands.terminal import say
from bridge.sending.publisher import HIGH_WATER, ControlPublisher
from bridge.sending.steady_clock import SteadyClock
from bridge.takes.recording import Recording
from protocol.messages import ControlMessage


@contextmanager
def open_destination(
    options: argparse.Namespace, *, high_water: int = HIGH_WATER
) -> Iterator[ControlPublisher]:
    """A publisher for `--to`, which records what it is given where `--record` says so.

    Args:
        high_water: as of `ControlPublisher`.

    Raises:
        BridgeError: an impossible address or key file, or a take that cannot be written.
    """
    key = client_key(options)
    if getattr(options, "record", None) is None:
        with ControlPublisher(options.to, high_water=high_water, key=key) as publisher:
            yield publisher
        return
    clock = SteadyClock()  # the spacing in a take must not jump when somebody sets the system's clock
    with Recording(options.record, recorded_by=f"omote-bridge {options.command}") as recording:

        def tap(message: ControlMessage) -> None:
            recording.add(message, clock.now_ns())

        try:
            with ControlPublisher(options.to, high_water=high_water, tap=tap, key=key) as publisher:
                yield publisher
        finally:
            recording.close()
            say(recording.summary())
