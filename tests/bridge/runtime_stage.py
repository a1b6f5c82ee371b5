"""The runtime's receiver and control, run frame by frame, to receive what the bridge sends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from face.motion import NEUTRAL
from protocol.channels import CHANNEL_INDEX
from runtime.control.control import Control
from runtime.control.fade import FADE_S
from runtime.control.one_euro import SmoothingSettings
from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts
from tests.waiting import PATIENCE_S

FPS = 60.0
#: The steepest step of the cross-fade's 3u^2 - 2u^3 for a change of 1 within one frame.
STEEPEST = 1.5 / FPS / FADE_S


class Stage:
    """Runs frames in real time and keeps the motion of each, without idle movement."""

    def __init__(self, receiver: Receiver, inbox: Inbox) -> None:
        self.inbox = inbox
        self.address = f"tcp://127.0.0.1:{receiver.ports.control}"
        self.control = Control(SmoothingSettings(), lambda reason, detail: inbox.count_drop(reason, detail))
        self.shown: list[NDArray[np.float32]] = []
        self.times_s: list[float] = []

    def until(self, is_enough: Callable[[NDArray[np.float32]], bool]) -> NDArray[np.float32]:
        """Frames up to the first with which something holds; that one. Fails after PATIENCE_S."""
        end_s = time.monotonic() + PATIENCE_S
        while not is_enough(values := self.step()):
            assert time.monotonic() < end_s, f"the last frame is {values.round(2).tolist()}"
            time.sleep(1.0 / FPS)
        return values

    def step(self) -> NDArray[np.float32]:
        """One frame."""
        now_s = time.monotonic()
        last_s = self.times_s[-1] if self.times_s else now_s - 1.0 / FPS
        self.control.update(self.inbox.take(), now_s)
        values = NEUTRAL.copy()
        self.control.settle(values, now_s - last_s)
        self.shown.append(values)
        self.times_s.append(now_s)
        return values

    def owned(self, source: str) -> set[str]:
        """What a driver owns now."""
        return {name for d in self.control.status() if d.source == source for name in d.owned}

    def steepest(self, layer: str, name: str) -> float:
        """The largest step of a channel from frame to frame, for a frame of the usual length."""
        values = np.array([frame[CHANNEL_INDEX[layer][name]] for frame in self.shown])
        frames = np.maximum(np.diff(self.times_s) * FPS, 1.0)
        return float(np.abs(np.diff(values) / frames).max())


@contextmanager
def open_stage() -> Iterator[Stage]:
    inbox = Inbox()
    with Receiver(inbox, ReceiverPorts(control=0, request=None, osc=None, vmc=None)) as receiver:
        yield Stage(receiver, inbox)


def shown(frame: NDArray[np.float32], layer: str, name: str) -> float:
    """One channel of a frame."""
    return float(frame[CHANNEL_INDEX[layer][name]])
