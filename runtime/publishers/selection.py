"""Choosing publishers by the ports that are wanted; only the chosen ones' modules are imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.bind import LOCAL, Bind
from runtime.inbox import Inbox
from runtime.publishers.publisher import FramePublisher
from runtime.publishers.roster import Opener

if TYPE_CHECKING:
    from runtime.config import Ports
    from runtime.panel.shelves import Shelves


def publisher_openers(
    ports: Ports, inbox: Inbox, bind: Bind = LOCAL, shelves: Shelves | None = None
) -> dict[str, Opener]:
    """Name -> what opens the publisher, for every port that is not None.

    Args:
        shelves: what the panel's pages can choose from.
    """
    openers: dict[str, Opener] = {}

    def open_zeromq() -> FramePublisher:
        from runtime.publishers.zeromq import ZeroMqPublisher

        assert ports.publish is not None
        return ZeroMqPublisher(port=ports.publish, bind=bind)

    def open_browser() -> FramePublisher:
        from runtime.publishers.browser import BrowserPublisher

        assert ports.panel is not None
        return BrowserPublisher(
            inbox,
            shelves,
            port=ports.panel,
            host=bind.host,
            token=bind.token,
            allowed_hosts=bind.panel_hosts,
        )

    if ports.publish is not None:
        openers["zeromq"] = open_zeromq
    if ports.panel is not None:
        openers["browser"] = open_browser
    return openers
