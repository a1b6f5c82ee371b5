"""What a source of OBS does to a live runtime: read and changed as other programs do."""

from __future__ import annotations

import json
from typing import Any, Final

from websockets.sync.client import connect

from protocol.channels import CHANNEL_INDEX
from tests.live_runtime import LiveRuntime
from tests.obs.obs_process import Obs

#: The colour behind the face.
BACK: Final = (32, 160, 64)


def hotkeys(obs: Obs) -> list[str]:
    """The names of all hotkeys of OBS; as keys.cpp reads them, whatever is added and removed meanwhile."""
    return [one["name"] for one in _keys(obs, "list")["hotkeys"]]


def press(obs: Obs, name: str) -> None:
    """Press a hotkey, which has no end of the press."""
    assert _keys(obs, "press", name)["found"], f"there is no hotkey {name}"


def _keys(obs: Obs, request: str, name: str = "") -> dict[str, Any]:
    asked = {"name": name}  # the websocket refuses an empty one
    answer = obs.ask("CallVendorRequest", vendorName="omote-keys", requestType=request, requestData=asked)
    return dict(answer["responseData"])


def owned(live: LiveRuntime, source: str = "OBS face") -> set[str]:
    """The channels that a driver drives, as LAYER/CHANNEL."""
    drivers = live.status().drivers
    return {f"{d.layer}/{channel}" for d in drivers if d.source == source for channel in d.owned}


def value(live: LiveRuntime, layer: str, channel: str) -> float:
    """What a channel shows now."""
    return live.status().values[CHANNEL_INDEX[layer][channel]]


def change_look(panel_port: int, action: str, name: str, **values: dict[str, float]) -> None:
    """Save or delete a look, as the panel does."""
    wish = {"type": "look", "action": action, "name": name, "values": values, "request_id": "1"}
    with connect(f"ws://127.0.0.1:{panel_port}/socket", max_size=2**24) as page:
        page.send(json.dumps(wish))
        while True:
            answer = page.recv(60)
            if isinstance(answer, str) and json.loads(answer).get("request_id") == "1":
                assert json.loads(answer)["ok"], answer
                return
