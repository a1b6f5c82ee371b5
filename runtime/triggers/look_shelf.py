"""LookShelf: the looks that this user has saved: values of several layers under one name.

looks = LookShelf(Shelf().user)
looks.save(Look(name="Grim", values={"emotion": {"angry": 1.0}}))
looks.find("grim")

They are kept in one file beside the user's avatars, and in memory.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from protocol.codec import check_control
from protocol.errors import FileError
from protocol.messages import ControlMessage, LayerName
from protocol.private_file import write_private
from protocol.regular_file import read_regular
from runtime.errors import TriggerError

#: Beside the user's avatars; no avatar's name begins with a dot.
FILE: Final = ".looks.json"
DAMAGED: Final = ".looks-damaged.json"
MAX_LOOKS: Final = 24
MAX_NAME: Final = 40
MAX_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Look:
    """Values of several layers.

    Attributes:
        name: for people, 1 to `MAX_NAME` characters.
        values: layer -> channel -> value.
        weights: layer -> weight 0..1; 1 where it is not named.
    """

    name: str
    values: dict[LayerName, dict[str, float]]
    weights: dict[LayerName, float] = field(default_factory=dict)

    def messages(self, source: str, *, priority: int, ttl_s: float) -> list[ControlMessage]:
        """What a driver sends that wears this look: one message a layer."""
        return [
            ControlMessage(
                layer=layer,
                source=source,
                values=values,
                weight=self.weights.get(layer, 1.0),
                priority=priority,
                ttl_s=ttl_s,
            )
            for layer, values in self.values.items()
            if values
        ]


class LookShelf:
    """Reads its file once. `looks` and `find` are answered from memory, by any thread; changes write the file.

    Args:
        folder: of this user's avatars; None = looks are forgotten when the process ends.

    Attributes:
        problem: why the file, or a look of it, could not be read; "" = it could.
    """

    def __init__(self, folder: Path | None) -> None:
        self._file = None if folder is None else folder / FILE
        self._lock = threading.Lock()
        self.problem = ""
        self._looks = self._read()

    def looks(self) -> list[Look]:
        """All looks, in the user's order."""
        return list(self._looks)

    def names(self) -> list[str]:
        """The names of all looks, in the user's order."""
        return [look.name for look in self._looks]

    def find(self, name: str) -> Look | None:
        """The look of a name, in capitals or not; None = there is none."""
        looks = self._looks
        exact = (look for look in looks if look.name == name)
        return next(exact, next((one for one in looks if one.name.casefold() == name.casefold()), None))

    def save(self, look: Look, place: int = -1) -> None:
        """Keep a look; one of the same name is replaced.

        Args:
            place: where in the order a new one stands; -1 = last.

        Raises:
            TriggerError: the name or a value cannot be kept, there are too many looks, or the file cannot be written.
        """
        look = _checked(look)
        with self._lock:
            names = self.names()
            changed = list(self._looks)
            if look.name in names:
                changed[names.index(look.name)] = look
            elif len(names) >= MAX_LOOKS:
                raise TriggerError(f"there are {MAX_LOOKS} looks already; delete one that you do not need")
            else:
                changed.insert(len(changed) if place < 0 else place, look)
            self._write(changed)

    def delete(self, name: str) -> None:
        """Forget a look; none of that name is no error.

        Raises:
            TriggerError: the file cannot be written.
        """
        with self._lock:
            self._write([look for look in self._looks if look.name != name])

    def _read(self) -> list[Look]:
        """The looks of the file, without what is damaged."""
        if self._file is None:
            return []
        try:
            kept = msgspec.json.decode(read_regular(self._file, max_bytes=MAX_BYTES))
        except (FileError, msgspec.DecodeError, UnicodeError, RecursionError) as error:
            if self._file.exists():
                self.problem = f"the looks in {self._file} cannot be read ({error})"
            return []
        looks: list[Look] = []
        for one in kept if isinstance(kept, list) else [kept]:
            try:
                looks.append(_checked(msgspec.convert(one, Look)))
            except (msgspec.ValidationError, TriggerError) as error:
                self.problem = f"a look in {self._file} is damaged and left out ({error})"
        return looks[:MAX_LOOKS]

    def _write(self, looks: list[Look]) -> None:
        if self._file is not None:
            try:
                if self.problem and self._file.exists():  # what could not be read is not lost
                    os.replace(self._file, self._file.with_name(DAMAGED))
                self.problem = ""
                write_private(self._file, msgspec.json.encode(looks).decode())
            except OSError as error:
                raise TriggerError(f"the look cannot be kept in {self._file} ({error.strerror})") from error
        self._looks = looks


def _checked(look: Look) -> Look:
    """The look with a trimmed name.

    Raises:
        TriggerError: the name is empty or too long, or a value is no value of its layer.
    """
    name = " ".join(look.name.split())
    if not 0 < len(name) <= MAX_NAME or "/" in name or "\\" in name or not name.isprintable():
        raise TriggerError(
            f"{look.name[:MAX_NAME]!r} cannot be a look's name; expected 1 to {MAX_NAME} characters without slashes"
        )
    for message in look.messages("look", priority=0, ttl_s=1.0):
        checked, refusals = check_control(message)
        if checked is None or refusals:
            detail = f"{refusals[0].reason}: {refusals[0].detail}" if refusals else "no value"
            raise TriggerError(f"the look {name!r} has values that cannot be shown: {detail}")
    return Look(name, look.values, look.weights)
