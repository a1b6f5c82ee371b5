"""A game controller: sticks turn the head and the eyes, buttons hold emotions.

    pad = Gamepad(SdlPads(), load_bindings(None, "gamepad"))

SDL knows the layout of hundreds of controllers, so that `a` is the same button on all of them.

Source: SDL 2's game controller API; `SDL_GameControllerGetAxis`: -32768..32767, triggers 0..32767.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bridge.devices.bindings import Bindings
from bridge.devices.held_channels import HeldChannels
from bridge.errors import BridgeError
from protocol.messages import ControlMessage

#: A stick at rest wanders this far from its middle.
DEAD_ZONE: Final = 0.12
#: Looking for a controller that was not there.
LOOK_S: Final = 1.0
AXES: Final = ("leftx", "lefty", "rightx", "righty", "lefttrigger", "righttrigger")
#: In SDL's order.
BUTTONS: Final = (
    "a", "b", "x", "y", "back", "guide", "start", "leftstick", "rightstick", "leftshoulder", "rightshoulder",
    "dpup", "dpdown", "dpleft", "dpright",
)  # fmt: skip
_FULL: Final = 32767


@dataclass(frozen=True, slots=True)
class PadState:
    """What a controller's controls are at: axes -1..1 with + right and up, triggers 0..1, buttons that are down."""

    axes: Mapping[str, float]
    down: frozenset[str]


def without_dead_zone(value: float) -> float:
    """A stick's -1..1 with its middle at exactly 0, and still reaching its ends."""
    size = max(abs(value) - DEAD_ZONE, 0.0) / (1.0 - DEAD_ZONE)
    return min(size, 1.0) * (1.0 if value > 0.0 else -1.0)


def hold_pad(state: PadState, bindings: Bindings, held: HeldChannels) -> None:
    """Hold what a controller's state asks for; what it leaves at rest is left to whoever else drives it."""
    wanted = {target: 1.0 for control, target in bindings["button"].items() if control in state.down}
    for control, target in bindings["axis"].items():
        # A button goes before an axis that moves the same channel.
        wanted.setdefault(target, without_dead_zone(state.axes.get(control, 0.0)))
    for target in held.held.keys() - wanted.keys():
        held.let_go(target)
    for target, amount in wanted.items():
        held.set(target, amount)


class SdlPads:
    """The first controller that SDL finds. Only the thread that made it may use it."""

    def __init__(self) -> None:
        """Raises BridgeError: PySDL2 is not installed, or SDL does not start."""
        # Controllers need no window, but SDL wants to know that; and they count without one in front.
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
        os.environ.setdefault("SDL_JOYSTICK_ALLOW_BACKGROUND_EVENTS", "1")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it says which SDL it found
                import sdl2
        except ImportError as error:
            raise BridgeError(
                f"game controllers need PySDL2 ({error}); install it with: pip install 'omote[gamepad]'"
            ) from error
        self._sdl: Any = sdl2
        if sdl2.SDL_Init(sdl2.SDL_INIT_GAMECONTROLLER) != 0:
            raise BridgeError(f"SDL does not start: {sdl2.SDL_GetError().decode()}; install it again")
        self._pad: Any = None
        self.name = ""

    def read(self) -> PadState | None:
        """The controller's state now; None while there is none."""
        sdl = self._sdl
        sdl.SDL_GameControllerUpdate()
        if self._pad is not None and not sdl.SDL_GameControllerGetAttached(self._pad):
            self._let_go()
        if self._pad is None:
            return None
        axes = {}
        for place, name in enumerate(AXES):
            raw = sdl.SDL_GameControllerGetAxis(self._pad, place) / _FULL
            axes[name] = -raw if name.endswith("y") else raw  # SDL's + is down
        down = [
            name for place, name in enumerate(BUTTONS) if sdl.SDL_GameControllerGetButton(self._pad, place)
        ]
        return PadState(axes, frozenset(down))

    def look(self) -> bool:
        """Look for a controller; whether there is one now."""
        sdl = self._sdl
        for index in range(sdl.SDL_NumJoysticks()):
            if self._pad is None and sdl.SDL_IsGameController(index):
                self._pad = sdl.SDL_GameControllerOpen(index) or None
                if self._pad is not None:
                    self.name = (sdl.SDL_GameControllerName(self._pad) or b"controller").decode()
        return self._pad is not None

    def close(self) -> None:
        """Give it back; may be called twice."""
        self._let_go()
        self._sdl.SDL_QuitSubSystem(self._sdl.SDL_INIT_GAMECONTROLLER)

    def _let_go(self) -> None:
        pad, self._pad = self._pad, None
        if pad is not None:
            self._sdl.SDL_GameControllerClose(pad)


class Gamepad:
    """The first controller's sticks and buttons as messages. A `Device`.

    Attributes:
        heard: the controls that are moved now, and what they move; for people who look for a name.
    """

    is_over = False

    def __init__(self, pads: SdlPads, bindings: Bindings, *, source: str = "gamepad") -> None:
        """Args:
        pads: owned from now on.
        """
        self.source = source
        self.heard: list[str] = []
        self._pads = pads
        self._bindings = bindings
        self._held = HeldChannels(source)
        self._looked_s = float("-inf")
        self._is_there = False
        self._moved: frozenset[str] = frozenset()

    def poll(self, *, now_s: float, now_ns: int) -> tuple[ControlMessage, ...]:
        """See `Device`."""
        state = self._pads.read()
        if state is None and now_s - self._looked_s >= LOOK_S:
            self._looked_s = now_s
            if self._pads.look():
                state = self._pads.read()
        self._is_there = state is not None
        if state is None:
            self._held.let_go_of_all()
        else:
            hold_pad(state, self._bindings, self._held)
            self._listen(state)
        return self._held.messages(now_s=now_s, now_ns=now_ns)

    def status(self) -> str:
        """See `Device`."""
        if not self._is_there:
            return "no game controller: plug one in, it is looked for every second"
        held = ", ".join(f"{target} {value:.2f}" for target, value in self._held.held.items() if value)
        return f"{self._pads.name}: holds {held or 'still'}"

    def close(self) -> None:
        """See `Device`."""
        self._pads.close()

    def _listen(self, state: PadState) -> None:
        """Name what has been moved since the last look."""
        moved = state.down | {name for name, value in state.axes.items() if abs(value) > 0.5}
        table = {name: "axis" if name in AXES else "button" for name in moved - self._moved}
        self.heard = [
            f"[{kind}] {name} = {self._bindings[kind].get(name, 'nothing yet')}"
            for name, kind in table.items()
        ]
        self._moved = frozenset(moved)
