"""ForkedProcess: a program of ours, forked by this machine's fork server: it has imported already what a face imports.

process = fork(["omote.fleet.face_program", settings], os.environ)
process.wait(1.0)

As much of `subprocess.Popen` as `LeashedProcess` needs. Linux only: elsewhere there is no handle of a process that another
one has forked.
"""

from __future__ import annotations

import hashlib
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from omote.fleet.errors import FleetError
from omote.fleet.fork_server import ORDER_S, STREAMS, Order
from protocol.frames.ring_files import is_private, ring_folder

#: Of a socket's path, bytes. Source: unix(7).
MAX_PATH: Final = 107


class StartingError(FleetError):
    """The fork server is not there yet; ask again."""


class ForkedProcess:
    """Made by `fork`. Use it as a `subprocess.Popen`; it is this object's as long as that lives.

    Attributes:
        pid: of the process.
        stdin, stdout, stderr: as text.
    """

    def __init__(self, pid: int, handle: int, streams: Sequence[IO[str]]) -> None:
        self.pid, self._handle, self._code = pid, handle, None if handle >= 0 else 0
        self.stdin, self.stdout, self.stderr = streams

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; returns 0, whatever its status was.

        Raises:
            subprocess.TimeoutExpired: it has not, after `timeout` seconds.
        """
        if self._code is None:
            if not select.select([self._handle], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
            self._code = 0
        return self._code

    def poll(self) -> int | None:
        """0 when it has ended, else None."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self._code

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def __del__(self) -> None:
        with suppress(OSError):
            os.close(self._handle)


def can_fork() -> bool:
    """Whether this machine can have a fork server: Linux, and a folder that other users cannot enter."""
    if not (sys.platform.startswith("linux") and hasattr(os, "pidfd_open")):
        return False
    path = _socket_path()
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, exist_ok=True)
    return is_private(path.parent) and len(os.fsencode(path)) <= MAX_PATH


def fork(program: Sequence[str], environment: Mapping[str, str]) -> ForkedProcess:
    """Fork a program of ours that ends with its standard input.

    Args:
        program: a module and its arguments, which run as `runtime.trackers.leash` runs them.
        environment: of the process.

    Raises:
        StartingError: the fork server is not there yet; it is being started.
        OSError: it cannot be started here.
    """
    path = _socket_path()
    order = msgspec.msgpack.encode(Order(list(program), dict(environment), os.getcwd()))
    inner, outer = _pipes()
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
            server.settimeout(ORDER_S)
            server.connect(str(path))
            socket.send_fds(server, [len(order).to_bytes(4)], inner)
            server.sendall(order)
            number, handles, _, _ = socket.recv_fds(server, 4, 1)
    except OSError as error:
        _close(outer)
        _start(path)
        raise StartingError(f"the fork server of this machine is being started ({error})") from error
    finally:
        _close(inner)
    if len(number) != 4 or len(handles) != 1:
        _close([*outer, *handles])
        raise StartingError("the fork server of this machine has ended; it is started again")
    text: dict[str, Any] = {"encoding": "utf-8", "errors": "replace"}
    streams = [os.fdopen(end, "r" if at else "w", **text) for at, end in enumerate(outer)]
    return ForkedProcess(int.from_bytes(number), handles[0], streams)


def _pipes() -> tuple[list[int], list[int]]:
    """Ends of pipes for a process's streams, and the other ends of them."""
    inner, outer = list[int](), list[int]()
    for stream in range(STREAMS):
        read, write = os.pipe()
        inner.append(write if stream else read)
        outer.append(read if stream else write)
    return inner, outer


def _close(ends: Sequence[int]) -> None:
    for end in ends:
        os.close(end)


def _socket_path() -> Path:
    """One server for each installation of Omote and Python."""
    of = hashlib.sha256(f"{version('omote')}\n{sys.executable}\n{__file__}".encode()).hexdigest()[:12]
    return ring_folder() / f"fork-{of}.socket"


def _start(path: Path) -> None:
    """Start the server, unless it runs or is being started: it holds a lock as long as it runs.

    Raises:
        OSError: it cannot be started.
    """
    import fcntl

    lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        subprocess.Popen(
            [sys.executable, "-m", "omote.fleet.fork_server", str(path), str(lock)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(lock,),
            env=os.environ | {"PYTHONUTF8": "1"},
            start_new_session=True,
        ).wait()
    except BlockingIOError:
        pass
    finally:
        os.close(lock)
