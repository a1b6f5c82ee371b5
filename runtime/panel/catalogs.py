"""PanelCatalogs: the avatars and takes that a page can choose, and the only way from a chosen name to a file.

catalogs = PanelCatalogs(AvatarCatalog(Shelf()), TakeFolder(Path("takes")))
answer = catalogs.answer_to("/avatars.json")
command = catalogs.resolved(command)
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import msgspec

from face.avatar_file import MEDIA_TYPE, SUFFIX
from face.errors import AvatarError
from protocol.channels import EMOTIONS
from protocol.errors import OmoteError, ProtocolError
from protocol.messages import Command
from protocol.take import TakeReader
from protocol.trigger import NONE
from runtime.avatars.catalog import AvatarCatalog
from runtime.avatars.shelf_changes import ShelfChanges, display_name
from runtime.backgrounds.background import KINDS, is_path
from runtime.backgrounds.picture_folder import PictureFolder
from runtime.errors import BackgroundError, TakeCommandError, TriggerError
from runtime.hotkeys.hotkeys import Hotkey
from runtime.panel.page_messages import AvatarChange, LookChange, TakeChange, TrackerChange
from runtime.takes.folder import TakeFolder
from runtime.takes.take_changes import TakeChanges
from runtime.trackers.tracker_desk import TrackerDesk, TrackerKit
from runtime.triggers.look_shelf import Look, LookShelf

AVATARS: Final = "/avatars.json"
TAKES: Final = "/takes.json"
BACKGROUNDS: Final = "/backgrounds.json"
TRACKERS: Final = "/trackers.json"
LOOKS: Final = "/looks.json"
HOTKEYS: Final = "/hotkeys.json"
_LISTS: Final = frozenset({AVATARS, TAKES, BACKGROUNDS, TRACKERS, LOOKS, HOTKEYS})
_THUMBNAILS: Final = "/avatars/"
_WEBP: Final = ".webp"
_TAKE_FILES: Final = "/takes/"
_EXPORT_TYPE: Final = "application/octet-stream"  # so that browsers save it and show nothing
#: Writes a take (its file) to a new file, or raises OmoteError.
TakeExporter = Callable[[Path, Path], object]


class TakeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One take in the list of takes.

    Attributes:
        name: by which the replay commands know it.
        changed_s: when the file was written, Unix seconds.
        size_bytes: of the file.
        duration_s: None if the file cannot be read.
    """

    name: str
    changed_s: float
    size_bytes: int
    duration_s: float | None


