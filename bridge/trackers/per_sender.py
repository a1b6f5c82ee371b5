"""PerSender: one value per sender, for a bounded number of senders.

states = PerSender(lambda sender: VmcFace(sender))
states["192.168.1.5:21412"].feed(messages)
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar

MAX_SENDERS: Final = 64

T = TypeVar("T")


class PerSender(Generic[T]):
    """The values of the `MAX_SENDERS` senders that were looked up last. Belongs to one thread."""

    def __init__(self, create: Callable[[str], T]) -> None:
        """No values yet.

        Args:
            create: makes the value of a new sender, from its name.
        """
        self._create = create
        self._values: OrderedDict[str, T] = OrderedDict()

    def __getitem__(self, sender: str) -> T:
        """A sender's value; made now if there is none, in place of the value that was not used longest."""
        value = self._values.get(sender)
        if value is None:
            value = self._values[sender] = self._create(sender)
            if len(self._values) > MAX_SENDERS:
                self._values.popitem(last=False)
        self._values.move_to_end(sender)
        return value

    def __len__(self) -> int:
        return len(self._values)

    def items(self) -> Iterator[tuple[str, T]]:
        """Every sender and its value, the least recently used first."""
        return iter(list(self._values.items()))
