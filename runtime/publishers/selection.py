"""Choosing publishers by name; a publisher's module is imported when the publisher is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from protocol.frames.ring_files import STREAM
from protocol.messages import PANEL_PORT, PUBLISH_PORT
from runtime.access.bind import LOCAL, Bind
from runtime.intake.inbox import Inbox
from runtime.panel.catalogs import PanelCatalogs
from runtime.panel.making import Making
from runtime.publishers.doorbell import Doorbell
from runtime.publishers.publisher import FramePublisher
from runtime.publishers.publisher_set import Opener
from runtime.publishers.settings import DISPLAY_NAME, SharedMemorySettings, ZeroMqSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherContext:
    """Everything that any publisher is made from.

    Attributes:
        inbox: where the panel's pages send their control messages, and where sound waits.
        catalogs: the avatars and takes that the panel's pages can choose; None = the default folders.
        making: makes avatars of photos that the panel's pages send; None = it does not.
        stream: the name under which readers find the frames.
        fps: the wanted frame rate, reported to receivers; 0 = no limit.
        publish_port, panel_port: 0 = a free port, None = the port stays closed.
        bind: the address that ports open on, and who may connect there.
        shared_memory, zeromq: the settings of these publishers.
        doorbell: how shared memory notifies ZeroMQ of a new frame.
    """

    inbox: Inbox
    catalogs: PanelCatalogs | None = None
    making: Making | None = None
    stream: str = STREAM
    fps: float = 60.0
    publish_port: int | None = PUBLISH_PORT
    panel_port: int | None = PANEL_PORT
    bind: Bind = LOCAL
    shared_memory: SharedMemorySettings = field(default_factory=SharedMemorySettings)
    zeromq: ZeroMqSettings = field(default_factory=ZeroMqSettings)
    doorbell: Doorbell = field(default_factory=Doorbell)

    @property
    def display_name(self) -> str:
        """The stream's name in the source lists of other programs."""
        return DISPLAY_NAME if self.stream == STREAM else self.stream


def publisher_openers(names: Iterable[str], context: PublisherContext) -> dict[str, Opener]:
    """Name -> function that opens the publisher, in the order of PUBLISHERS.

    Args:
        names: the wanted publishers, keys of PUBLISHERS. One whose port is closed is left out.
        context: what they are made from.
    """
    closed = {"zeromq": context.publish_port is None, "browser": context.panel_port is None}
    wanted = set(names)
    return {
        name: partial(opener, context)
        for name, opener in PUBLISHERS.items()
        if name in wanted and not closed.get(name)
    }


def _open_shm(context: PublisherContext) -> FramePublisher:
    from runtime.publishers.shared_memory import SharedMemoryPublisher

    settings = context.shared_memory
    return SharedMemoryPublisher(
        context.stream,
        folder=Path(settings.folder) if settings.folder else None,
        slot_count=settings.slots,
        doorbell=context.doorbell,
    )


def _open_zeromq(context: PublisherContext) -> FramePublisher:
    from runtime.publishers.zeromq import ZeroMqPublisher

    port, encoding = context.publish_port, context.zeromq.encoding
    assert port is not None
    return ZeroMqPublisher(port, context.bind, doorbell=context.doorbell, encoding=encoding)


def _open_browser(context: PublisherContext) -> FramePublisher:
    from runtime.publishers.browser import BrowserPublisher

    port, bind = context.panel_port, context.bind
    assert port is not None
    return BrowserPublisher(
        context.inbox,
        context.catalogs,
        port=port,
        host=bind.host,
        token=bind.token,
        allowed_hosts=bind.panel_hosts,
        peers=bind.peers,
        making=context.making,
    )


def _open_ndi(context: PublisherContext) -> FramePublisher:
    from runtime.publishers.ndi import open_ndi

    return open_ndi(stream=context.display_name, fps=context.fps, sound=context.inbox.sound)


def _open_spout(context: PublisherContext) -> FramePublisher:
    from runtime.publishers.spout import open_spout

    return open_spout(stream=context.display_name)


def _open_syphon(context: PublisherContext) -> FramePublisher:
    from runtime.publishers.syphon import open_syphon

    return open_syphon(stream=context.display_name)


def _open_virtual_camera(context: PublisherContext) -> FramePublisher:
    from runtime.publishers.virtual_camera import open_virtual_camera

    return open_virtual_camera(fps=context.fps)


#: Every publisher, in the order in which they get a frame: the fastest first.
PUBLISHERS: Final[dict[str, Callable[[PublisherContext], FramePublisher]]] = {
    "shm": _open_shm,
    "zeromq": _open_zeromq,
    "browser": _open_browser,
    "ndi": _open_ndi,
    "spout": _open_spout,
    "syphon": _open_syphon,
    "virtual-camera": _open_virtual_camera,
}
