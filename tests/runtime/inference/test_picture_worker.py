"""Pictures are computed beside the frames; only the newest request counts, and a failure is said."""

from __future__ import annotations

import queue
import threading

from protocol.errors import OmoteError
from runtime.inference.picture_worker import PictureWorker
from tests.waiting import until


def test_requests_that_were_not_begun_are_dropped_for_the_newest() -> None:
    began: queue.SimpleQueue[int] = queue.SimpleQueue()
    may_end = threading.Semaphore(0)

    def compute(request: int) -> int:
        began.put(request)
        may_end.acquire()
        return 10 * request

    worker = PictureWorker(compute)
    worker.offer(1)
    assert began.get(timeout=60) == 1
    assert worker.take() is None  # it does not wait
    for request in (2, 3, 4):
        worker.offer(request)
    may_end.release()
    assert began.get(timeout=60) == 4
    assert until(worker.take) == 10
    may_end.release()
    assert until(worker.take) == 40
    assert worker.take() is None
    assert worker.failure == ""
    worker.close()
    worker.close()


def test_a_failure_ends_it_and_is_said() -> None:
    def refuse(request: int) -> int:
        raise OmoteError("the card is gone")

    def break_down(request: int) -> int:
        raise ZeroDivisionError("a fault of ours")

    for compute, said in ((refuse, "the card is gone"), (break_down, "ZeroDivisionError: a fault of ours")):
        worker = PictureWorker(compute)
        worker.offer(1)
        assert said in until(lambda worker=worker: worker.failure)
        assert worker.take() is None
        worker.close()
