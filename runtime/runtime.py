"""Runtime: builds one face, or several, from their RunConfigs, runs the loop, and closes them again.

with Runtime(load_config()) as runtime:
    print(runtime.summary())
    runtime.run()

with Runtime(face_configs(config, ["kofi", "mio"])) as runtime: ...     # several, in one process
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from protocol.addresses import url_host
from protocol.errors import OmoteError
from protocol.messages import FaceStatus
from runtime.access.bind import make_bind
from runtime.avatars.loading_client import LoadingClient
from runtime.avatars.shelf import Shelf
from runtime.avatars.slot import AvatarSlot, SharedLoading
from runtime.config import RunConfig
from runtime.engines.gl_room import GlRoom
from runtime.hosted_face import FaceKit, HostedFace, SharedParts
from runtime.intake.inbox import Inbox
from runtime.intake.receiver import ReceiverPorts
from runtime.live_face import LiveFace
from runtime.loop import FrameLoop
from runtime.panel.catalogs import TakeExporter
from runtime.publishers.publisher_set import Opener, PublisherSet
from runtime.trackers.tracker_desk import TrackerKit
from runtime.triggers.look_shelf import LookShelf

logger = logging.getLogger(__name__)

CLOSE_S: Final = 3.0


class Runtime:
    """Owns the faces and the loop that draws them. Made, run and closed on one thread.

    Args:
        config: the settings of the only face; or name -> settings of each of several faces, which share an address.
        publishers, maker, trackers, exporters: as in `FaceKit`.

    Attributes:
        bind: the address of all ports, and who may connect there.
        hosted: each face that could be opened; one at least.
        loop: any thread may call its `stop`.
    """

    def __init__(
        self,
        config: RunConfig | Mapping[str, RunConfig],
        publishers: Mapping[str, Opener] | None = None,
        *,
        maker: tuple[str, ...] = (),
        trackers: TrackerKit | None = None,
        exporters: Mapping[str, TakeExporter] | None = None,
    ) -> None:
        """Open all faces. Of several, one that cannot be opened is left out, and named in the others' status.

        Raises:
            PortInUseError, AvatarError, RenderError, ConfigError, InferenceError: no face can be opened; nothing
                stays open.
        """
        configs = {"": config} if isinstance(config, RunConfig) else dict(config)
        kit = FaceKit(
            publishers=publishers or {}, maker=maker, trackers=trackers or TrackerKit(), exporters=exporters
        )
        self.hosted: list[HostedFace] = []
        self._refused: list[FaceStatus] = []
        self._closing: list[threading.Thread] = []
        first = next(iter(configs.values()))
        self.bind = make_bind(
            first.bind,
            keys=Path(first.keys) if first.keys else None,
            osc_allow=first.osc_allow,
            panel_hosts=first.panel_hosts,
            allow_other_users=first.allow_other_users,
        )
        with ExitStack() as opened:
            shared = SharedParts(bind=self.bind)
            if len(configs) > 1:
                client = LoadingClient()
                opened.callback(client.close)
                shared = SharedParts(
                    bind=self.bind,
                    loading=SharedLoading(GlRoom(), client),
                    faces=self.faces,
                    looks=LookShelf(Shelf().user),
                )
            for name, one in configs.items():
                try:
                    hosted = HostedFace(one, shared, kit=kit, clock=time.perf_counter, name=name)
                except OmoteError as error:
                    if len(self._refused) == len(configs) - 1:
                        raise
                    logger.error("the face %s cannot begin, the others go on: %s", name, error)
                    self._refused.append(FaceStatus(name=name, stream=one.stream, failure=str(error)))
                    continue
                opened.callback(hosted.close)
                self.hosted.append(hosted)
            self._opened = opened.pop_all()
        self._names = list(configs)
        self.loop = FrameLoop([hosted.live for hosted in self.hosted], self._end_face)

    @property
    def inbox(self) -> Inbox:
        """Of the first face: any thread of this process may offer messages and commands to it."""
        return self.hosted[0].inbox

    @property
    def slot(self) -> AvatarSlot:
        """The first face's avatar and engine."""
        return self.hosted[0].slot

    @property
    def publishers(self) -> PublisherSet:
        """Where the first face's frames go."""
        return self.hosted[0].publishers

    @property
    def ports(self) -> ReceiverPorts:
        """The ports on which the first face listens."""
        return self.hosted[0].ports

    def faces(self) -> list[FaceStatus]:
        """The state of every face, in the order of the settings; from the loop's thread."""
        found = [*(hosted.status() for hosted in self.hosted), *self._refused]
        return sorted(found, key=lambda face: self._names.index(face.name))

    def _end_face(self, live: LiveFace) -> None:
        """Close a face while the others are drawn: here what belongs to this thread, the rest on a thread of its own."""
        hosted = next(hosted for hosted in self.hosted if hosted.live is live)
        ended = hosted.status()
        self.hosted.remove(hosted)
        why = ended.failure or "it was stopped"
        self._refused.append(FaceStatus(name=ended.name, stream=ended.stream, failure=why))
        _close(hosted.slot.close, ended.name)
        closing = threading.Thread(
            target=_close, args=(hosted.close, ended.name), name="omote-closing", daemon=True
        )
        self._closing.append(closing)
        closing.start()

    def run(self) -> None:
        """Make frames until the loop is stopped; see `FrameLoop.run`."""
        with _finer_timer():
            self.loop.run()

    def close(self) -> None:
        """Close all parts, within a second; may be called twice."""
        for closing in self._closing:  # before its face is closed here as well
            closing.join(CLOSE_S)
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
        if len(self._names) > 1:
            return self._summary_of_several(hosts)
        hosted = self.hosted[0]
        config, slot, ports = hosted.config, hosted.slot, hosted.ports
        opened = _ports_of(hosted)
        rate = f"{config.fps:g} fps" if config.fps else "unlimited fps"
        lines = [
            f"avatar   {slot.avatar.name}",
            *(f"         {line}" for line in hosted.shelf.clashes(slot.worn) if slot.worn),
            f"engine   {slot.engine.name} on {slot.engine.provider}, {config.size}x{config.size}, {rate}",
            f"ports    {', '.join(opened) or 'none'}, {self._reach(hosts)}",
            f"frames   to {', '.join(self.publishers.names) or 'no publisher'}",
        ]
        lines += [f"         {note}" for note in [*slot.notes(), *self.publishers.notes()]]
        lines += [f"{'' if at else 'keys':8} {key}" for at, key in enumerate(hosted.hotkeys.summary())]
        lines += [f"         {note}" for note in hosted.hotkeys.notes()]
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
        if hosted.performance is not None:
            lines.append("A performance plays until you drive the face: omote send emotion happy=1")
        else:
            lines.append("Drive it: omote-bridge webcam, or omote send expression jawOpen=0.6")
        lines.append("Ctrl-C stops.")
        return lines

    def _summary_of_several(self, hosts: Sequence[str]) -> list[str]:
        first, names = self.hosted[0], self._names
        config = first.config
        rate = f"{config.fps:g} fps" if config.fps else "unlimited fps"
        width = max(map(len, names))
        engines = dict.fromkeys(
            f"{one.slot.engine.name} on {one.slot.engine.provider}" for one in self.hosted
        )
        lines = [
            f"faces    {len(self.hosted)} of {len(names)}, {config.size}x{config.size}, {rate} each, {self._reach(hosts)}",
            f"engine   {', '.join(engines)}",
            f"frames   to {', '.join(first.publishers.names) or 'no publisher'}",
        ]
        for hosted in self.hosted:
            lines.append(
                f"{hosted.name:<{width}}  {', '.join([*_ports_of(hosted), f'stream {hosted.config.stream}'])}"
            )
            notes = [*hosted.slot.notes(), *hosted.publishers.notes()]
            lines += [f"{'':<{width}}  {note}" for note in notes]
            if panel := getattr(hosted.publishers.get("browser"), "url", ""):
                lines.append(f"{'':<{width}}  {panel}")
        lines += [f"{refused.name:<{width}}  NOT HERE: {refused.failure}" for refused in self._refused]
        name = first.name
        lines.append(
            f"Drive one: omote send --avatar {name} emotion happy=1, omote-bridge webcam --to-avatar {name}"
        )
        lines.append("Ctrl-C stops all.")
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


def _close(close: Callable[[], None], name: str) -> None:
    """Close a part of a face that has ended; what it raises, such as a broken driver, must not end the others."""
    try:
        close()
    except Exception as error:
        logger.error("the face %s did not close as it should: %s", name, error, exc_info=error)


def _ports_of(hosted: HostedFace) -> list[str]:
    """The open ports of a face and their uses."""
    ports = hosted.ports
    numbers = {"control": ports.control, "request": ports.request, "osc": ports.osc, "vmc": ports.vmc}
    numbers |= {"frames": hosted.publisher_port("zeromq"), "panel": hosted.publisher_port("browser")}
    return [f"{use} {port}" for use, port in numbers.items() if port is not None]


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
