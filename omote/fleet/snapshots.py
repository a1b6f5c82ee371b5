"""Snapshots of faces: taken from one runtime, sent to another, which becomes the same face.

restore(take(old), new)
"""

from __future__ import annotations

import logging

from msgspec.structs import replace

from omote.client import ControlClient
from protocol.codec import MIN_TTL_S
from protocol.messages import Command, Snapshot
from protocol.trigger import NONE

logger = logging.getLogger(__name__)


def take(client: ControlClient) -> Snapshot:
    """The snapshot of a runtime; an empty one from a runtime that knows no snapshots.

    Raises:
        NoAnswerError: it does not answer.
    """
    return client.request(Command(name="snapshot")).snapshot or Snapshot()


def aged(snapshot: Snapshot, age_s: float) -> Snapshot:
    """What is left of a snapshot after a time: drivers whose time to live has passed are not in it."""
    left = [replace(driver, ttl_s=driver.ttl_s - age_s) for driver in snapshot.drivers]
    return replace(snapshot, drivers=[driver for driver in left if driver.ttl_s >= MIN_TTL_S])


def restore(snapshot: Snapshot, client: ControlClient) -> None:
    """Make a runtime, which wears the avatar already, the face of a snapshot. A command that it refuses is logged.

    It may have been restored before: what is switched on is switched off first, because the same again lets go.

    Raises:
        NoAnswerError: it does not answer.
    """
    for command in (Command(name="look", argument=NONE), Command(name="emotion", argument=NONE)):
        client.request(command)
    for command in snapshot.commands:
        if command.name == "load_avatar":
            continue
        reply = client.request(command)
        if not reply.ok:
            logger.warning("%s %s was not restored: %s", command.name, command.argument, reply.message)
    for driver in snapshot.drivers:
        client.send(driver)
