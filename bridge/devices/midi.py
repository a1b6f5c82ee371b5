"""A MIDI controller: keys hold emotions, knobs and wheels move channels.

    controller = MidiController(open_midi_input(None), load_bindings(None, "midi"))

Source: MIDI 1.0 Detailed Specification; mido reads the bytes.
"""

from __future__ import annotations

from typing import Any, Final

from bridge.devices.bindings import Bindings
from bridge.devices.held_channels import HeldChannels, Target
from bridge.errors import BridgeError
from protocol.messages import ControlMessage

#: Messages looked at in one turn: a controller that floods must not stop the rest.
MAX_MESSAGES: Final = 512
_HIGHEST: Final = 127
_BEND: Final = 8192
_ALL_NOTES_OFF: Final = (120, 123)


class MidiController:
    """Turns a MIDI port's messages into messages of ours. A `Device`.

    Attributes:
        heard: the newest message, as mido writes it, and what it moves; for people who look for a number.
    """

    is_over = False

    def __init__(self, port: Any, bindings: Bindings, *, source: str = "midi") -> None:
        """Args:
        port: an open mido input; owned from now on.
        """
        self.source = source
        self.heard: list[str] = []
        self._port = port
        self._bindings = bindings
        self._held = HeldChannels(source)
        self._keys: dict[tuple[int, int], Target] = {}

    def poll(self, *, now_s: float, now_ns: int) -> tuple[ControlMessage, ...]:
        """See `Device`."""
        self.heard.clear()
        for _ in range(MAX_MESSAGES):
            message = self._port.poll()
            if message is None:
                break
            self.take(message)
        return self._held.messages(now_s=now_s, now_ns=now_ns)

    def take(self, message: Any) -> None:
        """Take one mido message; those that mean nothing here are left out."""
        name, target = "", None
        if message.type in ("note_on", "note_off"):
            name = f"[note] {message.note}"
            target = self._bindings["note"].get(str(message.note))
            # "A note-on with velocity 0 is a note-off."
            self._key(message.channel, message.note, target, message.velocity, message.type == "note_on")
        elif message.type == "control_change":
            if message.control in _ALL_NOTES_OFF:
                self._release_keys()
                return
            name = f"[control] {message.control}"
            target = self._bindings["control"].get(str(message.control))
            if target is not None:
                self._held.set(target, _knob(message.value, target.is_signed))
        elif message.type == "pitchwheel":
            name = f"[bend] {message.channel + 1}"
            of_channel = self._bindings["bend"]
            target = of_channel.get(str(message.channel + 1)) or of_channel.get("all")
            if target is not None:
                self._held.set(target, message.pitch / _BEND)
        if name:
            self.heard.append(f"{name} = {target or 'nothing yet'}   ({message})")

    def status(self) -> str:
        """See `Device`."""
        held = ", ".join(f"{target} {value:.2f}" for target, value in self._held.held.items())
        return f"{self._port.name}: holds {held or 'nothing'}"

    def close(self) -> None:
        """See `Device`."""
        self._port.close()

    def _key(self, channel: int, note: int, target: Target | None, velocity: int, is_on: bool) -> None:
        key = (channel, note)
        if is_on and velocity and target is not None:
            self._keys[key] = target
            self._held.set(target, velocity / _HIGHEST)
        elif key in self._keys:
            gone = self._keys.pop(key)
            if gone not in self._keys.values():  # another key may hold the same
                self._held.let_go(gone)

    def _release_keys(self) -> None:
        for target in self._keys.values():
            self._held.let_go(target)
        self._keys.clear()


def _knob(value: int, is_signed: bool) -> float:
    """0..127 -> 0..1, or -1..1 with 64 as the middle."""
    if not is_signed:
        return value / _HIGHEST
    return (value - 64) / 63 if value > 64 else (value - 64) / 64


def midi_inputs() -> list[str]:
    """The names of all MIDI inputs.

    Raises:
        BridgeError: mido is not installed, or the system has no MIDI.
    """
    try:
        names: list[str] = _mido().get_input_names()
    except BridgeError:
        raise
    except Exception as error:  # rtmidi's errors have no common base
        raise BridgeError(f"the system's MIDI cannot be used: {error}; is a sound system running?") from error
    return names


def open_midi_input(wanted: str | None) -> Any:
    """Open the first input whose name contains `wanted`, or the first that is no loopback.

    Raises:
        BridgeError: there is none, or it is taken.
    """
    names = midi_inputs()
    fitting = [name for name in names if wanted is None or wanted.lower() in name.lower()]
    if wanted is None:
        fitting.sort(key=lambda name: "through" in name.lower())
    if not fitting:
        there = ", ".join(names) or "none at all"
        asked = f"no MIDI input named like {wanted!r}" if wanted else "no MIDI input"
        raise BridgeError(f"{asked}; there is: {there}. Plug the controller in and start again")
    try:
        return _mido().open_input(fitting[0])
    except Exception as error:  # rtmidi's errors have no common base
        raise BridgeError(
            f"{fitting[0]} cannot be opened: {error}; close the program that uses it"
        ) from error


def _mido() -> Any:
    try:
        import mido
    except ImportError as error:
        raise BridgeError(
            f"MIDI needs mido and python-rtmidi ({error}); install them with: pip install 'omote[midi]'"
        ) from error
    return mido
