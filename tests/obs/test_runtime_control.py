"""The plugin's settings and hotkeys in a real OBS move a real runtime."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from protocol.channels import CHANNEL_INDEX
from protocol.messages import ControlMessage
from runtime.avatars.shelf import Shelf
from tests.live_runtime import LiveRuntime, chosen_ports, live_runtime
from tests.obs.conftest import ROOT, Stage
from tests.obs.obs_process import HEIGHT, SCENE, WIDTH
from tests.obs.test_face_source import BACK, over
from tests.waiting import until

PLACARD = ROOT / "obs_sample/data/placard.png"


@pytest.fixture(scope="module")
def ports() -> dict[str, int]:
    return chosen_ports()


@pytest.fixture(scope="module")
def live(
    stage: Stage, ports: dict[str, int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveRuntime]:
    """A runtime that the source "face" of a scene shows."""
    colour = 0xFF000000 | BACK[2] << 16 | BACK[1] << 8 | BACK[0]
    stage.obs.add("back", "color_source_v3", {"color": colour, "width": WIDTH, "height": HEIGHT})
    looks = [{"value": "smirk: mouthSmileLeft=0.8 pose/roll=0.2"}, {"value": "smirk without a colon"}]
    settings = {"osc_port": ports["osc"], "panel_port": ports["panel"], "looks": looks}
    stage.obs.add("face", "omote_face", settings)
    with live_runtime(
        tmp_path_factory.mktemp("live"),
        ports=ports,
        publish=("shm", "browser"),
        fps=30.0,
        idle={"amount": 0.0},
    ) as live:
        assert until(lambda: "omote.avatar.noh" in hotkeys(stage))
        yield live
    for name in ("face", "back"):
        stage.obs.ask("RemoveInput", inputName=name)
    assert until(lambda: not any(name.startswith("omote.") for name in hotkeys(stage)))
    assert stage.process.poll() is None


def hotkeys(stage: Stage) -> list[str]:
    return list(stage.obs.ask("GetHotkeyList")["hotkeys"])


def press(stage: Stage, name: str) -> None:
    stage.obs.ask("TriggerHotkeyByName", hotkeyName=name)


def owned(live: LiveRuntime) -> set[str]:
    """The channels that OBS drives, as LAYER/CHANNEL."""
    drivers = live.status().drivers
    return {f"{d.layer}/{channel}" for d in drivers if d.source == "OBS face" for channel in d.owned}


def value(live: LiveRuntime, layer: str, channel: str) -> float:
    return live.status().values[CHANNEL_INDEX[layer][channel]]


def placard_over(back: tuple[int, int, int], picture: Path = PLACARD) -> NDArray[np.float64]:
    with Image.open(picture) as opened:
        pixels = np.asarray(opened.convert("RGBA"))[:HEIGHT, :WIDTH]
    return over(pixels, np.array(back, float))


def test_a_hotkey_for_every_emotion_avatar_and_look(stage: Stage, live: LiveRuntime) -> None:
    emotions = list(CHANNEL_INDEX["emotion"])[:8]
    wanted = {f"omote.emotion.{name}" for name in emotions} | {
        f"omote.avatar.{key}" for key in Shelf().avatars()
    }
    wanted |= {"omote.recenter", "omote.let_go", "omote.look.smirk"}
    assert {name for name in hotkeys(stage) if name.startswith("omote.")} == wanted
    assert "look 'smirk without a colon' has no name" in stage.log


def test_an_emotion_s_key_holds_it_for_longer_than_a_message_lives_until_the_next_press(
    stage: Stage, live: LiveRuntime
) -> None:
    press(stage, "omote.emotion.surprised")
    assert until(lambda: value(live, "emotion", "surprised") > 0.99)
    began = live.status().uptime_s
    until(lambda: live.status().uptime_s > began + 1.5)  # a message lives for 0.6 s
    assert owned(live) == {"emotion/surprised"}
    press(stage, "omote.emotion.surprised")
    assert until(lambda: not owned(live))


def test_a_look_s_key_and_the_key_that_ends_everything(stage: Stage, live: LiveRuntime) -> None:
    press(stage, "omote.look.smirk")
    press(stage, "omote.emotion.happy")
    assert until(
        lambda: (
            owned(live) == {"expression/mouthSmileLeft", "pose/roll", "emotion/happy"}
            and value(live, "pose", "roll") == pytest.approx(0.2, abs=0.01)
        )
    )
    press(stage, "omote.let_go")
    assert until(lambda: not owned(live))


def test_the_recentre_key_takes_the_tracker_s_pose_as_straight(stage: Stage, live: LiveRuntime) -> None:
    turned = ControlMessage(layer="pose", source="tracker", values={"yaw": 0.4}, ttl_s=60.0)
    live.runtime.inbox.offer(turned, 0, "test", "test")
    assert until(lambda: abs(value(live, "pose", "yaw") - 0.4) < 0.01)
    press(stage, "omote.recenter")
    live.runtime.inbox.offer(turned, 0, "test", "test")
    assert until(lambda: abs(value(live, "pose", "yaw")) < 0.01)


def test_an_avatar_is_chosen_of_the_runtime_s_list_or_by_its_key(stage: Stage, live: LiveRuntime) -> None:
    offered = stage.obs.ask("GetInputPropertiesListPropertyItems", inputName="face", propertyName="avatar")
    assert {one["itemValue"] for one in offered["propertyItems"]} == {"", *Shelf().avatars()}
    stage.obs.ask("SetInputSettings", inputName="face", inputSettings={"avatar": "noh"})
    assert until(lambda: live.status().worn == "noh")
    press(stage, "omote.avatar.teo")
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
        assert "omote.avatar.mine" in hotkeys(stage)
        scenes = stage.home / ".config/obs-studio/basic/scenes"

        def saved() -> list[object]:
            return [
                source["settings"].get("known_avatars")
                for file in scenes.glob("*.json")
                for source in json.loads(file.read_text("utf-8"))["sources"]
                if source["name"] == "early"
            ]

        assert until(saved) == [known]
    finally:
        stage.obs.ask("RemoveInput", inputName="early")
