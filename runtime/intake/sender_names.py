"""SenderNames: the name of a UDP sender that gives itself none: its address, without its port.

names = SenderNames()
names.name("127.0.0.1:50000", now_s)     # "127.0.0.1"
names.name("127.0.0.1:50001", now_s)     # "127.0.0.1", or "127.0.0.1 (2)" while the first program sends

A port is another one at every start of a program, and for some scripts at every message. So a sender is called after
its address, and a second program on one machine gets a number. The name is free again when its program was silent for
`SILENCE_S`, so that two programs that seldom send are not taken for one; and a port that has sent a single datagram
does not keep it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from protocol.addresses import host_of
from runtime.intake.source_names import SILENCE_S

MAX_SENDERS: Final = 256
#: Programs of one machine at once; further ones share the last name.
MAX_OF_HOST: Final = 32


@dataclass(slots=True)
class _Sender:
    """One address and port. name: the one it has, "" = none now."""

    name: str = ""
    is_known: bool = False  # more than one datagram came
    heard_s: float = 0.0


class SenderNames:
    """Belongs to one thread. Time is an argument, seconds of any clock."""

    def __init__(self) -> None:
        """Begin without senders."""
        self._senders: OrderedDict[str, _Sender] = OrderedDict()  # heard longest ago first
        self._holders: dict[str, _Sender] = {}  # name -> who has it

    def name(self, sender: str, now_s: float) -> str:
        """The name of a sender that has sent a datagram now.

        Args:
            sender: address and port, as `protocol.addresses.sender_name` writes them.
            now_s: when the datagram came.
        """
        known = self._senders.get(sender)
        if known is None:
            known = self._add(sender)
        else:
            known.is_known = True
            self._senders.move_to_end(sender)
        known.heard_s = now_s
        if not known.name:
            known.name = self._free_name(host_of(sender), now_s)
            self._holders[known.name] = known
        return known.name

    def _add(self, sender: str) -> _Sender:
        if len(self._senders) >= MAX_SENDERS:
            _, oldest = self._senders.popitem(last=False)
            if self._holders.get(oldest.name) is oldest:
                del self._holders[oldest.name]
        added = self._senders[sender] = _Sender()
        return added

    def _free_name(self, host: str, now_s: float) -> str:
        """The host's first name that no other program uses, which loses it otherwise."""
        name = host
        for number in range(1, MAX_OF_HOST + 1):
            name = host if number == 1 else f"{host} ({number})"
            holder = self._holders.get(name)
            if holder is None:
                break
            if not holder.is_known or abs(now_s - holder.heard_s) > SILENCE_S:
                holder.name = ""
                break
        return name
