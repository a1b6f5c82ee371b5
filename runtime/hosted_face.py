"""HostedFace: everything of one face that is opened and closed: its ports, avatar and engine, publishers, takes, panel.

hosted = HostedFace(config, SharedParts(), kit=FaceKit(), clock=time.perf_counter)
hosted.live                 # what the loop draws
hosted.close()
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from protocol.messages import FaceStatus
from runtime.access.bind import LOCAL, Bind
from runtime.avatars.builtin import is_builtin
from runtime.avatars.catalog import AvatarCatalog
from runtime.avatars.shelf import Shelf
from runtime.avatars.shelf_changes import ShelfChanges
from runtime.avatars.slot import AvatarSlot, SharedLoading
from runtime.backgrounds.background import parse_background
from runtime.backgrounds.picture_folder import PictureFolder
from runtime.config import RunConfig
from runtime.control.control import Control
from runtime.engines import AUTO
from runtime.hotkeys.hotkey_table import read_hotkeys
from runtime.hotkeys.hotkeys import Hotkeys
from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts
from runtime.layers.compose import default_layers
from runtime.layers.emotion_composites import make_emotion_composite
from runtime.layers.emotion_filters import make_emotion_filter
from runtime.live_face import LiveFace
from runtime.panel.catalogs import PanelCatalogs, TakeExporter
from runtime.panel.making import Making
from runtime.publishers.publisher_set import Opener, PublisherSet
from runtime.publishers.selection import PublisherContext, publisher_openers
from runtime.takes.desk import TakeDesk
from runtime.takes.folder import TakeFolder
from runtime.takes.performance import BUILTIN, Performance, load_performance
from runtime.trackers.tracker_desk import TrackerDesk, TrackerKit
from runtime.triggers.look_shelf import LookShelf


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceKit:
    """What the program that starts a runtime brings along, for every face.

    Attributes:
        publishers: name -> function that opens one more publisher, for programs that embed the runtime.
        maker: the command of the program that makes avatars for the panel (`runtime.avatars.making_messages`);
            () = the panel makes none.
        trackers: the trackers that the panel can start.
        exporters: ending of a file -> what writes a take as one, for the panel; None = takes are not exported.
    """

    publishers: Mapping[str, Opener] = field(default_factory=dict)
    maker: tuple[str, ...] = ()
    trackers: TrackerKit = field(default_factory=TrackerKit)
    exporters: Mapping[str, TakeExporter] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedParts:
    """What the faces of one process have in common.

    Attributes:
        bind: the address of all ports, and who may connect there.
        arrived: set by every message and command, so that one loop waits for all faces.
        loading: OpenGL and the process that reads avatars.
        faces: the state of all faces, for each one's status; None = there is one only.
        looks: this user's looks; None = each face reads them itself.
    """

    bind: Bind = LOCAL
    arrived: threading.Event = field(default_factory=threading.Event)
    loading: SharedLoading = field(default_factory=SharedLoading)
    faces: Callable[[], list[FaceStatus]] | None = None
    looks: LookShelf | None = None


class HostedFace:
    """Made, drawn and closed on one thread.

    Attributes:
        name: by which it is addressed among several faces; "" = it is the only one.
        config: its settings.
        inbox: any thread of this process may offer messages and commands to it.
        slot: avatar and engine.
        publishers: where its frames go.
        shelf: the avatars by name.
        performance: what plays while no driver is connected, or None.
        hotkeys: keys that call something while other programs have the focus.
        looks: the looks that can be worn.
        live: what the loop draws.
    """

    def __init__(
        self,
        config: RunConfig,
        shared: SharedParts,
        *,
        kit: FaceKit,
        clock: Callable[[], float],
        name: str = "",
    ) -> None:
        """Open all parts.

        Args:
            clock: monotonic seconds.

        Raises:
            PortInUseError, AvatarError, RenderError, ConfigError, InferenceError: a part cannot be opened; nothing
                stays open.
        """
        self.name, self.config = name, config
        self.inbox = Inbox(shared.arrived)
        with ExitStack() as opened:
            # the checks that fail most often, and fast, come first
            shelf = Shelf(local=Path(config.avatars))
            avatar = shelf.resolve(config.avatar) if config.avatar else None
            is_own = avatar is not None and not is_builtin(avatar)
            self.performance = _performance(config.performance or ("none" if is_own else "builtin"))
            emotion_filter = make_emotion_filter(config.emotion_filter)
            emotion_composite = make_emotion_composite(config.emotion_composite)
            ports = config.ports
            wanted = ReceiverPorts(ports.control, ports.request, ports.osc, ports.vmc)
            self._receiver = opened.enter_context(Receiver(self.inbox, wanted, shared.bind))
            takes = TakeFolder(Path(config.takes))
            self.shelf = replace(shelf, named=avatar) if is_own else shelf
            avatars = AvatarCatalog(self.shelf)
            pictures = PictureFolder(self.shelf.user)
            opened.callback(avatars.close)
            changes = ShelfChanges(self.shelf)
            tracker_desk = TrackerDesk(
                kit.trackers, self._receiver.ports.control, is_local=shared.bind.keys is None
            )
            opened.callback(tracker_desk.close)
            self.looks = LookShelf(self.shelf.user) if shared.looks is None else shared.looks
            self.hotkeys = Hotkeys(read_hotkeys(config.hotkeys), self.inbox)
            opened.callback(self.hotkeys.close)
            catalogs = PanelCatalogs(
                avatars,
                takes,
                changes,
                tracker_desk,
                pictures,
                kit.exporters,
                looks=self.looks,
                hotkeys=self.hotkeys.listed,
            )
            making = Making(kit.maker, changes, catalogs.import_avatar, catalogs.keep_background)
            openers = self._publisher_openers(shared.bind, catalogs, making) | dict(kit.publishers)
            self.publishers = PublisherSet(openers, is_strict=config.strict)
            opened.callback(self.publishers.close)
            self.slot = AvatarSlot(
                size=config.size,
                engine=config.engine or AUTO,
                background=parse_background(config.background, pictures),
                rest=config.rest,
                neural=config.neural,
                fps=config.fps,
                shared=shared.loading,
            )
            opened.callback(self.slot.close)
            self.slot.load(avatar)
            self.slot.start_engines()
            desk = TakeDesk(takes, self.inbox)
            opened.callback(desk.close)
            self._opened = opened.pop_all()
        self.live = LiveFace(
            inbox=self.inbox,
            control=Control(config.smoothing, self.inbox.count_drop, absolute=config.absolute),
            slot=self.slot,
            takes=desk,
            publishers=self.publishers,
            clock=clock,
            fps=config.fps,
            layers=default_layers(config.idle, self.slot, emotion_filter, emotion_composite),
            performance=self.performance,
            shelf=self.shelf,
            name=name,
            faces=shared.faces,
            looks=self.looks,
            notes=self._notes,
        )

    def _notes(self) -> list[str]:
        return [*self.hotkeys.notes(), *filter(None, [self.looks.problem])]

    def _publisher_openers(self, bind: Bind, catalogs: PanelCatalogs, making: Making) -> dict[str, Opener]:
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
            bind=bind,
            shared_memory=config.shared_memory,
            zeromq=config.zeromq,
        )
        return publisher_openers(config.publish, context)

    @property
    def ports(self) -> ReceiverPorts:
        """The ports on which the receiver listens."""
        return self._receiver.ports

    def publisher_port(self, publisher: str) -> int | None:
        """The port of "zeromq" or "browser"; None where it is closed."""
        return getattr(self.publishers.get(publisher), "port", None)

    def status(self) -> FaceStatus:
        """Its entry among several faces."""
        ports, failure = self.ports, self.live.failure
        return FaceStatus(
            name=self.name,
            worn=self.slot.worn,
            fps=round(self.live.fps, 2),
            control_port=ports.control or 0,
            request_port=ports.request or 0,
            publish_port=self.publisher_port("zeromq") or 0,
            osc_port=ports.osc or 0,
            vmc_port=ports.vmc or 0,
            panel_port=self.publisher_port("browser") or 0,
            stream=self.config.stream,
            failure="" if failure is None else str(failure) or type(failure).__name__,
        )

    def close(self) -> None:
        """Close all parts, within a second; may be called twice."""
        self._opened.close()


def _performance(chosen: str) -> Performance | None:
    if chosen == "none":
        return None
    return load_performance(BUILTIN if chosen == "builtin" else Path(chosen))
