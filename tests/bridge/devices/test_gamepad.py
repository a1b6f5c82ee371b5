"""SDL's own virtual controller, pressed and pushed; what arrives is compared with the shipped bindings."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.devices.bindings import load_bindings
from bridge.devices.gamepad import AXES, BUTTONS, Gamepad, SdlPads, without_dead_zone

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    sdl2 = pytest.importorskip("sdl2")

BINDINGS = load_bindings(None, "gamepad")


class VirtualPad:
    """A controller that SDL cannot tell from a real one."""

    def __init__(self) -> None:
        kind = sdl2.SDL_JOYSTICK_TYPE_GAMECONTROLLER
        self.index = sdl2.SDL_JoystickAttachVirtual(kind, len(AXES), len(BUTTONS), 0)
        assert self.index >= 0, sdl2.SDL_GetError()
        self.joystick = sdl2.SDL_JoystickOpen(self.index)
        # Triggers go from one end to the other, and are at the lower one at rest.
        self.push("lefttrigger", -1.0)
        self.push("righttrigger", -1.0)

    def push(self, axis: str, amount: float) -> None:
        assert sdl2.SDL_JoystickSetVirtualAxis(self.joystick, AXES.index(axis), round(amount * 32767)) == 0

    def press(self, button: str, is_down: bool = True) -> None:
        assert sdl2.SDL_JoystickSetVirtualButton(self.joystick, BUTTONS.index(button), is_down) == 0

    def unplug(self) -> None:
        sdl2.SDL_JoystickClose(self.joystick)
        sdl2.SDL_JoystickDetachVirtual(self.index)


@pytest.fixture
def pads() -> Iterator[SdlPads]:
    pads = SdlPads()
    yield pads
    pads.close()


def held(gamepad: Gamepad, now_s: float) -> dict[str, Any]:
    messages = gamepad.poll(now_s=now_s, now_ns=1)
    return {f"{m.layer}.{name}": value * m.weight for m in messages for name, value in m.values.items()}


def test_controller_is_found_moves_the_face_and_releases_it_when_unplugged(pads: SdlPads) -> None:
    gamepad = Gamepad(pads, BINDINGS)
    assert held(gamepad, 0.0) == {}
    assert "plug one in" in gamepad.status()
    pad = VirtualPad()
    assert held(gamepad, 0.5) == {}  # not looked for again yet
    assert held(gamepad, 1.5) == {}  # there, and at rest

    # The stick to the right of the screen, which is the subject's left, and up: SDL's + is down.
    pad.push("leftx", 1.0)
    pad.push("lefty", -1.0)
    pad.press("a")
    pad.push("righttrigger", 1.0)
    assert held(gamepad, 2.0) == pytest.approx(
        {"pose.yaw": 0.72, "pose.pitch": 0.54, "emotion.happy": 1.0, "expression.jawOpen": 1.0}, abs=1e-3
    )
    assert "[button] a = emotion.happy" in gamepad.moved
    assert "happy" in gamepad.status()

    for axis in ("leftx", "lefty"):
        pad.push(axis, 0.05)  # inside the dead zone
    pad.push("righttrigger", -1.0)
    pad.press("a", False)
    pad.press("dpright")
    assert held(gamepad, 3.0) == {"emotion.afraid": 1.0}
    pad.unplug()
    assert held(gamepad, 4.0) == {}
    assert "plug one in" in gamepad.status()


@pytest.mark.parametrize(("raw", "value"), [(0.0, 0.0), (0.11, 0.0), (-0.12, 0.0), (1.0, 1.0), (-1.0, -1.0)])
def test_dead_zone_gives_0_and_full_deflection_1(raw: float, value: float) -> None:
    assert without_dead_zone(raw) == pytest.approx(value)


def test_dead_zone_begins_without_a_jump() -> None:
    assert 0.0 < without_dead_zone(0.13) < 0.02
    assert -0.02 < without_dead_zone(-0.13) < 0.0
