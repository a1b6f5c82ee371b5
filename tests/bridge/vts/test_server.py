"""The server as its user starts it; plugins of other people's libraries on one side, the runtime's socket on
the other."""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zmq
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from bridge.sending.publisher import HIGH_WATER
from protocol.codec import check_control, decode_control
from protocol.messages import ControlMessage
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).resolve().parents[3]
SENDERS = ROOT / "tests" / "senders"


@dataclass
class Running:
    """A server in its own process, and everything that the runtime got from it so far."""

    port: int
    socket: zmq.Socket[bytes]
    beacon: socket.socket
    tokens: Path

    def heard(
        self, is_all: Callable[[list[ControlMessage]], bool], wait_ms: int = 200
    ) -> list[ControlMessage]:
        """What comes until that is all, and after it until nothing more comes for `wait_ms`, at most some hundreds."""
        found: list[ControlMessage] = []
        ends_s = time.monotonic() + PATIENCE_S
        while (self.socket.poll(wait_ms) or not is_all(found)) and len(found) < 400:
            assert time.monotonic() < ends_s, found
            if not self.socket.poll(0):
                continue
            message = decode_control(self.socket.recv())
            assert check_control(message) == (message, ())
            found.append(message)
        return found


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    return tmp_path / "config" / "tokens.json"


