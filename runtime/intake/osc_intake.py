"""OscIntake: OSC datagrams -> control messages and commands in the Inbox. Omote's own addresses and VMC, on either port.

The receiver owns the sockets.

intake = OscIntake(inbox)
intake.feed(datagram, "127.0.0.1:50000", now_ns)
"""

from __future__ import annotations

import time
from typing import Final

from msgspec.structs import replace

from protocol.addresses import host_of
from protocol.codec import MAX_SOURCE, check_control
from protocol.errors import OscError
from protocol.messages import ControlMessage, Reply
from protocol.osc.command import PREFIX as COMMAND_PREFIX
from protocol.osc.command import read_osc_commands
from protocol.osc.control import read_osc_control
from protocol.osc.parse import OscMessage, parse_osc
from protocol.osc.vmc import PREFIX as VMC_PREFIX
from protocol.osc.vmc import VmcFace
from runtime.intake.inbox import Inbox
from runtime.intake.sender_names import SenderNames
from runtime.intake.source_names import SourceNames

MAX_VMC_SENDERS: Final = 32
#: Anybody can send a datagram: nothing that came that way holds the face for longer after its last message.
MAX_TTL_S: Final = 10.0


class OscIntake:
    """Parses and checks datagrams, with one VmcFace per sender. Belongs to one thread; never raises: errors are counted."""

    def __init__(self, inbox: Inbox, names: SourceNames) -> None:
        """Begin without senders.

        Args:
            names: who may drive under which name.
        """
        self._inbox = inbox
        self._names = names
        self._senders = SenderNames()
        self._faces: dict[
            str, tuple[VmcFace, str]
        ] = {}  # name -> face and sender; least recently active first

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> None:
        """Parse one datagram and offer its messages to the Inbox.

        Args:
            datagram: OSC, one message or one bundle.
            sender: address and port, e.g. "127.0.0.1:50000"; the source becomes "osc:" or "vmc:" and the address.
            now_ns: when it arrived, Unix nanoseconds.
        """
        try:
            messages = parse_osc(datagram)
        except OscError as error:
            self._inbox.count_drop(error.reason, f"{error.detail}, from {sender}")
            return
        # a bundle may hold VMC addresses and Omote's own
        is_vmc = [address.startswith(VMC_PREFIX) for address, _ in messages]
        if any(is_vmc):
            self._feed_vmc(messages, sender, now_ns)
        is_command = [address.startswith(COMMAND_PREFIX) for address, _ in messages]
        if any(is_command):
            commands, refusals = read_osc_commands(
                [message for message, command in zip(messages, is_command, strict=True) if command]
            )
            self._inbox.count_refusals(refusals, sender)
            for command in commands:
                self._inbox.offer_command(command, lambda reply: self._answered(reply, sender))
        own = [
            message
            for message, vmc, command in zip(messages, is_vmc, is_command, strict=True)
            if not vmc and not command
        ]
        if own or not messages:
            control, refusals = read_osc_control(own, f"osc:{self._senders.name(sender, now_ns * 1e-9)}")
            self._inbox.count_refusals(refusals, sender)
            self._offer(control, sender, now_ns)

    @property
    def is_waiting(self) -> bool:
        """Whether VMC blendshapes wait for their /VMC/Ext/Blend/Apply; then `flush` must be called soon."""
        return any(face.is_waiting for face, _ in self._faces.values())

    def flush(self, now_ns: int) -> None:
        """Offer the VMC blendshapes whose Apply did not come in time."""
        for face, sender in self._faces.values():
            self._offer(face.flush(now_ns * 1e-9), sender, now_ns)

    def _feed_vmc(self, messages: list[OscMessage], sender: str, now_ns: int) -> None:
        name = self._senders.name(sender, now_ns * 1e-9)
        known = self._faces.pop(name, None)
        if known is None and len(self._faces) >= MAX_VMC_SENDERS:
            del self._faces[next(iter(self._faces))]
        face = VmcFace(f"vmc:{name}") if known is None else known[0]
        self._faces[name] = face, sender
        control, refusals = face.feed(messages, now_ns * 1e-9)
        self._inbox.count_refusals(refusals, sender)
        self._offer(control, sender, now_ns)

    def _answered(self, reply: Reply, sender: str) -> None:
        """A datagram gets no answer, so a refusal stands in the status."""
        if not reply.ok:
            self._inbox.count_drop("OSC command refused", f"{reply.message[:200]}, from {sender}")

    def _offer(self, messages: list[ControlMessage], sender: str, now_ns: int) -> None:
        peer, now_s = "udp " + host_of(sender), time.monotonic()
        for message in messages:
            checked, refusals = check_control(message)
            if refusals:
                self._inbox.count_refusals(refusals, repr(message.source[:MAX_SOURCE]))
            if checked is None:
                continue
            source = self._names.claim(peer, checked.layer, checked.source, now_s, origin=sender)
            if source is None:
                self._inbox.count_drop(
                    "too many sources", f"{checked.source!r} from {sender} is one too many"
                )
                continue
            ttl_s = min(checked.ttl_s, MAX_TTL_S)
            if source != checked.source or ttl_s != checked.ttl_s:
                checked = replace(checked, source=source, ttl_s=ttl_s)
            self._inbox.offer(checked, now_ns, "udp", sender)
