"""The plugin's settings and hotkeys in a real OBS move a real runtime."""

from __future__ import annotations

import itertools
import json
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from protocol.channels import CHANNEL_INDEX
from protocol.messages import ControlMessage
from runtime.avatars.shelf import Shelf
from tests.live_runtime import LiveRuntime, chosen_ports, live_runtime
from tests.obs.conftest import ROOT, Stage
from tests.obs.live_source import change_look, hotkeys, owned, press, value
from tests.obs.obs_process import HEIGHT, SCENE, WIDTH
from tests.obs.test_face_source import over
from tests.waiting import until

NUMBERS = itertools.count()
PLACARD = ROOT / "obs_sample/data/placard.png"


def placard_over(back: tuple[int, int, int], picture: Path = PLACARD) -> NDArray[np.float64]:
    with Image.open(picture) as opened:
        pixels = np.asarray(opened.convert("RGBA"))[:HEIGHT, :WIDTH]
    return over(pixels, np.array(back, float))


def test_a_hotkey_for_every_emotion_and_avatar(stage: Stage, live: LiveRuntime) -> None:
    emotions = list(CHANNEL_INDEX["emotion"])[:8]
    wanted = {f"omote.emotion.{name}" for name in emotions} | {
        f"omote.avatar.{key}" for key in Shelf().avatars()
    }
    wanted |= {"omote.recenter", "omote.let_go"}
    assert until(lambda: {name for name in hotkeys(stage.obs) if name.startswith("omote.")} == wanted)


def test_an_emotion_s_key_holds_it_for_longer_than_a_message_lives_until_the_next_press(
    stage: Stage, live: LiveRuntime
) -> None:
    # as a remote control does it; no key is added or removed now
    stage.obs.ask("TriggerHotkeyByName", hotkeyName="omote.emotion.surprised")
    assert until(lambda: value(live, "emotion", "surprised") > 0.99)
    began = live.status().uptime_s
    until(lambda: live.status().uptime_s > began + 1.5)  # a message lives for 0.6 s
    # One that is not sent again and again is gone by now, and for ever; a busy OBS may be late with the next one.
    assert until(lambda: owned(live) == {"emotion/surprised"})
    press(stage.obs, "omote.emotion.surprised")
    assert until(lambda: not owned(live))


def test_a_source_that_is_renamed_drives_under_its_new_name(stage: Stage, live: LiveRuntime) -> None:
    stage.obs.ask("SetInputName", inputName="face", newInputName="my twin")
    press(stage.obs, "omote.emotion.sad")
    try:
        assert until(lambda: owned(live, "OBS my twin") == {"emotion/sad"})
        assert not owned(live)
    finally:
        stage.obs.ask("SetInputName", inputName="my twin", newInputName="face")
    assert until(lambda: owned(live) == {"emotion/sad"})  # what is held goes on
    assert until(lambda: not owned(live, "OBS my twin"))
    press(stage.obs, "omote.emotion.sad")
    assert until(lambda: not owned(live))


def test_a_look_that_is_saved_while_obs_runs_gets_a_key_and_one_key_ends_everything(
    stage: Stage, live: LiveRuntime
) -> None:
    change_look(
        live.ports["panel"], "save", "Smirk & co", expression={"mouthSmileLeft": 0.8}, pose={"roll": 0.2}
    )
    assert until(lambda: "omote.look.Smirk & co" in hotkeys(stage.obs))
    press(stage.obs, "omote.look.Smirk & co")
    assert until(lambda: owned(live, "trigger:look") == {"expression/mouthSmileLeft", "pose/roll"})
    press(stage.obs, "omote.emotion.happy")
    assert until(lambda: owned(live) == {"emotion/happy"})
    assert until(lambda: abs(value(live, "pose", "roll") - 0.2) < 0.01)
    press(stage.obs, "omote.let_go")
    assert until(lambda: not owned(live) and not owned(live, "trigger:look"))
    change_look(live.ports["panel"], "delete", "Smirk & co")


