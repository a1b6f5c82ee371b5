"""The processes of a training run as actors on the machines of a Ray cluster, in place of torchrun's.

    found = run_on_ray(work, workers=4, cpus=1.0)       # work(is_resumed) runs in every process

Each actor finds what `training.ranks.Ranks` asks torchrun for in its environment. Ray Train is not used: it needs
pandas and Arrow, and a training's own checkpoints do. When a process or its machine is lost, all are ended, and started
again to go on from the last checkpoint.
"""

from __future__ import annotations

import io
import os
import socket
import sys
from collections import deque
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from typing import Any, Final, TypeVar

from cluster.errors import ClusterError
from cluster.ray_cluster import Share, check_room, need_ray
from protocol.errors import OmoteError
from training.errors import TrainingError

R = TypeVar("R")

MAX_WORKERS: Final = 4096
LOOK_S: Final = 0.5
#: How long Ray may take to start the processes.
START_S: Final = 300.0
#: How long the others may take to notice that one is lost, before they are ended.
LOST_S: Final = 60.0
#: How long a process may take to hand over what it has written.
SAID_S: Final = 30.0
RESTARTS: Final = 3
#: Lines of output that wait for the program that started the run.
MAX_LINES: Final = 1000
#: Characters of a line that has not ended yet.
MAX_LINE: Final = 10_000


class LostRankError(Exception):
    """A process of the run, or its machine, was lost. It stays in this file."""


class RankActor:
    """One process of a run, on whichever machine Ray chose."""

    def __init__(self) -> None:
        self._said: deque[str] = deque(maxlen=MAX_LINES)
        self._meeting: socket.socket | None = None

    def meet(self) -> tuple[str, int]:
        """An address and a free port of this machine, where all processes of the run meet."""
        host = need_ray().util.get_node_ip_address()
        opened = socket.socket()
        opened.bind(("", 0))
        port = int(opened.getsockname()[1])
        if sys.platform == "linux":
            # Kept for as long as this process lives, and never listening: no other program gets the port before torch
            # listens on it, which Linux allows beside it since torch says SO_REUSEADDR as well.
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._meeting = opened
        else:
            opened.close()
        return host, port

    def work(
        self, work: Callable[[bool], R], rank: int, count: int, at: tuple[str, int], is_resumed: bool
    ) -> R:
        """Run `work` as one of `count` processes; returns what it returns."""
        os.environ.update(
            RANK=str(rank), WORLD_SIZE=str(count), LOCAL_RANK="0", MASTER_ADDR=at[0], MASTER_PORT=str(at[1])
        )  # LOCAL_RANK: Ray shows each process its own card
        said = _Said(self._said)
        with redirect_stdout(said), redirect_stderr(said):
            return work(is_resumed)

    def said(self) -> list[str]:
        """The lines that were written since the last call."""
        lines = []
        while self._said:
            lines.append(self._said.popleft())
        return lines


class _Said(io.TextIOBase):
    """A stream whose lines are kept until they are asked for."""

    encoding = "utf-8"

    def __init__(self, lines: deque[str]) -> None:
        self._lines, self._begun = lines, ""

    def write(self, text: str) -> int:
        *whole, begun = (self._begun + text).split("\n")
        self._begun = begun[-MAX_LINE:]  # a progress that goes back to the line's beginning never ends it
        self._lines.extend(whole)
        return len(text)


def run_on_ray(
    work: Callable[[bool], R],
    *,
    workers: int,
    cpus: float = 1.0,
    gpus: float = 0.0,
    can_resume: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda line: None,
) -> R:
    """Run the processes of a training, in a process that is connected to Ray; returns what the first one returns.

    The first process runs on this machine, where the run's folder is.

    Args:
        work: called in every process; True = go on from the last checkpoint, because a process was lost.
        cpus, gpus: of each process.
        can_resume: whether there is a checkpoint to go on from by now.
        say: gets what the first process writes, a line at a time, and what is started again.

    Raises:
        TrainingError: `workers` is out of range, or processes were lost again and again.
        ClusterError: there is no room.
        Exception: what `work` raised.
    """
    if not 1 <= workers <= MAX_WORKERS:
        raise TrainingError(f"--workers is {workers}, expected 1 to {MAX_WORKERS}")
    check_room([Share(cpus, gpus)] * workers, "workers")
    is_resumed = False
    for left in reversed(range(RESTARTS + 1)):
        try:
            return _run_once(work, workers, cpus, gpus, is_resumed, say)
        except LostRankError as error:
            if not left:
                raise TrainingError(
                    f"a process of the run was lost {RESTARTS + 1} times, the last time: {error}; go on with --resume"
                ) from error
            is_resumed = can_resume()
            how = "go on from the last checkpoint" if is_resumed else "begin again"
            say(f"a process of the run was lost ({error}); all are started again, and {how}")
    raise AssertionError("the last round returns or raises")


def _run_once(
    work: Callable[[bool], R],
    workers: int,
    cpus: float,
    gpus: float,
    is_resumed: bool,
    say: Callable[[str], None],
) -> R:
    from ray.exceptions import ActorUnschedulableError, GetTimeoutError, RayActorError
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    ray = need_ray()
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    kind = ray.remote(RankActor)
    actors = [
        kind.options(
            num_cpus=cpus, num_gpus=gpus, max_concurrency=2, scheduling_strategy="SPREAD" if rank else here
        ).remote()
        for rank in range(workers)
    ]
    has_begun = False
    try:
        try:
            at = ray.get(actors[0].meet.remote(), timeout=START_S)
        except (ActorUnschedulableError, GetTimeoutError) as error:
            for_s = f" for {START_S:g} s" if isinstance(error, GetTimeoutError) else ""
            raise ClusterError(
                f"the first worker runs on this machine, where the run's folder is, and had no room here{for_s}: it needs "
                f"{cpus:g} CPUs and {gpus:g} GPUs; start the run on a machine of the cluster that has them"
            ) from error
        except RayActorError as error:
            raise LostRankError(_one_line(error)) from error
        has_begun = True
        waiting = [
            actor.work.remote(work, rank, workers, at, is_resumed) for rank, actor in enumerate(actors)
        ]
        first = waiting[0]
        while waiting:
            done, waiting = ray.wait(waiting, timeout=LOOK_S)
            _pass_on(ray, actors[0], say)
            if done:
                _check(ray, done[0], waiting)
        result: R = ray.get(first)
        return result
    finally:
        if has_begun:  # or else nobody answers
            _pass_on(ray, actors[0], say)
        for actor in actors:
            ray.kill(actor)


def _check(ray: Any, done: Any, others: list[Any]) -> None:
    """Raise what ended a process; when one is lost, the others fail as well, and may be heard first."""
    from ray.exceptions import RayActorError, RayTaskError

    try:
        ray.get(done)
    except RayActorError as error:
        raise LostRankError(_one_line(error)) from error
    except RayTaskError as error:
        if isinstance(error.cause, OmoteError):
            raise error.cause from None
        ended = ray.wait(others, num_returns=len(others), timeout=LOST_S)[0] if others else []
        for other in ended:
            with suppress(RayTaskError):
                try:
                    ray.get(other)
                except RayActorError as lost:
                    raise LostRankError(_one_line(lost)) from lost
        if isinstance(error.cause, Exception):
            raise error.cause from None
        raise


def _pass_on(ray: Any, actor: Any, say: Callable[[str], None]) -> None:
    """Say what a process has written, if it is there."""
    from ray.exceptions import RayError

    with suppress(RayError):
        for line in ray.get(actor.said.remote(), timeout=SAID_S):
            say(line)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
