"""What a client makes of the runtime's replies."""

from __future__ import annotations

from omote.client.errors import CommandRefusedError
from protocol.messages import Reply, Status


def check_done(reply: Reply) -> None:
    """Check that a command was done.

    Raises:
        CommandRefusedError: it was not; the message is the runtime's.
    """
    if not reply.ok:
        raise CommandRefusedError(reply.message or "the runtime refused the command and gave no reason")


def status_of(reply: Reply) -> Status:
    """The status in a reply.

    Raises:
        CommandRefusedError: there is none.
    """
    check_done(reply)
    if reply.status is None:
        raise CommandRefusedError(
            f"the runtime answered without a status: {reply.message or 'no reason given'}"
        )
    return reply.status
