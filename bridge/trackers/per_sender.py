"""PerSender: something to keep for each sender, in bounded memory.

states = PerSender(HotkeyState)
states["192.168.1.5:21412"].press(3)
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar

MAX_SENDERS: Final = 64

T = TypeVar("T")


class PerSender(Generic[T]):
    """A value for each of the `MAX_SENDERS` senders that were heard last.

    Args:
        create: makes the value of a sender that is new.
    """

    def __init__(self, create: Callable[[], T]) -> None:
        self._create = create
        self._values: OrderedDict[str, T] = OrderedDict()

    def __getitem__(self, sender: str) -> T:
        value = self._values.get(sender)
        if value is None:
            value = self._values[sender] = self._create()
            if len(self._values) > MAX_SENDERS:
                self._values.popitem(last=False)
        self._values.move_to_end(sender)
        return value

    def __len__(self) -> int:
        return len(self._values)

    def items(self) -> Iterator[tuple[str, T]]:
        """Every sender and its value."""
        return iter(list(self._values.items()))
