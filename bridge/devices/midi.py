"""A MIDI controller: keys hold emotions, knobs and wheels move channels.

    controller = MidiController(open_midi_input(None), load_bindings(None, "midi"))

Source: MIDI 1.0 Detailed Specification; mido reads the bytes.
"""

from __future__ import annotations

import platform
import sys
from typing import Any, Final

from bridge.devices.bindings import Bindings
from bridge.devices.held_channels import HeldChannels, Target
from bridge.errors import BridgeError
from protocol.messages import ControlMessage

#: Messages read per poll: a controller that sends without pause must not block the loop.
MAX_MESSAGES: Final = 512
#: The first Python for which python-rtmidi has no wheel; as in pyproject.toml.
WITHOUT_WHEELS: Final = (3, 13)
_HIGHEST: Final = 127
_BEND: Final = 8192
_ALL_NOTES_OFF: Final = (120, 123)


class MidiController:
    """Turns a MIDI port's messages into ControlMessages. A `Device`.

    Attributes:
        moved: a line for each MIDI message of the last poll, with its number and target; for `--learn`.
    """

    is_over = False

    def __init__(self, port: Any, bindings: Bindings, *, source: str = "midi") -> None:
        """A controller that holds nothing yet.

        Args:
            port: an open mido input; owned from now on.
            bindings: the targets of its keys and knobs.
            source: the driver's name in the runtime.
        """
        self.source = source
        self.moved: list[str] = []
        self._port = port
        self._bindings = bindings
        self._held = HeldChannels(source)
        self._keys: dict[tuple[int, int], Target] = {}

    def poll(self, *, now_s: float, now_ns: int) -> tuple[ControlMessage, ...]:
        """See `Device`."""
        self.moved.clear()
        for _ in range(MAX_MESSAGES):
            message = self._port.poll()
            if message is None:
                break
            self.apply(message)
        return self._held.messages(now_s=now_s, now_ns=now_ns)

    def apply(self, message: Any) -> None:
        """Apply one mido message; unbound ones are only listed in `moved`."""
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
            bends = self._bindings["bend"]
            target = bends.get(str(message.channel + 1)) or bends.get("all")
            if target is not None:
                self._held.set(target, message.pitch / _BEND)
        if name:
            self.moved.append(f"{name} = {target or 'not bound'}   ({message})")

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
            released = self._keys.pop(key)
            if released not in self._keys.values():  # another key may hold the same target
                self._held.release(released)

    def _release_keys(self) -> None:
        for target in self._keys.values():
            self._held.release(target)
        self._keys.clear()


def _knob(value: int, is_signed: bool) -> float:
    """A knob's 0..127 -> 0..1, or for signed channels -1..1 with 64 as the middle."""
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
    except ImportError as error:
        raise _missing(error) from error
    except Exception as error:  # rtmidi's errors have no common base
        raise BridgeError(
            f"the system's MIDI cannot be used: {error}; on Linux load its driver: sudo modprobe snd-seq"
        ) from error
    return names


def open_midi_input(wanted: str | None) -> Any:
    """Open a MIDI input.

    Args:
        wanted: part of its name, in any case; None = the first one, loopback ports last.

    Raises:
        BridgeError: there is no such input, or another program uses it.
    """
    names = midi_inputs()
    fitting = [name for name in names if wanted is None or wanted.lower() in name.lower()]
    if wanted is None:
        fitting.sort(key=lambda name: "through" in name.lower())
    if not fitting:
        found = ", ".join(names) or "none"
        asked = f"no MIDI input named like {wanted!r}" if wanted else "no MIDI input"
        raise BridgeError(f"{asked}; found: {found}. Plug the controller in and start again")
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
        raise _missing(error) from error
    return mido


def _missing(error: ImportError) -> BridgeError:
    """What to do about a package that is not installed; mido imports rtmidi only when ports are listed or opened."""
    if sys.version_info >= WITHOUT_WHEELS:
        return BridgeError(
            f"MIDI needs python-rtmidi, which has no wheel for Python {platform.python_version()}; run Omote with "
            f"Python 3.{WITHOUT_WHEELS[1] - 1} or older, or compile it: pip install mido python-rtmidi"
        )
    return BridgeError(
        f"MIDI needs mido and python-rtmidi ({error}); install them with: pip install 'omote[midi]'"
    )