def test_the_keys_of_a_look_that_is_deleted_and_saved_again_are_still_its_keys(
    stage: Stage, live: LiveRuntime
) -> None:
    # the scene was opened with keys for a look that the runtime does not have yet
    scenes = stage.home / ".config/obs-studio/basic/scenes"
    f7 = [{"key": "OBS_KEY_F7", "shift": True}]

    def saved() -> list[object]:
        """The look's keys in the scene that OBS saves: those that the source keeps itself, and OBS's own."""
        save_scenes(stage)
        with suppress(FileNotFoundError):  # OBS replaces it
            for file in scenes.glob("*.json"):
                for source in json.loads(file.read_text("utf-8"))["sources"]:
                    if source["name"] == "face":
                        parts = source["settings"]["kept_keys"], source["hotkeys"]
                        return [part.get("omote.look.Bound") for part in parts]
        return []  # it is being written

    assert until(lambda: saved() == [f7, None])
    for _ in range(2):
        change_look(live.ports["panel"], "save", "Bound", pose={"roll": 0.1})
        assert until(lambda: saved() == [None, f7])
        # by its name, which has no end of the press: on a slow machine a tap of the key is one that is held down
        press(stage.obs, "omote.look.Bound")
        assert until(lambda: owned(live, "trigger:look") == {"pose/roll"})
        press(stage.obs, "omote.let_go")
        assert until(lambda: not owned(live, "trigger:look"))
        change_look(live.ports["panel"], "delete", "Bound")
        assert until(lambda: saved() == [f7, f7])
        # it stays in OBS's list and asks for nothing, which the runtime would refuse
        refused = live.status().dropped
        press(stage.obs, "omote.look.Bound")
        press(stage.obs, "omote.emotion.sad")
        assert until(lambda: owned(live) == {"emotion/sad"})
        assert live.status().dropped == refused
        press(stage.obs, "omote.let_go")
        assert until(lambda: not owned(live))


def save_scenes(stage: Stage) -> None:
    """OBS saves its scenes when they change."""
    name = f"passing {next(NUMBERS)}"  # one that is removed is there a little longer
    stage.obs.ask("CreateScene", sceneName=name)
    stage.obs.ask("RemoveScene", sceneName=name)


def test_the_recentre_key_takes_the_tracker_s_pose_as_straight(stage: Stage, live: LiveRuntime) -> None:
    turned = ControlMessage(layer="pose", source="tracker", values={"yaw": 0.4}, ttl_s=60.0)
    live.runtime.inbox.offer(turned, 0, "test", "test")
    assert until(lambda: abs(value(live, "pose", "yaw") - 0.4) < 0.01)
    press(stage.obs, "omote.recenter")

    def is_straight() -> bool:
        live.runtime.inbox.offer(turned, 0, "test", "test")  # OBS presses the key a moment later
        return abs(value(live, "pose", "yaw")) < 0.01

    assert until(is_straight)


def test_an_avatar_is_chosen_of_the_runtime_s_list_or_by_its_key(stage: Stage, live: LiveRuntime) -> None:
    offered = stage.obs.ask("GetInputPropertiesListPropertyItems", inputName="face", propertyName="avatar")
    assert {one["itemValue"] for one in offered["propertyItems"]} == {"", *Shelf().avatars()}
    stage.obs.ask("SetInputSettings", inputName="face", inputSettings={"avatar": "noh"})
    assert until(lambda: live.status().worn == "noh")
    press(stage.obs, "omote.avatar.teo")
    assert until(lambda: live.status().worn == "teo")


def test_a_background_is_chosen(stage: Stage, live: LiveRuntime) -> None:
    offered = stage.obs.ask(
        "GetInputPropertiesListPropertyItems", inputName="face", propertyName="background"
    )
    names = {one["itemValue"]: one["itemName"] for one in offered["propertyItems"]}
    assert {"", "transparent", "keep", "blur", "plate"} <= set(names)
    assert all(value == name for value, name in names.items())  # OBS's window takes the name as the value
    stage.obs.ask("SetInputSettings", inputName="face", inputSettings={"background": "#102030"})
    assert until(lambda: live.runtime.slot.background.text == "#102030")


