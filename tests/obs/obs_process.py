"""A real OBS Studio on a virtual screen, with settings of its own, asked through its WebSocket (obs-websocket 5)."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.ports import free_ports
from tests.waiting import until
from tests.x_server import virtual_screen

WIDTH, HEIGHT = 320, 240
SCENE = "Scene"
NOT_FOUND = 600  # RequestStatus::ResourceNotFound
BASIC = f"""[General]
Name=test
[Video]
BaseCX={WIDTH}
BaseCY={HEIGHT}
OutputCX={WIDTH}
OutputCY={HEIGHT}
FPSCommon={{fps}}
[Audio]
SampleRate=48000
"""


def write_settings(home: Path, port: int, *, previews: bool, fps: int) -> None:
    """Settings without which OBS would ask questions, and the WebSocket without a password."""
    settings = home / ".config/obs-studio"
    profile = settings / "basic/profiles/test"
    profile.mkdir(parents=True)
    (settings / "basic/scenes").mkdir()
    (profile / "basic.ini").write_text(BASIC.format(fps=fps))
    (settings / "global.ini").write_text(
        "[General]\nFirstRun=true\nLastVersion=503316482\nEnableAutoUpdates=false\n"
        "[Basic]\nProfile=test\nProfileDir=test\nSceneCollection=test\nSceneCollectionFile=test\n"
        f"[OBSWebSocket]\nFirstLoad=false\nServerEnabled=true\nServerPort={port}\nAuthRequired=false\nAlertsEnabled=false\n"
        f"[BasicWindow]\nPreviewEnabled={str(previews).lower()}\n"
    )


class Obs:
    """What the tests ask of it. Belongs to one thread.

    Attributes:
        display: the X server that it is on.
    """

    def __init__(self, socket: ClientConnection, display: str) -> None:
        self.display = display
        self._socket = socket
        self._number = 0
        assert json.loads(socket.recv(60))["op"] == 0  # hello
        socket.send(json.dumps({"op": 1, "d": {"rpcVersion": 1, "eventSubscriptions": 0}}))
        assert json.loads(socket.recv(60))["op"] == 2  # identified

    def ask(self, request: str, **data: object) -> dict[str, Any]:
        """The answer to a request of the protocol."""
        answer = self._ask(request, data)
        assert answer["requestStatus"]["result"], (request, answer["requestStatus"])
        return dict(answer.get("responseData") or {})

    def is_ready(self) -> bool:
        """Whether it has a scene; right after its start it refuses."""
        return bool(self._ask("GetSceneList", {})["requestStatus"]["result"])

    def _ask(self, request: str, data: Mapping[str, object]) -> dict[str, Any]:
        self._number += 1
        body = {"requestType": request, "requestId": str(self._number), "requestData": data}
        self._socket.send(json.dumps({"op": 6, "d": body}))
        return dict(json.loads(self._socket.recv(60))["d"])

    def add(self, name: str, kind: str, settings: Mapping[str, object], *, scene: str = SCENE) -> int:
        """Add a source on top of a scene; returns the number of its scene item."""
        made = self.ask(
            "CreateInput",
            sceneName=scene,
            inputName=name,
            inputKind=kind,
            inputSettings=settings,
            sceneItemEnabled=True,
        )
        return int(made["sceneItemId"])

    def remove(self, name: str) -> None:
        """Remove a source; one that is listed while it is being removed is no fault."""
        status = self._ask("RemoveInput", {"inputName": name})["requestStatus"]
        assert status["result"] or status["code"] == NOT_FOUND, (name, status)

    def place(self, item: int, *, scene: str = SCENE, **transform: float) -> None:
        """Move, scale or turn an item."""
        self.ask("SetSceneItemTransform", sceneName=scene, sceneItemId=item, sceneItemTransform=transform)

    def picture(self, source: str = SCENE) -> NDArray[np.int16]:
        """(H, W, 4) RGBA of a scene or source, as OBS draws it now."""
        found = self.ask("GetSourceScreenshot", sourceName=source, imageFormat="png")
        data = base64.b64decode(found["imageData"].partition(",")[2])
        return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"), np.int16)


@contextmanager
def running_obs(
    home: Path,
    *,
    screen: tuple[int, int] = (800, 600),
    is_shown: bool = False,
    fps: int = 30,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[tuple[Obs, subprocess.Popen[bytes]]]:
    """OBS with its home in a folder; its log is home/obs.log.

    Args:
        home: gets OBS's settings.
        screen: width and height of the virtual screen.
        is_shown: whether its window is on the screen; else it is an icon.
        fps: 30 or 60 frames a second.
        variables: further environment variables.
    """
    [port] = free_ports(1)
    write_settings(home, port, previews=is_shown, fps=fps)
    with virtual_screen(*screen) as display, (home / "obs.log").open("wb") as log:
        # the proxy leads nowhere: OBS's list of streaming services is not loaded from the network
        own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "DISPLAY": display,
               "QT_QPA_PLATFORM": "xcb", "LIBGL_ALWAYS_SOFTWARE": "1",
               "https_proxy": "http://127.0.0.1:9"}  # fmt: skip
        # OpenCV, which other tests import, names plugins of its own Qt, with which OBS's does not start
        others = {name: value for name, value in os.environ.items() if not name.startswith("QT_")}
        process = subprocess.Popen(
            ["obs", "--multi", "--verbose", *([] if is_shown else ["--minimize-to-tray"])],
            env=others | own | dict(variables),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            assert until(lambda: listens(port, process))
            with connect(
                f"ws://127.0.0.1:{port}", subprotocols=[Subprotocol("obswebsocket.json")], max_size=2**26
            ) as opened:
                obs = Obs(opened, display)
                assert until(obs.is_ready)
                yield obs, process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Whether OBS takes connections yet."""
    assert process.poll() is None, "OBS has ended"
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
