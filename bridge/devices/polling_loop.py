"""One session of a controller or microphone: asked sixty times a second, its messages sent.

run_polling_loop(device, publisher, stop, say=print)
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from bridge.devices.device import Device
from bridge.sending.publisher import ControlPublisher
from bridge.sending.steady_clock import SteadyClock

POLL_S: Final = 1.0 / 60.0
REPORT_S: Final = 1.0


def run_polling_loop(
    device: Device, publisher: ControlPublisher, stop: threading.Event, *, say: Callable[[str], None]
) -> None:
    """Send what the device says until it is over or the event is set.

    Args:
        say: takes one line of text, when it differs from the last one.
    """
    clock = SteadyClock()
    report_s = time.monotonic() + REPORT_S
    said = ""
    is_taken = True
    due_s = time.monotonic()
    while not stop.is_set() and not device.is_over:
        now_ns = clock.now_ns()
        messages = device.poll(now_s=now_ns / 1e9, now_ns=clock.unix_ns(now_ns))
        if messages:
            is_taken = publisher.send(messages)
        else:
            publisher.forget()
        now_s = time.monotonic()
        if now_s >= report_s:
            clock.follow()
            line = device.status()
            if not is_taken:
                line += f"; nobody listens at {publisher.address} (start it with: omote run)"
            if line != said:
                say(line)
                said = line
            report_s = now_s + REPORT_S
        # What was missed is not made up for.
        due_s = max(due_s + POLL_S, now_s)
        stop.wait(due_s - now_s)