def test_a_runtime_that_comes_back_wears_what_was_chosen_and_a_placard_says_that_it_is_gone(
    stage: Stage, tmp_path: Path
) -> None:
    ports = chosen_ports()
    stage.obs.ask("CreateScene", sceneName="second")
    stage.obs.ask("SetCurrentProgramScene", sceneName="second")
    try:
        settings = {
            "osc_port": ports["osc"], "panel_port": ports["panel"], "stream": "second", "when_gone": "placard",
            "avatar": "kofi", "background": "#405060",
        }  # fmt: skip
        item = stage.obs.add("other", "omote_face", settings, scene="second")

        def shows_placard(picture: Path = PLACARD) -> bool:
            got, wanted = stage.obs.picture("second")[..., :3], placard_over((0, 0, 0), picture)
            return bool(np.abs(got[: wanted.shape[0], : wanted.shape[1]] - wanted).max() <= 3)

        assert until(shows_placard)  # before the first picture it has the placard's size
        transform = stage.obs.ask("GetSceneItemTransform", sceneName="second", sceneItemId=item)
        assert transform["sceneItemTransform"]["sourceWidth"] == 512
        for folder in ("one", "two"):
            with live_runtime(
                tmp_path / folder,
                ports=ports,
                publish=("shm", "browser"),
                stream="second",
                fps=30.0,
                size=512,
            ) as live:
                assert until(lambda live=live: live.status().worn == "kofi")
                assert until(lambda live=live: live.runtime.slot.background.text == "#405060")
                assert until(lambda: not shows_placard())
            assert until(shows_placard)
        own = tmp_path / "own.png"
        Image.new("RGBA", (512, 512), (250, 120, 10, 255)).save(own)
        stage.obs.ask("SetInputSettings", inputName="other", inputSettings={"placard_file": str(own)})
        assert until(lambda: shows_placard(own))
    finally:
        stage.obs.ask("SetCurrentProgramScene", sceneName=SCENE)
        stage.obs.ask("RemoveInput", inputName="other")
        stage.obs.ask("RemoveScene", sceneName="second")


def test_the_settings_window_can_be_opened_while_there_is_no_runtime(stage: Stage, tmp_path: Path) -> None:
    # port 1 refuses at once; the avatar that was chosen stays in the list
    stage.obs.add("lonely", "omote_face", {"panel_port": 1, "stream": "absent", "avatar": "mine"})
    try:
        offered = stage.obs.ask(
            "GetInputPropertiesListPropertyItems", inputName="lonely", propertyName="avatar"
        )
        assert [one["itemValue"] for one in offered["propertyItems"]] == ["", "mine"]
    finally:
        stage.obs.ask("RemoveInput", inputName="lonely")


def test_the_keys_of_avatars_are_there_before_the_runtime_is_and_are_saved_with_the_scene(
    stage: Stage,
) -> None:
    known = [{"key": "mine", "name": "Mine"}]
    settings = {"panel_port": 1, "stream": "absent", "known_avatars": known}
    stage.obs.add("early", "omote_face", settings)
    try:
        assert "omote.avatar.mine" in hotkeys(stage.obs)
        scenes = stage.home / ".config/obs-studio/basic/scenes"

        def saved() -> list[object]:
            with suppress(FileNotFoundError):  # OBS replaces it
                return [
                    source["settings"].get("known_avatars")
                    for file in scenes.glob("*.json")
                    for source in json.loads(file.read_text("utf-8"))["sources"]
                    if source["name"] == "early"
                ]
            return []

        assert until(saved) == [known]
    finally:
        stage.obs.ask("RemoveInput", inputName="early")
