"""PictureWorker: computes pictures in a thread of its own, so that frames never wait for a slow network.

worker = PictureWorker(compute)
worker.offer(request)                 # every frame; only the newest counts
done = worker.take()                  # a finished one, or None
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from protocol.errors import OmoteError

_CLOSE_S: Final = 0.3
Request = TypeVar("Request")
Result = TypeVar("Result")


class PictureWorker(Generic[Request, Result]):
    """`offer`, `take` and `close` belong to one thread and never wait for a computation.

    Attributes:
        failure: what ended the thread; "" = it works.
    """

    def __init__(self, compute: Callable[[Request], Result]) -> None:
        """Start the thread.

        Args:
            compute: called in the thread, one request at a time; may raise OmoteError.
        """
        self._compute = compute
        self._changed = threading.Condition()
        self._request: Request | None = None
        self._result: Result | None = None
        self._is_closed = False
        self.failure = ""
        self._thread = threading.Thread(target=self._work, name="omote-pictures", daemon=True)
        self._thread.start()

    def offer(self, request: Request) -> None:
        """Compute this next; a request that was not begun is dropped."""
        with self._changed:
            self._request = request
            self._changed.notify()

    def take(self) -> Result | None:
        """The newest result since the last call."""
        with self._changed:
            result, self._result = self._result, None
        return result

    def close(self) -> None:
        """Begin nothing more; what is being computed ends with the process. May be called twice."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join(_CLOSE_S)

    def _work(self) -> None:
        while True:
            with self._changed:
                while self._request is None and not self._is_closed:
                    self._changed.wait()
                request, self._request = self._request, None
                if self._is_closed or request is None:
                    return
            try:
                result = self._compute(request)
            except OmoteError as error:
                self.failure = str(error)
                return
            except Exception as error:  # the thread must say what happened
                self.failure = f"the network failed ({type(error).__name__}: {error})"
                return
            with self._changed:
                self._result = result
