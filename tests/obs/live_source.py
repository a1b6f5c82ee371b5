"""What a source of OBS does to a live runtime: read and changed as other programs do."""

from __future__ import annotations

import json
from typing import Final

from websockets.sync.client import connect

from protocol.channels import CHANNEL_INDEX
from tests.live_runtime import LiveRuntime
from tests.obs.obs_process import Obs

#: The colour behind the face.
BACK: Final = (32, 160, 64)


def hotkeys(obs: Obs) -> list[str]:
    """The names of all hotkeys of OBS."""
    return list(obs.ask("GetHotkeyList")["hotkeys"])


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
