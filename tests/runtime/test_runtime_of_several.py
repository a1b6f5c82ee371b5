"""A runtime of several faces with its ports and rings: what one that fails, or is stopped, leaves to the others."""

from __future__ import annotations

import socket
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from face.motion import Motion
from omote.client import ControlClient, Omote, RuntimeAddress, find_face
from protocol.messages import Command, FaceStatus
from runtime.config import load_config
from runtime.errors import RenderError
from runtime.face_configs import PORT_STEP, face_configs
from runtime.runtime import Runtime
from runtime.triggers.look_shelf import Look, LookShelf
from tests.live_runtime import live_faces, private_rings
from tests.ports import free_ports
from tests.waiting import PATIENCE_S, until


@pytest.fixture
def rings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return private_rings(tmp_path, monkeypatch)


def found(name: str, runtime: Runtime) -> RuntimeAddress:
    assert runtime.ports.request is not None
    address = RuntimeAddress(request_port=runtime.ports.request)
    return find_face(name, address, timeout_s=PATIENCE_S)


def listed(face: Omote) -> dict[str, FaceStatus]:
    return {one.name: one for one in face.status().faces}


def is_closed(port: int) -> bool:
    with socket.socket() as opened:
        return opened.connect_ex(("127.0.0.1", port)) != 0


def streams(rings: Path) -> set[str]:
    return {path.name.partition(".")[0] for path in rings.glob("*.ring")}


def test_a_face_whose_engine_throws_closes_its_ports_and_its_ring_and_the_others_go_on(
    tmp_path: Path, rings: Path
) -> None:
    def fail(motion: Motion, now_s: float) -> NDArray[np.uint8]:
        raise RenderError("the driver is gone")

    with live_faces(tmp_path, "left=kofi", "right=mio", publish=("shm", "zeromq")) as runtime:
        left, right = found("left", runtime), found("right", runtime)
        until(lambda: streams(rings) == {"left", "right"})
        runtime.hosted[1].slot.engine.render = fail  # type: ignore[method-assign]
        with Omote(address=left, timeout_s=PATIENCE_S) as face:
            until(lambda: listed(face)["right"].failure == "the driver is gone")
            until(lambda: all(map(is_closed, (right.control_port, right.request_port, right.publish_port))))
            until(lambda: streams(rings) == {"left"})
            frames = face.status().frames
            until(lambda: face.status().frames > frames + 20)


def test_stop_ends_the_face_that_is_asked_and_the_runtime_with_the_last(tmp_path: Path, rings: Path) -> None:
    with live_faces(tmp_path, "left=kofi", "right=mio") as runtime:
        left, right = found("left", runtime), found("right", runtime)
        with ControlClient(request_port=left.request_port, timeout_s=PATIENCE_S) as client:
            reply = client.request(Command(name="stop"))
        assert (reply.ok, reply.message) == (True, "the face left stops")
        with Omote(address=right, timeout_s=PATIENCE_S) as face:
            until(lambda: listed(face)["left"].failure == "it was stopped")
            assert not listed(face)["right"].failure
        until(lambda: is_closed(left.request_port))
        with ControlClient(request_port=right.request_port, timeout_s=PATIENCE_S) as client:
            assert client.request(Command(name="stop")).ok
        until(lambda: is_closed(right.request_port))


def taken_pair(other: socket.socket) -> int:
    """A free port; `other` listens on the one that is its second face's."""
    for port in free_ports(16):
        try:
            other.bind(("127.0.0.1", port + PORT_STEP))
        except OSError:
            continue
        other.listen()
        return port
    raise AssertionError("no two ports are free")


def test_a_face_whose_port_is_taken_is_left_out(tmp_path: Path, rings: Path) -> None:
    with socket.socket() as other:
        control = taken_pair(other)
        closed = dict.fromkeys(("request", "publish", "osc", "vmc", "panel"))
        ports = {"control": control, **closed}
        table = {"engine": "null", "size": 128, "publish": (), "performance": "none", "ports": ports}
        configs = face_configs(load_config(None, table), ["left=kofi", "right=mio"])
        with Runtime(configs) as runtime:
            left, right = runtime.faces()
    assert (left.name, left.failure) == ("left", "")
    assert f"port {control + PORT_STEP} (control) is held by another program" in right.failure


def test_a_look_that_one_face_keeps_can_be_worn_by_all_and_is_not_lost(
    tmp_path: Path, rings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMOTE_AVATARS", str(tmp_path / "own"))
    with live_faces(tmp_path, "left=kofi", "right=mio") as runtime:
        left, right = runtime.hosted
        left.looks.save(Look("Grim", {"emotion": {"angry": 1.0}}))
        with ControlClient(request_port=found("right", runtime).request_port, timeout_s=PATIENCE_S) as client:
            assert client.request(Command(name="look", argument="Grim")).ok
        right.looks.save(Look("Glad", {"emotion": {"happy": 1.0}}))
    assert LookShelf(tmp_path / "own").names() == ["Grim", "Glad"]


def test_a_face_that_cannot_be_closed_after_its_failure_takes_none_down(tmp_path: Path, rings: Path) -> None:
    def fail(*_: object) -> NDArray[np.uint8]:
        raise RenderError("the driver is gone")

    with live_faces(tmp_path, "left=kofi", "right=mio") as runtime:
        left, right = found("left", runtime), found("right", runtime)
        broken = runtime.hosted[1].slot.engine
        broken.close = fail  # type: ignore[assignment, method-assign]
        broken.render = fail  # type: ignore[method-assign]
        until(lambda: all(map(is_closed, (right.control_port, right.request_port))))
        with Omote(address=left, timeout_s=PATIENCE_S) as face:
            frames = face.status().frames
            until(lambda: face.status().frames > frames + 20)
