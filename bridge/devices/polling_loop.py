"""The loop of a device: poll it sixty times a second, send its messages and sound, print its status when that changes.

run_polling_loop(device, link, stop, say=print)
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from bridge.devices.device import Device, SendsSound
from bridge.sending.runtime_link import RuntimeLink
from bridge.sending.steady_clock import SteadyClock

POLL_S: Final = 1.0 / 60.0
REPORT_S: Final = 1.0


def run_polling_loop(
    device: Device, link: RuntimeLink, stop: threading.Event, *, say: Callable[[str], None]
) -> None:
    """Send a device's messages until it ends or the event is set.

    Args:
        device: polled from the calling thread; the caller closes it.
        link: sends the messages.
        say: takes the status line, once a second where it differs from the last one.
    """
    speaker = device if isinstance(device, SendsSound) else None
    clock = SteadyClock()
    report_s = time.monotonic() + REPORT_S
    said = ""
    due_s = time.monotonic()
    while not stop.is_set() and not device.is_over:
        now_ns = clock.now_ns()
        messages = device.poll(now_s=now_ns / 1e9, now_ns=clock.unix_ns(now_ns))
        if messages:
            link.send(messages, now_ns)
        else:
            link.forget()
        if speaker is not None and (sound := speaker.take_sound()) is not None:
            link.send_sound(sound)
        now_s = time.monotonic()
        if now_s >= report_s:
            clock.follow()
            line = device.status()
            if line != said:
                say(line)
                said = line
            report_s = now_s + REPORT_S
        # Missed polls are skipped, not made up for.
        due_s = max(due_s + POLL_S, now_s)
        stop.wait(due_s - now_s)
