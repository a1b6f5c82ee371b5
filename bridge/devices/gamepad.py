"""A game controller: sticks turn the head and the eyes, buttons hold emotions.

    pad = Gamepad(SdlPads(), load_bindings(None, "gamepad"))

SDL knows the layouts of hundreds of controllers, so that `a` is the same button on each.

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

#: The largest deflection of a stick at rest.
DEAD_ZONE: Final = 0.12
#: Seconds between two searches while no controller is connected.
SEARCH_S: Final = 1.0
AXES: Final = ("leftx", "lefty", "rightx", "righty", "lefttrigger", "righttrigger")
#: In SDL's order.
BUTTONS: Final = (
    "a", "b", "x", "y", "back", "guide", "start", "leftstick", "rightstick", "leftshoulder", "rightshoulder",
    "dpup", "dpdown", "dpleft", "dpright",
)  # fmt: skip
_FULL: Final = 32767


@dataclass(frozen=True, slots=True)
class PadState:
    """The state of a controller: axes -1..1 (+ right and up), triggers 0..1, and the buttons that are down."""

    axes: Mapping[str, float]
    down: frozenset[str]


def without_dead_zone(value: float) -> float:
    """Remove the dead zone of a stick's -1..1: 0 within it, still +-1 at full deflection."""
    size = max(abs(value) - DEAD_ZONE, 0.0) / (1.0 - DEAD_ZONE)
    return min(size, 1.0) * (1.0 if value > 0.0 else -1.0)


def hold_pad(state: PadState, bindings: Bindings, held: HeldChannels) -> None:
    """Hold the channels that a controller's state asks for, and release the others."""
    wanted = {target: 1.0 for control, target in bindings["button"].items() if control in state.down}
    for control, target in bindings["axis"].items():
        # A button has priority over an axis of the same channel.
        wanted.setdefault(target, without_dead_zone(state.axes.get(control, 0.0)))
    for target in held.held.keys() - wanted.keys():
        held.release(target)
    for target, amount in wanted.items():
        held.set(target, amount)


class SdlPads:
    """The first controller that SDL finds. May be used only by the thread that created it."""

    def __init__(self) -> None:
        """Start SDL; `search` finds a controller.

        Raises:
            BridgeError: PySDL2 is not installed, or SDL does not start.
        """
        # Without a window, SDL needs the dummy video driver and leave to read controllers in the background.
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
        os.environ.setdefault("SDL_JOYSTICK_ALLOW_BACKGROUND_EVENTS", "1")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # PySDL2 warns which SDL it found
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
        """The controller's current state; None while none is connected."""
        sdl = self._sdl
        sdl.SDL_GameControllerUpdate()
        if self._pad is not None and not sdl.SDL_GameControllerGetAttached(self._pad):
            self._close_pad()
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

    def search(self) -> bool:
        """Search for a controller; return whether one is connected."""
        sdl = self._sdl
        for index in range(sdl.SDL_NumJoysticks()):
            if self._pad is None and sdl.SDL_IsGameController(index):
                self._pad = sdl.SDL_GameControllerOpen(index) or None
                if self._pad is not None:
                    self.name = (sdl.SDL_GameControllerName(self._pad) or b"controller").decode()
        return self._pad is not None

    def close(self) -> None:
        """Release the controller and stop SDL; may be called twice."""
        self._close_pad()
        self._sdl.SDL_QuitSubSystem(self._sdl.SDL_INIT_GAMECONTROLLER)

    def _close_pad(self) -> None:
        pad, self._pad = self._pad, None
        if pad is not None:
            self._sdl.SDL_GameControllerClose(pad)


class Gamepad:
    """The first controller's sticks and buttons as messages. A `Device`.

    Attributes:
        moved: a line for each control moved since the last poll, with its name and target; for `--learn`.
    """

    is_over = False

    def __init__(self, pads: SdlPads, bindings: Bindings, *, source: str = "gamepad") -> None:
        """A gamepad that holds nothing yet.

        Args:
            pads: owned from now on.
            bindings: the targets of its axes and buttons.
            source: the driver's name in the runtime.
        """
        self.source = source
        self.moved: list[str] = []
        self._pads = pads
        self._bindings = bindings
        self._held = HeldChannels(source)
        self._searched_s = float("-inf")
        self._is_connected = False
        self._deflected: frozenset[str] = frozenset()

    def poll(self, *, now_s: float, now_ns: int) -> tuple[ControlMessage, ...]:
        """See `Device`."""
        state = self._pads.read()
        if state is None and now_s - self._searched_s >= SEARCH_S:
            self._searched_s = now_s
            if self._pads.search():
                state = self._pads.read()
        self._is_connected = state is not None
        if state is None:
            self._held.release_all()
        else:
            hold_pad(state, self._bindings, self._held)
            self._note_moved(state)
        return self._held.messages(now_s=now_s, now_ns=now_ns)

    def status(self) -> str:
        """See `Device`."""
        if not self._is_connected:
            return "no game controller: plug one in, it is searched for every second"
        held = ", ".join(f"{target} {value:.2f}" for target, value in self._held.held.items() if value)
        return f"{self._pads.name}: holds {held or 'still'}"

    def close(self) -> None:
        """See `Device`."""
        self._pads.close()

    def _note_moved(self, state: PadState) -> None:
        """Name the controls moved since the last poll."""
        deflected = state.down | {name for name, value in state.axes.items() if abs(value) > 0.5}
        table = {name: "axis" if name in AXES else "button" for name in deflected - self._deflected}
        self.moved = [
            f"[{kind}] {name} = {self._bindings[kind].get(name, 'not bound')}" for name, kind in table.items()
        ]
        self._deflected = frozenset(deflected)
