"""Runtime: everything a running runtime consists of, from a RunConfig; opened, run, and closed again.

with Runtime(load_config()) as runtime:
    print(runtime.summary())
    runtime.run()
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from runtime.access.bind import make_bind
from runtime.avatars.builtin import is_builtin, resolve_avatar
from runtime.avatars.catalog import AvatarCatalog
from runtime.avatars.slot import AvatarSlot
from runtime.config import RunConfig
from runtime.control.control import Control
from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts
from runtime.layers.compose import default_layers
from runtime.loop import FrameLoop
from runtime.panel.catalogs import PanelCatalogs
from runtime.publishers.publisher_set import Opener, PublisherSet
from runtime.publishers.selection import PublisherContext, publisher_openers
from runtime.takes.desk import TakeDesk
from runtime.takes.folder import TakeFolder
from runtime.takes.performance import BUILTIN, Performance, load_performance


class Runtime:
    """Owns sockets, engine and publishers. Made, run and closed on one thread.

    Args:
        config: the settings.
        publishers: more publishers, name -> what opens them, for programs that run the runtime inside.

    Attributes:
        inbox: where control may be handed in from any thread of this process.
        loop: its `stop` may be called from any thread.
    """

    def __init__(self, config: RunConfig, publishers: Mapping[str, Opener] | None = None) -> None:
        """Open everything.

        Raises:
            PortInUseError, AvatarError, RenderError, ConfigError: nothing stays open.
        """
        self.config = config
        self.inbox = Inbox()
        with ExitStack() as opened:
            # what fails most often and quickest comes first
            avatar = resolve_avatar(config.avatar) if config.avatar else None
            is_own = avatar is not None and not is_builtin(avatar)
            self._performance = _performance(config.performance or ("none" if is_own else "builtin"))
            ports = config.ports
            self.bind = make_bind(
                config.bind,
                keys=Path(config.keys) if config.keys else None,
                osc_allow=config.osc_allow,
                panel_hosts=config.panel_hosts,
            )
            wanted = ReceiverPorts(ports.control, ports.request, ports.osc, ports.vmc)
            self._receiver = opened.enter_context(Receiver(self.inbox, wanted, self.bind))
            catalog = AvatarCatalog(Path(config.avatars), avatar if is_own else None)
            takes = TakeFolder(Path(config.takes))
            context = PublisherContext(
                inbox=self.inbox,
                catalogs=PanelCatalogs(catalog, takes),
                stream=config.stream,
                fps=config.fps,
                publish_port=ports.publish,
                panel_port=ports.panel,
                bind=self.bind,
                shared_memory=config.shared_memory,
                zeromq=config.zeromq,
            )
            own = publisher_openers(config.publish, context)
            openers = own | dict(publishers or {})
            self.publishers = PublisherSet(openers, is_strict=config.strict)
            opened.callback(self.publishers.close)
            self.slot = AvatarSlot(size=config.size, engine=config.engine, background=config.background)
            opened.callback(self.slot.close)
            self.slot.load(avatar)
            desk = TakeDesk(takes, self.inbox)
            opened.callback(desk.close)
            self._opened = opened.pop_all()
        control = Control(config.smoothing, self.inbox.count_drop)
        self.loop = FrameLoop(
            inbox=self.inbox,
            control=control,
            slot=self.slot,
            takes=desk,
            publishers=self.publishers,
            fps=config.fps,
            layers=default_layers(config.idle),
            performance=self._performance,
        )

    @property
    def ports(self) -> ReceiverPorts:
        """The receiver's ports that are bound."""
        return self._receiver.ports

    def run(self) -> None:
        """Make frames until the loop is stopped; see `FrameLoop.run`."""
        with _finer_timer():
            self.loop.run()

    def close(self) -> None:
        """Give everything back within a second; may be called twice."""
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def summary(self) -> list[str]:
        """A few lines for the user: what runs, where to send, what to do next."""
        config, slot, ports = self.config, self.slot, self._receiver.ports
        roads = {"control": ports.control, "request": ports.request, "osc": ports.osc, "vmc": ports.vmc}
        for name, road in (("zeromq", "frames"), ("browser", "panel")):
            roads[road] = getattr(self.publishers.get(name), "port", None)
        named = [f"{road} {port}" for road, port in roads.items() if port is not None]
        rate = f"{config.fps:g} fps" if config.fps else "as many fps as there can be"
        lines = [
            f"avatar   {slot.avatar.name}",
            f"engine   {slot.engine.name} on {slot.engine.provider}, {config.size}x{config.size}, {rate}",
            f"ports    {', '.join(named) or 'none'}, {self._reach()}",
            f"frames   to {', '.join(self.publishers.names) or 'nobody'}",
        ]
        lines += [f"         {note}" for note in self.publishers.notes()]
        if "ndi" in self.publishers.names:
            lines.append("         NDI has no password: everybody in the local network can see this face")
        panel = getattr(self.publishers.get("browser"), "url", "")
        if panel:
            lines.append(f"panel    {panel}")
        if self._performance is not None:
            lines.append("It performs on its own; whoever drives it takes over: omote send emotion happy=1")
        else:
            lines.append("Drive it: omote-bridge webcam, or omote send expression jawOpen=0.6")
        lines.append("Ctrl-C stops.")
        return lines

    def _reach(self) -> str:
        """Who can reach the ports, in words."""
        if self.bind.keys is None:
            return "on this machine only"
        senders = ", ".join(sorted(self.bind.udp_senders)) or "this machine only"
        return f"on {self.bind.host}; let in: {', '.join(self.bind.keys.allowed)}; OSC and VMC from {senders}"


def _performance(chosen: str) -> Performance | None:
    if chosen == "none":
        return None
    return load_performance(BUILTIN if chosen == "builtin" else Path(chosen))


@contextmanager
def _finer_timer() -> Iterator[None]:
    """Waits of a millisecond on Windows too, where they last 16 ms otherwise; elsewhere they are fine."""
    if sys.platform != "win32":
        yield
        return
    import ctypes

    ctypes.windll.winmm.timeBeginPeriod(1)
    try:
        yield
    finally:
        ctypes.windll.winmm.timeEndPeriod(1)
