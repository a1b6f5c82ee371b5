"""What the commands of controllers and microphones share: options, the polling loop, and --learn.

return run_device(options, device)
"""

from __future__ import annotations

import argparse
import threading
import time
from pathlib import Path
from typing import Protocol

from bridge.commands.console import on_stop_signal, say
from bridge.commands.destination import open_destination
from bridge.commands.options import add_destination_option, add_record_option, add_source_option
from bridge.devices.device import Device
from bridge.devices.polling_loop import POLL_S, run_polling_loop
from bridge.sending.runtime_link import RuntimeLink


class Learnable(Device, Protocol):
    """A controller that names the controls its user moves.

    Attributes:
        moved: a line for each control that moved in the last `poll`.
    """

    moved: list[str]


def add_device_options(parser: argparse.ArgumentParser) -> None:
    """Add `--source`, `--record`, `--to` and `--key`."""
    add_source_option(parser)
    add_record_option(parser)
    add_destination_option(parser)


def add_binding_options(parser: argparse.ArgumentParser) -> None:
    """Add `--map` and `--learn`."""
    parser.add_argument(
        "--map", type=Path, metavar="FILE", help="which control moves what, as TOML, instead of the default"
    )
    parser.add_argument(
        "--learn", action="store_true", help="send nothing; print the name of every control that you move"
    )


def run_device(options: argparse.Namespace, device: Device) -> int:
    """Send a device's values until it ends or a signal comes, then close it; return the exit code."""
    stop = _event_set_by_signals()
    try:
        with open_destination(options) as publisher:
            say(f"{device.source}: sending to {publisher.address}; Ctrl-C stops")
            run_polling_loop(device, RuntimeLink(publisher, say=say), stop, say=say)
            say(f"{publisher.sent} messages sent")
    finally:
        device.close()
    return 0


def learn_device(device: Learnable) -> int:
    """Print the names of moved controls until a signal comes, then close the device; return the exit code."""
    stop = _event_set_by_signals()
    say(
        "move a control to see its name; write the channel it should drive into a file for --map; Ctrl-C stops"
    )
    try:
        while not stop.wait(POLL_S):
            device.poll(now_s=time.monotonic(), now_ns=time.time_ns())
            for line in device.moved:
                say(line)
    finally:
        device.close()
    return 0


def _event_set_by_signals() -> threading.Event:
    stop = threading.Event()
    on_stop_signal(stop.set)
    return stop
