"""The plugin's dock in a real OBS, used by mouse events on its own widgets, moves a real runtime and shows its state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from protocol.channels import EMOTIONS
from runtime.avatars.shelf import Shelf
from tests.live_runtime import LiveRuntime
from tests.obs.conftest import Stage
from tests.obs.live_source import change_look, owned, press, value
from tests.waiting import until

DOCK = "omote-dock"


class Dock:
    """The widgets of the dock, by the names that the plugin gives them."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def does(self, request: str, name: str, **data: object) -> dict[str, Any]:
        answer = self._stage.obs.ask(
            "CallVendorRequest",
            vendorName="omote-hand",
            requestType=request,
            requestData={"name": name, **data},
        )["responseData"]
        assert answer["found"], f"there is no widget {name}"
        return dict(answer)

    def widgets(self) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in self.does("read", DOCK)["widgets"]}

    def click(self, name: str) -> None:
        self.does("click", name)

    def checked(self) -> set[str]:
        return {name for name, one in self.widgets().items() if one.get("checked")}


@pytest.fixture
def dock(stage: Stage) -> Iterator[Dock]:
    """The dock, shown as a window of its own: OBS's window is an icon here."""
    if not stage.has_dock:
        pytest.skip(
            "the headers of OBS's own Qt are missing: apt-get install qtbase5-dev (newer systems: qt6-base-dev)"
        )
    dock = Dock(stage)
    dock.does("show", DOCK, shown=True, floating=True)
    yield dock
    dock.does("show", DOCK, shown=False, floating=False)


def test_without_a_source_it_says_what_to_do_and_nothing_can_be_pressed(dock: Dock) -> None:
    assert until(lambda: "add one to a scene" in dock.widgets()["omote-state"]["text"])
    buttons = {name: one for name, one in dock.widgets().items() if "checked" in one}
    assert len(buttons) == len(EMOTIONS) + 3
    assert not any(one["enabled"] for one in buttons.values())
    assert not dock.widgets()["omote-weight"]["enabled"]


def test_a_runtime_that_is_not_there_is_said(stage: Stage, dock: Dock) -> None:
    stage.obs.add("alone", "omote_face", {"panel_port": 1, "stream": "absent"})
    try:
        assert until(lambda: "start omote run" in dock.widgets()["omote-state"]["text"])
    finally:
        stage.obs.ask("RemoveInput", inputName="alone")


def test_it_shows_what_the_runtime_wears_and_how_fast_it_is(dock: Dock, live: LiveRuntime) -> None:
    def state() -> str:
        return str(dock.widgets()["omote-state"]["text"])

    assert until(lambda: state().startswith(f"{live.status().worn}, ") and "256 pixels" in state())
    assert until(lambda: any(f" {fps} frames a second" in state() for fps in range(5, 32)))


def test_an_emotion_is_held_with_the_slider_s_weight_until_the_next_click(
    dock: Dock, live: LiveRuntime
) -> None:
    dock.click("omote-emotion-happy")
    assert until(lambda: value(live, "emotion", "happy") > 0.99)
    assert dock.checked() == {"omote-emotion-happy"}
    dock.does("slide", "omote-weight", value=40)
    assert until(lambda: abs(value(live, "emotion", "happy") - 0.4) < 0.01)
    dock.click("omote-emotion-sad")
    assert until(lambda: abs(value(live, "emotion", "sad") - 0.4) < 0.01 and owned(live) == {"emotion/sad"})
    assert dock.checked() == {"omote-emotion-sad"}
    dock.does("slide", "omote-weight", value=100)
    dock.click("omote-emotion-sad")
    assert until(lambda: not owned(live))
    assert not dock.checked()


def test_a_hotkey_of_obs_checks_the_button_too(stage: Stage, dock: Dock, live: LiveRuntime) -> None:
    press(stage.obs, "omote.emotion.afraid")
    assert until(lambda: dock.checked() == {"omote-emotion-afraid"})
    dock.click("omote-let-go")
    assert until(lambda: not dock.checked() and not owned(live))


def test_the_runtime_s_looks_are_buttons(dock: Dock, live: LiveRuntime) -> None:
    change_look(
        live.ports["panel"], "save", "Grim & old", expression={"browDownLeft": 1.0}, pose={"roll": 0.1}
    )
    assert until(lambda: "omote-look-Grim & old" in dock.widgets())
    assert dock.widgets()["omote-look-Grim & old"]["text"] == "Grim && old"  # Qt shows one
    dock.click("omote-look-Grim & old")
    assert until(lambda: owned(live, "trigger:look") == {"expression/browDownLeft", "pose/roll"})
    dock.click("omote-look-Grim & old")
    assert until(lambda: not owned(live, "trigger:look"))
    change_look(live.ports["panel"], "delete", "Grim & old")
    assert until(lambda: "omote-look-Grim & old" not in dock.widgets())


def test_an_avatar_is_chosen_and_shown(dock: Dock, live: LiveRuntime) -> None:
    assert until(lambda: dock.widgets()["omote-avatar"]["entries"] == len(Shelf().avatars()))
    dock.does("choose", "omote-avatar", text="Noh")
    assert until(lambda: live.status().worn == "noh")
    assert until(lambda: dock.widgets()["omote-avatar"]["text"] == "Noh")
    assert until(lambda: dock.widgets()["omote-state"]["text"].startswith("noh, "))


def test_with_two_sources_one_is_chosen(stage: Stage, dock: Dock, live: LiveRuntime) -> None:
    assert not dock.widgets()["omote-face"]["shown"]
    stage.obs.add("other", "omote_face", {"panel_port": 1, "osc_port": 1, "stream": "absent"})
    try:
        assert until(lambda: dock.widgets()["omote-face"]["shown"])
        dock.does("choose", "omote-face", text="other")
        assert until(lambda: "start omote run" in dock.widgets()["omote-state"]["text"])
        dock.does("choose", "omote-face", text="face")
        assert until(lambda: "frames a second" in dock.widgets()["omote-state"]["text"])
    finally:
        stage.obs.ask("RemoveInput", inputName="other")
    assert until(lambda: not dock.widgets()["omote-face"]["shown"])


def test_it_is_drawn(dock: Dock, live: LiveRuntime, tmp_path: Path) -> None:
    dock.click("omote-emotion-happy")
    assert dock.does("picture", DOCK, file=str(tmp_path / "dock.png"))["saved"]
    dock.click("omote-emotion-happy")
    with Image.open(tmp_path / "dock.png") as opened:
        pixels = np.asarray(opened.convert("L"), float)
    assert pixels.shape[0] > 200
    assert pixels.std() > 5
