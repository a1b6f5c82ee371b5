"""The fork server of a machine: imports once what every face imports, and forks a process for each face (POSIX).

python -m omote.fleet.fork_server SOCKET LOCK

`ForkedProcess` asks it. A process begins with its importing done, and shares the memory of it with the others. The server
has no threads, contexts or files of a face, so that a fork takes nothing along but modules. It ends by itself when no
process of it runs any more, when its socket is gone, or when a file that it has imported is another one now: the next
face gets a new server, and those that run go on.
"""

from __future__ import annotations

import array
import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from runtime.trackers import leash

#: Without any process of its own it ends after so long, seconds.
IDLE_S: Final = 10.0
#: How long a client may take for its order.
ORDER_S: Final = 5.0
LOOK_S: Final = 1.0
MAX_ORDER: Final = 1024 * 1024
#: What a face imports.
IMPORTED: Final = (
    "omote.commands.run",
    "runtime.avatars.loading_client",
    "runtime.engines.head",
    "runtime.engines.head_prepare",
    "runtime.publishers.zeromq",
    "runtime.runtime",
)
#: Standard input, output and error of the process.
STREAMS: Final = 3


class Order(msgspec.Struct, frozen=True):
    """A process that is to run.

    Attributes:
        program: a module and its arguments.
        environment: of the process.
        folder: in which it begins.
    """

    program: list[str]
    environment: dict[str, str]
    folder: str


def main() -> None:
    """Serve; in a forked process, run the program that was ordered."""
    if os.fork():
        os._exit(0)  # the server is no child of the actor that started it, and outlives it
    path, lock = Path(sys.argv[1]), int(sys.argv[2])
    for name in IMPORTED:
        importlib.import_module(name)
    path.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(path))
    server.listen(64)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel forgets processes that have ended
    gc.collect()
    gc.freeze()  # or a process that collects garbage would copy all of it
    order = _serve(server, path)
    server.close()
    os.close(lock)
    if order is None:
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    sys.argv = [sys.argv[0], *order.program]
    leash.main()


def _serve(server: socket.socket, path: Path) -> Order | None:
    """Fork on demand; returns the order in the forked process, and None when the server is to end."""
    running: list[int] = []
    asked_s = time.monotonic()
    imported = _imported_files()
    while True:
        if select.select([server], [], [], LOOK_S)[0]:
            asked_s = time.monotonic()
            client = server.accept()[0]
            if _imported_files() != imported:
                path.unlink(missing_ok=True)
                client.close()  # who asks starts a new server
                return None
            client.settimeout(ORDER_S)
            with client, suppress(OSError, msgspec.DecodeError, EOFError):
                if (order := _forked(client, running)) is not None:
                    for process in running:
                        os.close(process)
                    return order
        running = [process for process in running if not _has_ended(process)]
        if not path.exists() or (not running and time.monotonic() - asked_s > IDLE_S):
            path.unlink(missing_ok=True)
            return None


def _imported_files() -> dict[str, tuple[int, int]]:
    """The files of all imported modules: when they were changed last, nanoseconds, and their bytes; those that are gone
    are left out."""
    found = {}
    for module in list(sys.modules.values()):
        if file := getattr(module, "__file__", None):
            with suppress(OSError):
                state = os.stat(file)
                found[file] = (state.st_mtime_ns, state.st_size)
    return found


def _forked(client: socket.socket, running: list[int]) -> Order | None:
    """Answer one order; returns it in the forked process, which has its streams, environment and folder by then."""
    first, streams, _, _ = socket.recv_fds(client, MAX_ORDER, STREAMS)
    try:
        size = int.from_bytes(first[:4])
        if len(streams) != STREAMS or not 0 < size <= MAX_ORDER:
            raise EOFError
        data = first[4:]
        while len(data) < size:
            if not (more := client.recv(size - len(data))):
                raise EOFError
            data += more
        order = msgspec.msgpack.decode(data, type=Order)
        if not (number := os.fork()):
            _enter(order, streams)
            return order
        process = os.pidfd_open(number)
        running.append(process)
        handle = array.array("i", [process])
        client.sendmsg([number.to_bytes(4)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handle)])
    finally:
        for stream in streams:
            os.close(stream)
    return None


def _enter(order: Order, streams: list[int]) -> None:
    """Take over the streams, environment and folder of an order."""
    try:
        for target, stream in enumerate(streams):
            os.dup2(stream, target)
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(stream, "w" if stream else "r", encoding="utf-8", closefd=False)
            for stream in range(STREAMS)
        )
        os.environ.clear()
        os.environ.update(order.environment)
        os.chdir(order.folder)
    except OSError as error:
        os.write(2, f"{error}\n".encode())
        os._exit(1)


def _has_ended(process: int) -> bool:
    """Whether a process has ended; its handle is closed then."""
    if not select.select([process], [], [], 0)[0]:
        return False
    os.close(process)
    return True


if __name__ == "__main__":
    main()
