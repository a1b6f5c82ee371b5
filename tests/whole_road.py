"""All that another process has sent over ZeroMQ: it is there once that process's connection is closed.

with closings(pull) as closed:
    ...  # a process connects, sends and ends
    messages += rest(pull, closed)
"""

from __future__ import annotations

import zmq

from tests.waiting import PATIENCE_S


def closings(pull: zmq.Socket[bytes]) -> zmq.Socket[bytes]:
    """A socket, to be closed before `pull`, that says when a connection of a bound socket is closed."""
    return pull.get_monitor_socket(zmq.EVENT_DISCONNECTED)


def rest(pull: zmq.Socket[bytes], closed: zmq.Socket[bytes]) -> list[bytes]:
    """What has not been received yet from a process that has ended."""
    assert closed.poll(int(1000 * PATIENCE_S)), "no connection was closed"
    found = []
    while pull.poll(0):
        found.append(pull.recv())
    return found
