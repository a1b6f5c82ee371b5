"""MessageIntake: MessagePack from a ZeroMQ peer -> the Inbox, checked and counted. No sockets.

intake = MessageIntake(inbox, SourceNames())
intake.control(data, "tcp 3", time.time_ns())
intake.command(data, answer)
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from protocol.codec import MAX_SOURCE, check_control, decode_command, decode_control
from protocol.errors import CodecError
from protocol.messages import Reply
from protocol.sound_messages import SoundMessage, decode_voice, is_of_voice
from runtime.intake.inbox import Inbox
from runtime.intake.sequence_guard import SequenceGuard
from runtime.intake.source_names import SourceNames


class MessageIntake:
    """Decodes, names and checks messages; counts what it refuses. Belongs to one thread; never raises."""

    def __init__(self, inbox: Inbox, names: SourceNames) -> None:
        self._inbox = inbox
        self._names = names
        self._guard = SequenceGuard()

    def control(self, data: bytes, peer: str, now_ns: int) -> bool:
        """Take a ControlMessage, or a SoundMessage for the outputs that carry sound; whether anything of it is used.

        Args:
            data: MessagePack.
            peer: which connection it came by.
            now_ns: Unix nanoseconds of its arrival.
        """
        try:
            decoded = decode_control(data)
        except CodecError as error:
            if error.reason == "unknown message type" and is_of_voice(data):
                return self._sound(data, now_ns)
            self._inbox.count_drop(error.reason, error.detail)
            return False
        message, refusals = check_control(decoded)
        if refusals:
            self._inbox.count_refusals(refusals, repr(decoded.source[:MAX_SOURCE]))
        if message is None:
            return False
        now = time.monotonic_ns()
        source = self._names.claim(peer, message.layer, message.source, now * 1e-9)
        if source is None:
            self._inbox.count_drop("too many sources", f"{message.source!r} is one more than a peer may have")
            return False
        if source != message.source:
            message = msgspec.structs.replace(message, source=source)
        if not self._guard.accepts(message, now):
            self._inbox.count_drop("older than the newest", f"{message.source!r} {message.sequence}")
            return False
        self._inbox.offer(message, now_ns, peer)
        return True

    def _sound(self, data: bytes, now_ns: int) -> bool:
        """Take a SoundMessage; whether it is used."""
        try:
            message = decode_voice(data)
        except CodecError as error:
            self._inbox.count_drop(error.reason, error.detail)
            return False
        if not isinstance(message, SoundMessage):
            self._inbox.count_drop("unknown message type", "got 'marks', expected control or sound")
            return False
        refused = self._inbox.sound.offer(message, now_ns)
        if refused:
            self._inbox.count_drop(refused, f"stream {message.stream!r}")
        return not refused

    def command(self, data: bytes, answer: Callable[[Reply], None]) -> bool:
        """Queue a Command, or answer what is wrong with it; whether it is one."""
        try:
            command = decode_command(data)
        except CodecError as error:
            self._inbox.count_drop(error.reason, error.detail)
            answer(Reply(ok=False, message=f"{error}; see docs/protocol.md"))
            return False
        self._inbox.offer_command(command, answer)
        return True
