"""StudentLoader: opens a character on the best provider that works here, in a thread of its own.

loader = StudentLoader(weights, drawing, size, ("auto",))
student = loader.take()            # every frame; None while there is nothing new
loader.notes()                     # why a provider that was asked for does not run

A provider that compiles plans for minutes at its first start comes second: the best of the others draws meanwhile.
OpenVINO is only tried where it is named: its sines are slow.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.errors import ProviderError
from inference.providers import PROVIDERS, wanted_providers, why_not
from runtime.tha.student import Student, open_student

Floats = NDArray[np.float32]

#: Providers that "auto" leaves out.
NOT_AUTO: Final = ("openvino",)
_CLOSE_S: Final = 0.3


class StudentLoader:
    """`take`, `notes` and `close` belong to one thread and never wait.

    Attributes:
        failure: why there is no student at all; "" = there is one, or it is still being opened.
    """

    def __init__(
        self, weights: Mapping[str, Floats], drawing: Floats, size: int, named: Sequence[str]
    ) -> None:
        """Find out what can be tried, and begin.

        Args:
            weights, drawing, size: as of `open_student`. named: as of `wanted_providers`.

        Raises:
            ProviderError: no provider has such a name, or none of them can be tried here; gives the reason for each.
        """
        self._weights, self._drawing, self._size = weights, drawing, size
        self._wanted = tried_providers(named)
        self._named = named
        self._why_not = {name: why_not(name) for name in self._wanted}
        self._tried = [name for name in self._wanted if not self._why_not[name]]
        if not self._tried:
            raise ProviderError(f"no provider can run the character: {self._reasons()}")
        self.failure = ""
        self._is_first = threading.Event()
        self._is_closed = False
        self._lock = threading.Lock()
        self._ready: Student | None = None
        self._thread = threading.Thread(target=self._work, name="omote-student", daemon=True)
        self._thread.start()

    def take(self) -> Student | None:
        """A student that has become ready since the last call; it belongs to the caller."""
        if self._ready is None:
            return None
        with self._lock:
            ready, self._ready = self._ready, None
        return ready

    def is_over(self, wait_s: float) -> bool:
        """Whether there is a student, or will be none, after waiting for it at most so long."""
        return self._is_first.wait(wait_s)

    def notes(self) -> list[str]:
        """Providers that were asked for by name, or were tried, and do not run: why, and what to do."""
        return [
            f"{name}: {reason}"
            for name, reason in self._why_not.items()
            if reason and (name in self._named or name in self._tried)
        ]

    def close(self) -> None:
        """Take no more; what is being compiled ends with the process. May be called twice."""
        with self._lock:
            self._is_closed = True
            ready, self._ready = self._ready, None
        if ready is not None:
            ready.close()
        self._thread.join(_CLOSE_S)

    def _work(self) -> None:
        """The thread."""
        try:
            self._open_all()
        except Exception as error:  # the thread must say what happened
            self.failure = f"the character cannot be loaded ({type(error).__name__}: {error})"
        self._is_first.set()

    def _open_all(self) -> None:
        best = len(self._wanted)
        for name in sorted(self._tried, key=lambda name: PROVIDERS[name].builds_plans):
            if self._wanted.index(name) > best:
                continue
            try:
                student = open_student(self._weights, self._drawing, self._size, name)
            except ProviderError as error:
                self._why_not[name] = str(error)
                continue
            best = self._wanted.index(name)
            with self._lock:
                before = self._ready
                if self._is_closed:
                    before = student
                else:
                    self._ready = student
            if before is not None:
                before.close()
            self._is_first.set()
        if best == len(self._wanted):
            self.failure = f"no provider can run the character: {self._reasons()}"

    def _reasons(self) -> str:
        return "; ".join(f"{name}: {self._why_not[name]}" for name in self._wanted)


def tried_providers(named: Sequence[str]) -> tuple[str, ...]:
    """The providers to try, in order; without those that only a name brings.

    Raises:
        ProviderError: no provider has such a name, or none is named.
    """
    return tuple(name for name in wanted_providers(named) if name not in NOT_AUTO or name in named)
