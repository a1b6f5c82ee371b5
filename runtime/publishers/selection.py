"""Choosing publishers by their names; only the chosen ones' modules are imported, when they are opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from protocol.frames.ring_files import STREAM
from runtime.access.bind import LOCAL, Bind
from runtime.intake.inbox import Inbox
from runtime.publishers.doorbell import Doorbell
from runtime.publishers.publisher import FramePublisher
from runtime.publishers.roster import Opener

if TYPE_CHECKING:
    from runtime.config import RunConfig
    from runtime.panel.shelves import Shelves


@dataclass(frozen=True, slots=True)
class PublisherNeeds:
    """What publishers are made of.

    Attributes:
        config: their settings.
        inbox: where the control of the panel's pages goes.
        bind: on which address, and what it asks of those who come.
        shelves: what the panel's pages can choose from.
        doorbell: from shared memory to ZeroMQ.
    """

    config: RunConfig
    inbox: Inbox
    bind: Bind = LOCAL
    shelves: Shelves | None = None
    doorbell: Doorbell = field(default_factory=Doorbell)

    @property
    def shown_name(self) -> str:
        """The stream's name as people see it in lists of other programs."""
        return "Omote" if self.config.stream == STREAM else self.config.stream


def publisher_openers(needs: PublisherNeeds) -> dict[str, Opener]:
    """Name -> what opens it, for all that `config.publish` names and whose port is not closed."""
    config = needs.config
    closed = {"zeromq": config.ports.publish is None, "browser": config.ports.panel is None}
    wanted = [name for name in PUBLISHERS if name in config.publish and not closed.get(name)]
    return {name: partial(PUBLISHERS[name], needs) for name in wanted}


def _open_shm(needs: PublisherNeeds) -> FramePublisher:
    from runtime.publishers.shared_memory import SharedMemoryPublisher

    settings = needs.config.shared_memory
    return SharedMemoryPublisher(
        needs.config.stream,
        folder=Path(settings.folder) if settings.folder else None,
        slot_count=settings.slots,
        doorbell=needs.doorbell,
    )


def _open_zeromq(needs: PublisherNeeds) -> FramePublisher:
    from runtime.publishers.zeromq import ZeroMqPublisher

    port, encoding = needs.config.ports.publish, needs.config.zeromq.encoding
    assert port is not None
    return ZeroMqPublisher(port, needs.bind, doorbell=needs.doorbell, encoding=encoding)


def _open_browser(needs: PublisherNeeds) -> FramePublisher:
    from runtime.publishers.browser import BrowserPublisher

    port, bind = needs.config.ports.panel, needs.bind
    assert port is not None
    return BrowserPublisher(
        needs.inbox,
        needs.shelves,
        port=port,
        host=bind.host,
        token=bind.token,
        allowed_hosts=bind.panel_hosts,
    )


def _open_ndi(needs: PublisherNeeds) -> FramePublisher:
    from runtime.publishers.ndi import open_ndi

    return open_ndi(stream=needs.shown_name, fps=needs.config.fps)


def _open_spout(needs: PublisherNeeds) -> FramePublisher:
    from runtime.publishers.spout import open_spout

    return open_spout(stream=needs.shown_name)


def _open_syphon(needs: PublisherNeeds) -> FramePublisher:
    from runtime.publishers.syphon import open_syphon

    return open_syphon(stream=needs.shown_name)


def _open_virtual_camera(needs: PublisherNeeds) -> FramePublisher:
    from runtime.publishers.virtual_camera import open_virtual_camera

    return open_virtual_camera(fps=needs.config.fps)


#: Every publisher, in the order in which they are served: the quickest road first.
PUBLISHERS: Final[dict[str, Callable[[PublisherNeeds], FramePublisher]]] = {
    "shm": _open_shm,
    "zeromq": _open_zeromq,
    "browser": _open_browser,
    "ndi": _open_ndi,
    "spout": _open_spout,
    "syphon": _open_syphon,
    "virtual-camera": _open_virtual_camera,
}