class PanelCatalogs:
    """Reads files, so never call it on the loop's thread. One thread at a time."""

    def __init__(
        self,
        avatars: AvatarCatalog,
        takes: TakeFolder,
        changes: ShelfChanges | None = None,
        trackers: TrackerDesk | None = None,
        backgrounds: PictureFolder | None = None,
        exporters: Mapping[str, TakeExporter] | None = None,
        *,
        looks: LookShelf | None = None,
        hotkeys: Callable[[], list[Hotkey]] = list,
    ) -> None:
        """Begin.

        Args:
            avatars, takes: what is listed.
            changes: changes the avatars; None = pages may not.
            trackers: starts trackers; None = pages may not.
            backgrounds: the user's pictures that stand behind avatars; None = there are none.
            exporters: ending of a file -> what writes a take as one; None = takes are not exported.
            looks: keeps the looks of pages; None = each page keeps its own.
            hotkeys: returns the keys that are heard while other programs have the focus.
        """
        self._looks = looks
        self._hotkeys = hotkeys
        self._avatars = avatars
        self._takes = takes
        self._changes = changes
        self._trackers = trackers or TrackerDesk(TrackerKit(), None)
        self._backgrounds = backgrounds
        self._exporters = dict(exporters or {})
        self._take_changes = TakeChanges(takes)
        self._durations: dict[tuple[Path, int], float | None] = {}

    @staticmethod
    def knows(path: str) -> bool:
        """Whether `answer_to` answers requests for this path."""
        return path in _LISTS or path.startswith((_THUMBNAILS, _TAKE_FILES))

    def answer_to(self, path: str) -> tuple[str, bytes] | None:
        """Content type and body; None = not found."""
        if path == AVATARS:
            return "application/json", msgspec.json.encode(self._avatars.avatars())
        if path == TAKES:
            return "application/json", msgspec.json.encode(self._all_takes())
        if path == TRACKERS:
            return "application/json", msgspec.json.encode(self._trackers.overview())
        if path == BACKGROUNDS:
            return "application/json", msgspec.json.encode(self._pictures())
        if path == LOOKS:
            looks = None if self._looks is None else self._looks.looks()
            return "application/json", msgspec.json.encode(looks)
        if path == HOTKEYS:
            return "application/json", msgspec.json.encode(self._hotkeys())
        if path.startswith(_TAKE_FILES):
            return self._exported_take(unquote(path[len(_TAKE_FILES) :]))
        if path.endswith(SUFFIX):
            return self._exported(unquote(path[len(_THUMBNAILS) :].removesuffix(SUFFIX)))
        picture = self._avatars.thumbnail(unquote(path[len(_THUMBNAILS) :].removesuffix(_WEBP)))
        return None if picture is None else ("image/webp", picture)

    def trigger_names(self) -> dict[str, list[str]]:
        """Trigger -> the names that it can be called with now (`protocol.trigger`)."""
        avatars = [entry.key for entry in self._avatars.avatars() if not entry.problem]
        takes = self._takes.names()
        return {
            "emotion": [*EMOTIONS, NONE],
            "look": [*(self._looks.names() if self._looks is not None else []), NONE],
            "load_avatar": avatars,
            "background": [*KINDS, *self._pictures()],
            "replay": takes,
            "replay_loop": takes,
        }

    def resolved(self, command: Command) -> Command:
        """Replace the avatar's key in a page's "load_avatar" by its folder; other commands are unchanged.

        Raises:
            AvatarError: the key is not in the list.
            BackgroundError: a "background" names a file.
        """
        if command.name == "background" and is_path(command.argument):
            raise BackgroundError("a page cannot name files; choose the picture with the button Picture")
        if command.name != "load_avatar":
            return command
        path = self._avatars.path_of(command.argument)
        return msgspec.structs.replace(command, argument=str(path))

    def change(self, wished: AvatarChange) -> str:
        """Change an avatar as a page wishes; returns what was done, for its user.

        Raises:
            AvatarError: it cannot be done; the message says why.
        """
        if self._changes is None:
            raise AvatarError("avatars cannot be changed here")
        if wished.action == "rename":
            self._changes.rename(wished.key, wished.name)
            return f"it is called {display_name(wished.name)} now"
        if wished.action == "duplicate":
            return f"the copy is {self._changes.duplicate(wished.key)}"
        if wished.action == "delete":
            self._changes.delete(wished.key)
            return f"{wished.key} is deleted"
        self._changes.restore(wished.key)
        return f"{wished.key} is back"

    def change_take(self, wished: TakeChange) -> str:
        """Change a take as a page wishes; returns what was done, for its user.

        Raises:
            TakeCommandError: it cannot be done; the message says why.
        """
        if wished.action == "rename":
            return f"it is called {self._take_changes.rename(wished.take, wished.name)} now"
        if wished.action == "delete":
            self._take_changes.delete(wished.take)
            return f"{wished.take} is deleted"
        self._take_changes.restore(wished.take)
        return f"{wished.take} is back"

    def change_look(self, wished: LookChange) -> str:
        """Save or delete a look as a page wishes; returns what was done, for its user.

        Raises:
            TriggerError: it cannot be done; the message says why.
        """
        if self._looks is None:
            raise TriggerError("looks are kept by the page here")
        if wished.action == "delete":
            self._looks.delete(wished.name)
            return f"{wished.name} is deleted"
        self._looks.save(Look(wished.name, wished.values, wished.weights), wished.place)
        return f"{wished.name} is kept"

    def change_tracker(self, wished: TrackerChange) -> None:
        """Start, stop or calibrate a tracker.

        Raises:
            TrackerError: it cannot be done; the message says why.
        """
        kind = wished.wish.kind
        match wished.action:
            case "start":
                self._trackers.start(wished.wish)
            case "stop":
                self._trackers.stop(kind)
            case "calibrate":
                self._trackers.calibrate(kind)
            case "cancel":
                self._trackers.cancel_calibration(kind)
            case "forget":
                self._trackers.forget_calibration(kind)

    def import_avatar(self, file: Path) -> str:
        """Put the avatar of a file on the shelf; returns its key.

        Raises:
            AvatarError: it is none, or cannot be kept.
        """
        if self._changes is None:
            raise AvatarError("avatars cannot be imported here")
        return self._avatars.imported(file, self._changes)

    def keep_background(self, file: Path, name: str) -> str:
        """Keep a page's picture as a background; returns the name under which it is known.

        Raises:
            AvatarError: it is no picture. BackgroundError: it cannot be kept.
        """
        if self._backgrounds is None:
            raise BackgroundError("pictures cannot be kept here")
        self._avatars.check_picture(file)
        return self._backgrounds.keep(file, name)

    def _pictures(self) -> list[str]:
        return self._backgrounds.names() if self._backgrounds is not None else []

    def _exported(self, key: str) -> tuple[str, bytes] | None:
        """An avatar as one file."""
        if self._changes is None:
            return None
        with tempfile.TemporaryDirectory(prefix="omote-") as folder:
            file = Path(folder) / f"avatar{SUFFIX}"
            try:
                self._changes.export_file(key, file)
            except AvatarError:
                return None
            return MEDIA_TYPE, file.read_bytes()

    def _exported_take(self, file: str) -> tuple[str, bytes] | None:
        """A take as a file of another format; None = there is no such take or format, or nothing that can be exported."""
        name, _, ending = file.rpartition(".")
        exporter = self._exporters.get(f".{ending}")
        if exporter is None:
            return None
        with tempfile.TemporaryDirectory(prefix="omote-") as folder:
            target = Path(folder) / f"take.{ending}"
            try:
                exporter(self._takes.path_of(name), target)
                return _EXPORT_TYPE, target.read_bytes()
            except (OmoteError, OSError):
                return None

    def _all_takes(self) -> list[TakeEntry]:
        found = []
        for name in self._takes.names():
            try:
                path = self._takes.path_of(name)
                stat = path.stat()
            except (OSError, TakeCommandError):  # deleted in the meantime
                continue
            key = path, stat.st_mtime_ns
            if key not in self._durations:
                self._durations[key] = _duration_s(path)
            found.append(
                TakeEntry(
                    name=name,
                    changed_s=stat.st_mtime,
                    size_bytes=stat.st_size,
                    duration_s=self._durations[key],
                )
            )
        return found


def _duration_s(path: Path) -> float | None:
    try:
        with TakeReader(path) as take:
            return take.duration_s
    except (OSError, ProtocolError):
        return None
