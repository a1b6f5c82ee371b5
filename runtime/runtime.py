"""Runtime: builds all parts of the runtime from a RunConfig, runs the loop, and closes them again.

with Runtime(load_config()) as runtime:
    print(runtime.summary())
    runtime.run()
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from protocol.addresses import url_host
from runtime.access.bind import make_bind
from runtime.avatars.builtin import is_builtin
from runtime.avatars.catalog import AvatarCatalog
from runtime.avatars.shelf import Shelf
from runtime.avatars.shelf_changes import ShelfChanges
from runtime.avatars.slot import AvatarSlot
from runtime.backgrounds.background import parse_background
from runtime.backgrounds.picture_folder import PictureFolder
from runtime.config import RunConfig
from runtime.control.control import Control
from runtime.engines import AUTO
from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts
from runtime.layers.compose import default_layers
from runtime.layers.emotion_filters import make_emotion_filter
from runtime.loop import FrameLoop
from runtime.panel.catalogs import PanelCatalogs, TakeExporter
from runtime.panel.making import Making
from runtime.publishers.publisher_set import Opener, PublisherSet
from runtime.publishers.selection import PublisherContext, publisher_openers
from runtime.takes.desk import TakeDesk
from runtime.takes.folder import TakeFolder
from runtime.takes.performance import BUILTIN, Performance, load_performance
from runtime.trackers.tracker_desk import TrackerDesk, TrackerKit
from runtime.triggers.look_shelf import LookShelf


class Runtime:
    """Owns the sockets, the engine and the publishers. Made, run and closed on one thread.

    Args:
        config: the settings.
        publishers: name -> function that opens one more publisher, for programs that embed the runtime.
        maker: the command of the program that makes avatars for the panel (`runtime.avatars.making_messages`);
            () = the panel makes none.
        trackers: the trackers that the panel can start; None = none.
        exporters: ending of a file -> what writes a take as one, for the panel; None = takes are not exported.

    Attributes:
        inbox: any thread of this process may offer messages and commands to it.
        loop: any thread may call its `stop`.
    """

    def __init__(
        self,
        config: RunConfig,
        publishers: Mapping[str, Opener] | None = None,
        *,
        maker: tuple[str, ...] = (),
        trackers: TrackerKit | None = None,
        exporters: Mapping[str, TakeExporter] | None = None,
    ) -> None:
        """Open all parts.

        Raises:
            PortInUseError, AvatarError, RenderError, ConfigError, InferenceError: a part cannot be opened; nothing
                stays open.
        """
        self.config = config
        self.inbox = Inbox()
        with ExitStack() as opened:
            # the checks that fail most often, and fast, come first
            shelf = Shelf(local=Path(config.avatars))
            avatar = shelf.resolve(config.avatar) if config.avatar else None
            is_own = avatar is not None and not is_builtin(avatar)
            self._performance = _performance(config.performance or ("none" if is_own else "builtin"))
            emotion_filter = make_emotion_filter(config.emotion_filter)
            ports = config.ports
            self.bind = make_bind(
                config.bind,
                keys=Path(config.keys) if config.keys else None,
                osc_allow=config.osc_allow,
                panel_hosts=config.panel_hosts,
                allow_other_users=config.allow_other_users,
            )
            wanted = ReceiverPorts(ports.control, ports.request, ports.osc, ports.vmc)
            self._receiver = opened.enter_context(Receiver(self.inbox, wanted, self.bind))
            takes = TakeFolder(Path(config.takes))
            self._shelf = replace(shelf, named=avatar) if is_own else shelf
            avatars = AvatarCatalog(self._shelf)
            pictures = PictureFolder(self._shelf.user)
            opened.callback(avatars.close)
            changes = ShelfChanges(self._shelf)
            tracker_desk = TrackerDesk(
                trackers or TrackerKit(), self._receiver.ports.control, is_local=self.bind.keys is None
            )
            opened.callback(tracker_desk.close)
            self._looks = LookShelf(self._shelf.user)
            catalogs = PanelCatalogs(
                avatars, takes, changes, tracker_desk, pictures, exporters, looks=self._looks
            )
            making = Making(maker, changes, catalogs.import_avatar, catalogs.keep_background)
            openers = self._publisher_openers(catalogs, making) | dict(publishers or {})
            self.publishers = PublisherSet(openers, is_strict=config.strict)
            opened.callback(self.publishers.close)
            self.slot = AvatarSlot(
                size=config.size,
                engine=config.engine or AUTO,
                background=parse_background(config.background, pictures),
                rest=config.rest,
                neural=config.neural,
                fps=config.fps,
            )
            opened.callback(self.slot.close)
            self.slot.load(avatar)
            self.slot.start_engines()
            desk = TakeDesk(takes, self.inbox)
            opened.callback(desk.close)
            self._opened = opened.pop_all()
        control = Control(config.smoothing, self.inbox.count_drop, absolute=config.absolute)
        self.loop = FrameLoop(
            inbox=self.inbox,
            control=control,
            slot=self.slot,
            takes=desk,
            publishers=self.publishers,
            fps=config.fps,
            layers=default_layers(config.idle, self.slot, emotion_filter),
            performance=self._performance,
            shelf=self._shelf,
            looks=self._looks,
        )

    def _publisher_openers(self, catalogs: PanelCatalogs, making: Making) -> dict[str, Opener]:
        """The publishers that the config names."""
        config = self.config
        context = PublisherContext(
            inbox=self.inbox,
            catalogs=catalogs,
            making=making,
            stream=config.stream,
            fps=config.fps,
            publish_port=config.ports.publish,
            panel_port=config.ports.panel,
            bind=self.bind,
            shared_memory=config.shared_memory,
            zeromq=config.zeromq,
        )
        return publisher_openers(config.publish, context)

    @property
    def ports(self) -> ReceiverPorts:
        """The ports on which the receiver listens."""
        return self._receiver.ports

    def run(self) -> None:
        """Make frames until the loop is stopped; see `FrameLoop.run`."""
        with _finer_timer():
            self.loop.run()

    def close(self) -> None:
        """Close all parts, within a second; may be called twice."""
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def summary(self, hosts: Sequence[str] = ()) -> list[str]:
        """Lines for the user: what runs, on which ports, and what to do next.

        Args:
            hosts: this machine's addresses in its networks, for a runtime that is bound to all of them.
        """
        config, slot, ports = self.config, self.slot, self._receiver.ports
        numbers = {"control": ports.control, "request": ports.request, "osc": ports.osc, "vmc": ports.vmc}
        for publisher, use in (("zeromq", "frames"), ("browser", "panel")):
            numbers[use] = getattr(self.publishers.get(publisher), "port", None)
        opened = [f"{use} {port}" for use, port in numbers.items() if port is not None]
        rate = f"{config.fps:g} fps" if config.fps else "unlimited fps"
        lines = [
            f"avatar   {slot.avatar.name}",
            *(f"         {line}" for line in self._shelf.clashes(slot.worn) if slot.worn),
            f"engine   {slot.engine.name} on {slot.engine.provider}, {config.size}x{config.size}, {rate}",
            f"ports    {', '.join(opened) or 'none'}, {self._reach(hosts)}",
            f"frames   to {', '.join(self.publishers.names) or 'no publisher'}",
        ]
        lines += [f"         {note}" for note in [*slot.notes(), *self.publishers.notes()]]
        if "ndi" in self.publishers.names:
            lines.append("         NDI has no password: anyone in the local network can see this face")
        here = list(hosts) if self.bind.is_every_address else []
        panel = getattr(self.publishers.get("browser"), "url", "")
        if panel:
            lines += [f"panel    {panel.replace('127.0.0.1', url_host(host), 1)}" for host in here]
            lines.append(f"panel    {panel}{', on this machine' if here else ''}")
        if not self.bind.is_local and ports.control is not None:
            to = f"tcp://{url_host((here or [self.bind.host])[0])}:{ports.control}"
            lines.append(f"others   omote-bridge webcam --to {to} --key NAME.omote-key")
        if self._performance is not None:
            lines.append("A performance plays until you drive the face: omote send emotion happy=1")
        else:
            lines.append("Drive it: omote-bridge webcam, or omote send expression jawOpen=0.6")
        lines.append("Ctrl-C stops.")
        return lines

    def _reach(self, hosts: Sequence[str]) -> str:
        """Which machines can reach the ports, and at which addresses, for the summary."""
        if self.bind.keys is None:
            if self.bind.peers is None:
                return "on this machine only, for every user of it"
            return "on this machine only"
        senders = ", ".join(sorted(self.bind.udp_senders)) or "this machine only"
        where = self.bind.host
        if self.bind.is_every_address and hosts:
            where = f"every address of this machine: {', '.join(hosts)}"
        return f"on {where}; keys: {', '.join(self.bind.keys.allowed)}; OSC and VMC from {senders}"


def _performance(chosen: str) -> Performance | None:
    if chosen == "none":
        return None
    return load_performance(BUILTIN if chosen == "builtin" else Path(chosen))


@contextmanager
def _finer_timer() -> Iterator[None]:
    """On Windows, sleeps of 1 ms instead of 16 ms; other systems need nothing."""
    if sys.platform != "win32":
        yield
        return
    import ctypes

    ctypes.windll.winmm.timeBeginPeriod(1)
    try:
        yield
    finally:
        ctypes.windll.winmm.timeEndPeriod(1)