@pytest.fixture
def server(tokens: Path) -> Iterator[Running]:
    with (
        zmq.Context() as context,
        context.socket(zmq.PULL) as pull,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as beacon,
    ):
        beacon.bind(("127.0.0.1", 0))
        beacon.settimeout(60)
        to = f"tcp://127.0.0.1:{pull.bind_to_random_port('tcp://127.0.0.1')}"
        arguments = ["--port", "0", "--to", to, "--approve", "auto", "--tokens", str(tokens)]
        arguments += ["--beacon-port", str(beacon.getsockname()[1])]
        process = subprocess.Popen(
            [sys.executable, "-m", "bridge", "vts-server", *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        assert process.stderr is not None
        first = process.stderr.readline()
        port = int(first.partition("ws://127.0.0.1:")[2].split(";")[0])
        # Read its output all the time: a full pipe would block it.
        said: list[str] = [first]
        reader = threading.Thread(target=said.extend, args=(process.stderr,), daemon=True)
        reader.start()
        yield Running(port, pull, beacon, tokens)
        process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
        process.wait(timeout=60)
        reader.join(timeout=60)
        process.stderr.close()
        assert "Traceback" not in "".join(said)


def run_plugin(command: list[str], **environment: str) -> Any:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, env={**os.environ, **environment}, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_pyvts_moves_the_face(server: Running, sender_python: Path, tmp_path: Path) -> None:
    command = [
        str(sender_python),
        str(SENDERS / "pyvts_plugin.py"),
        str(server.port),
        str(tmp_path / "token"),
    ]
    said = run_plugin(command)
    assert said["early"]["data"]["errorID"] == 8
    assert said["authenticated"] is True
    assert [key["name"] for key in said["hotkeys"]["data"]["availableHotkeys"]][:2] == ["Happy", "Sad"]
    assert said["created"]["data"] == {"parameterName": "MyWaving"}
    assert said["parameters"]["data"]["customParameters"] == [
        {
            "name": "MyWaving",
            "addedBy": "pyvts plugin",
            "value": 0.25,
            "min": -1.0,
            "max": 1.0,
            "defaultValue": 0.25,
        }
    ]
    # Some plugins pick inputs out of the list by number.
    names = [each["name"] for each in said["parameters"]["data"]["defaultParameters"]]
    assert [names[place] for place in (3, 8, 14, 18)] == ["FaceAngleX", "Brows", "EyeOpenLeft", "EyeRightX"]
    assert said["unknown"]["data"]["errorID"] == 453
    assert said["subscribed"]["data"]["subscribedEvents"] == ["TrackingStatusChangedEvent"]

    def of_plugin(heard: list[ControlMessage]) -> list[ControlMessage]:
        return [message for message in heard if message.source == "vts:pyvts plugin"]

    # Eleven times a pose, an expression and a gaze. On a busy machine newer ones overtake those beyond a full queue.
    heard = of_plugin(server.heard(lambda found: len(of_plugin(found)) >= HIGH_WATER))
    newest = {message.layer: message for message in heard if message.mode == "set"}
    # Live2D's signs: X + turns to the screen's right, which is the subject's left; Z + tilts there too.
    expected = {"yaw": math.radians(20), "pitch": math.radians(-10), "roll": math.radians(-15)}
    assert newest["pose"].values == pytest.approx(expected)
    assert newest["expression"].values == pytest.approx({"jawOpen": 0.6})
    assert newest["gaze"].values == pytest.approx({"yaw": 0.6})
    assert said["event"]["messageType"] == "TrackingStatusChangedEvent"
    assert said["value"]["data"]["value"] == 20
    assert said["triggered again"]["data"] == said["triggered"]["data"]
    # In the next session the stored token is valid, and the user is not asked again.
    assert run_plugin(command)["authenticated"] is True
    stored = json.loads(server.tokens.read_text())["plugins"]
    assert [entry["name"] for entry in stored] == ["pyvts plugin"]
    assert (tmp_path / "token").read_text() not in server.tokens.read_text()


def test_npm_plugin_moves_the_face_and_receives_events(server: Running, sender_modules: Path) -> None:
    said = run_plugin(
        ["node", str(SENDERS / "vtubestudio_plugin.js"), str(server.port)], NODE_PATH=str(sender_modules)
    )
    assert said["state"]["currentSessionAuthenticated"] is True
    assert len(said["token"]) == 64
    assert said["statistics"]["connectedPlugins"] == 1
    assert said["model"]["modelLoaded"] is True
    assert said["models"]["availableModels"][0]["modelID"] == said["model"]["modelID"]
    assert said["tracking"][0] == {"faceFound": True, "leftHandFound": False, "rightHandFound": False}
    assert said["tracking"][-1]["faceFound"] is False
    assert said["found"] == {"found": True}
    assert said["value"]["value"] == -30
    assert said["live2d"]["parameters"][0]["value"] == -30
    assert [each["name"] for each in said["inputs"]["customParameters"]] == ["JawOpen"]
    assert len(said["hotkeys"]["availableHotkeys"]) == 8
    (event,) = said["hotkeyEvents"]
    assert (event["hotkeyName"], event["hotkeyID"]) == ("Angry", said["triggered"]["hotkeyID"])
    assert said["tests"][0]["yourTestMessage"] == "hello"
    assert [each["name"] for each in said["expressions"]["expressions"] if each["active"]] == ["angry"]
    assert said["after"]["expressions"][0]["active"] is False
    assert said["errors"] == {
        "mode": 455,
        "value": 451,
        "weight": 452,
        "nothing": 450,
        "name": 350,
        "own": 354,
        "hotkey": 202,
        "unanswered": 7,
    }

    heard = server.heard(lambda found: {one.layer for one in found} >= {"pose", "expression", "emotion"})
    poses = [message for message in heard if message.layer == "pose"]
    assert poses[0].values == pytest.approx({"yaw": -math.radians(30)})
    jaws = [message for message in heard if message.layer == "expression"]
    assert (jaws[0].values, jaws[0].weight) == ({"jawOpen": 0.4}, 0.5)
    emotions = [message for message in heard if message.layer == "emotion"]
    assert {(message.source, *message.values) for message in emotions} == {("vts:hotkeys", "angry")}
    # The plugin sent nothing for a second: its values have expired.
    until(lambda: server.heard(lambda _: True, wait_ms=400) == [])


# -- a plugin by hand ----------------------------------------------------------------------------------


def ask(plugin: ClientConnection, kind: str, data: object = None, **envelope: object) -> dict[str, Any]:
    request = {"apiName": "VTubeStudioPublicAPI", "apiVersion": "1.0", "requestID": "1", "data": data}
    plugin.send(json.dumps(request | {"messageType": kind + "Request"} | envelope))
    answer: dict[str, Any] = json.loads(plugin.recv(timeout=PATIENCE_S))
    return answer


def authenticate(plugin: ClientConnection, name: str) -> None:
    who = {"pluginName": name, "pluginDeveloper": "Tester"}
    token = ask(plugin, "AuthenticationToken", who)["data"]
    assert ask(plugin, "Authentication", who | token)["data"]["authenticated"] is True


def test_hostile_messages_are_answered_and_the_next_plugin_is_served(server: Running) -> None:
    with connect(f"ws://127.0.0.1:{server.port}") as plugin:
        who = {"pluginName": "Wrong", "pluginDeveloper": "Tester"}
        wrong = ask(plugin, "Authentication", who | {"authenticationToken": "0" * 64})
        assert (wrong["messageType"], wrong["data"]["authenticated"]) == ("AuthenticationResponse", False)
        for text, error_id in (("", 2), ("[1]", 2), ('{"a":' * 5000, 2), ("{}", 3), (b"\xff\xfe{}", 2)):
            plugin.send(text)
            assert json.loads(plugin.recv(timeout=PATIENCE_S))["data"]["errorID"] == error_id
        assert ask(plugin, "APIState", apiVersion="9.0")["data"]["errorID"] == 4
        assert ask(plugin, "APIState", requestID="x" * 65)["data"]["errorID"] == 5
        assert ask(plugin, "", messageType="")["data"]["errorID"] == 6
        assert ask(plugin, "Teapot")["data"]["errorID"] == 7
        assert ask(plugin, "Statistics")["data"]["errorID"] == 8
        who["pluginName"] = "\x1b[2J"
        assert ask(plugin, "AuthenticationToken", who)["data"]["errorID"] == 52
        plugin.send("x" * 300_000)
        with pytest.raises(ConnectionClosed):
            plugin.recv(timeout=PATIENCE_S)
    with connect(f"ws://127.0.0.1:{server.port}") as plugin:
        assert ask(plugin, "APIState")["data"]["active"] is True


def test_two_plugins_share_a_face(server: Running) -> None:
    address = f"ws://127.0.0.1:{server.port}"
    with connect(address) as first, connect(address) as second:
        authenticate(first, "First")
        authenticate(second, "Second")
        turn = {"parameterValues": [{"id": "FaceAngleX", "value": 10}]}
        said: list[object] = []

        def is_shared() -> bool:
            """What is injected lives for a second, in which a busy machine may not get through all of this."""
            said[:] = (
                ask(first, "InjectParameterData", turn)["data"],
                ask(second, "InjectParameterData", turn)["data"].get("errorID"),
                ask(second, "InjectParameterData", turn | {"mode": "add"})["data"],
                ask(first, "ParameterValue", {"name": "FaceAngleX"})["data"]["value"],
            )
            return said == [{}, 454, {}, 20]

        assert until(is_shared), said
        own = {"parameterName": "Mine", "explanation": "", "min": 0, "max": 1, "defaultValue": 0}
        assert ask(first, "ParameterCreation", own)["data"] == {"parameterName": "Mine"}
        assert ask(second, "ParameterCreation", own)["data"]["errorID"] == 352
        assert ask(second, "ParameterDeletion", own)["data"]["errorID"] == 402
        assert ask(first, "ParameterDeletion", own)["data"] == {"parameterName": "Mine"}
    heard = server.heard(lambda found: {one.source for one in found} == {"vts:First", "vts:Second"})
    modes = {message.source: (message.mode, message.values["yaw"]) for message in heard}
    assert modes == {
        "vts:First": ("set", pytest.approx(math.radians(10))),
        "vts:Second": ("add", pytest.approx(math.radians(10))),
    }


def test_beacon_names_the_port(server: Running) -> None:
    state = json.loads(server.beacon.recv(4096))
    assert state["messageType"] == "VTubeStudioAPIStateBroadcast"
    assert (state["data"]["active"], state["data"]["port"]) == (True, server.port)


def test_a_port_in_use_is_an_error_with_advice() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "-m", "bridge", "vts-server", "--port", str(taken.getsockname()[1])]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert "is VTube Studio running?" in done.stderr
    assert "Traceback" not in done.stderr
