"""The MonoBehaviours, against stubs of UnityEngine: their types are checked and their logic runs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from omote.client import ControlClient
from protocol.channels import CHANNEL_INDEX
from protocol.messages import Command, Status
from tests.ports import free_ports
from tests.unity.conftest import HERE, PACKAGE, ROOT, Compile, RunningOmote, patiently
from tests.waiting import PATIENCE_S, until

STUBS = HERE / "stubs"

Play = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def engine(compile_cs: Compile, core: Path) -> Path:
    """The stubs of UnityEngine as an assembly."""
    return compile_cs(core.parent / "UnityEngine.dll", STUBS / "UnityEngine.cs")


@pytest.fixture(scope="session")
def runtime_dll(compile_cs: Compile, core: Path, engine: Path) -> Path:
    """Runtime/Unity as an assembly."""
    sources = (PACKAGE / "Runtime/Unity").glob("*.cs")
    return compile_cs(core.parent / "Omote.dll", *sources, references=(core, engine))


@pytest.fixture(scope="session")
def play(compile_cs: Compile, core: Path, engine: Path, runtime_dll: Path) -> Play:
    """Run components frame by frame; returns the lines they printed."""
    references = (core, engine, runtime_dll)
    program = compile_cs(
        core.parent / "components.exe", *(HERE / "components").glob("*.cs"), references=references
    )

    def played(*words: object, code: int = 0) -> list[dict[str, Any]]:
        line = ["mono", str(program), *map(str, words)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=300)
        assert done.returncode == code, done.stdout + done.stderr
        return [json.loads(said) for said in done.stdout.splitlines()]

    return played


def test_editor_samples_and_demo_compile(
    compile_cs: Compile, core: Path, engine: Path, runtime_dll: Path, tmp_path: Path
) -> None:
    references = (core, engine, runtime_dll)
    editor = compile_cs(tmp_path / "UnityEditor.dll", STUBS / "UnityEditor.cs", references=(engine,))
    compile_cs(tmp_path / "E.dll", *(PACKAGE / "Editor").glob("*.cs"), references=(*references, editor))
    samples = [*PACKAGE.glob("Samples~/*/*.cs"), *(ROOT / "unity_sample/Assets").rglob("*.cs")]
    assert len(samples) >= 4
    compile_cs(tmp_path / "S.dll", *samples, references=references)


def test_the_package_s_own_tests_pass_under_mono(
    compile_cs: Compile, core: Path, engine: Path, runtime_dll: Path
) -> None:
    sources = [*(PACKAGE / "Tests").rglob("*.cs"), STUBS / "NUnit.cs"]
    program = compile_cs(core.parent / "nunit.exe", *sources, references=(core, engine, runtime_dll))
    done = subprocess.run(["mono", str(program)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("passed") > 30


@pytest.mark.parametrize("road", ["SharedMemory", "ZeroMq"])
def test_the_receiver_shows_each_frame_once_and_releases_everything(
    play: Play, omote: RunningOmote, road: str
) -> None:
    *frames, last = play("receive", road, omote.stream if road == "SharedMemory" else omote.publish, 20, 60)
    assert len(frames) == 20
    assert [(one["width"], one["shown"], one["linear"]) for one in frames] == [(96, True, False)] * 20
    assert frames[0]["tiling"] == [
        1,
        -1,
        0,
        1,
    ]  # the top row comes first, Unity's textures begin at the bottom
    assert [one["blits"] for one in frames] == list(range(1, 21))
    assert last == {"problem": "", "gone": True}


def test_a_receiver_without_a_runtime_reports_what_to_do(play: Play) -> None:
    assert "omote run" in play("receive", "SharedMemory", "no-such-stream", 1, 0.2, code=1)[-1]["problem"]
    (port,) = free_ports(1)
    address = f"tcp://127.0.0.1:{port}"
    patiently(
        lambda seconds: play("receive", "ZeroMq", address, 1, seconds, code=1)[-1]["problem"],
        f"no runtime at {address}",
    )


def test_a_malformed_address_is_reported_once_and_is_not_fatal(play: Play) -> None:
    warning, last = play("receive", "ZeroMq", "http://nowhere", 1, 0.2, code=1)
    assert "tcp://127.0.0.1" in str(warning)
    assert last["gone"]


@pytest.mark.parametrize("road", ["ZeroMq", "Osc"])
def test_the_controller_drives_every_layer(play: Play, omote: RunningOmote, road: str) -> None:
    name = f"controller {road}"
    expected = {
        ("pose", "yaw"): 0.4,  # the head is turned to its left
        ("pose", "x"): 0.25,
        ("gaze", "pitch"): 0.125,
        ("view", "azimuth"): 0.785398,  # the camera is at the face's left: at -X of it
        ("view", "distance"): 0.707107,
    }
    # asked while it drives: its values live for a second, and a busy machine may be late
    with (
        ThreadPoolExecutor(1) as beside,
        ControlClient(request_port=omote.ports[1], timeout_s=PATIENCE_S) as client,
    ):
        driving = beside.submit(
            play, "drive", road, omote.control if road == "ZeroMq" else omote.osc, name, 3
        )
        seen: list[Status] = []

        def is_driven() -> bool:
            status = client.request(Command(name="status")).status
            assert status is not None
            seen.append(status)
            shown = [status.values[CHANNEL_INDEX[layer][channel]] for layer, channel in expected]
            is_mine = sum(one.source == name for one in status.drivers) == 5  # not what another test left
            return is_mine and shown == pytest.approx(list(expected.values()), abs=1e-3)

        assert until(is_driven)
        (said,) = driving.result()
    assert said == {"problem": "", "gone": True}
    mine = {one.layer: one for one in seen[-1].drivers if one.source == name}
    assert {layer: (one.weight, one.priority) for layer, one in mine.items()} == {
        "pose": (1, 7), "expression": (1, 7), "gaze": (1, 7), "emotion": (0.5, 7), "view": (1, 7),
    }  # fmt: skip
    assert len(mine["expression"].owned) == 52
    assert seen[-1].dropped == {}
