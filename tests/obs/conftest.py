from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live_runtime import LiveRuntime, chosen_ports, live_runtime, private_rings
from tests.obs.live_source import BACK, hotkeys
from tests.obs.obs_process import HEIGHT, WIDTH, Obs, running_obs
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ".config/obs-studio/plugins"
#: OMOTE_SANITIZE=1 pytest tests/obs: the plugin with the address and undefined behaviour sanitizers.
SANITIZE = os.environ.get("OMOTE_SANITIZE") == "1"


@dataclass(frozen=True)
class Stage:
    """A running OBS with the plugin, and the folder in which it looks for rings."""

    obs: Obs
    process: subprocess.Popen[bytes]
    rings: Path
    home: Path
    has_dock: bool

    @property
    def log(self) -> str:
        return (self.home / "obs.log").read_text("utf-8", errors="replace")


def build(folder: Path, home: Path) -> str:
    """Build and install the plugin as its CMakeLists.txt says; returns the Qt of its dock, "" without one."""
    options = ["-DCMAKE_UNITY_BUILD=ON", *(["-DOMOTE_SANITIZE=ON"] if SANITIZE else [])]
    qt = re.search(r"With the dock, by Qt (\d)", _cmake(ROOT / "obs_sample", folder, home, *options))
    return "" if qt is None else qt[1]


def build_hands(folder: Path, home: Path, qt: str) -> None:
    """Build and install keys.cpp, and with a Qt hand.cpp: the tests' hands on OBS's hotkeys and window."""
    _cmake(Path(__file__).parent, folder, home, f"-DOMOTE_QT={qt}")


def _cmake(source: Path, folder: Path, home: Path, *options: str) -> str:
    """Configure, build and install; returns what was said."""
    said = ""
    install = f"-DOMOTE_OBS_PLUGINS={home / PLUGINS}"
    for command in (
        ["cmake", "-S", str(source), "-B", str(folder), install, "-DCMAKE_BUILD_TYPE=Release", *options],
        ["cmake", "--build", str(folder), "--parallel", "2"],
        ["cmake", "--install", str(folder)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        said += done.stdout + done.stderr
        assert done.returncode == 0, said
    return said


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    missing = [name for name in ("obs", "Xvfb", "cmake", "g++") if shutil.which(name) is None]
    if missing or not Path("/usr/include/obs/obs-module.h").is_file():
        pytest.skip(
            f"{', '.join(missing) or 'libobs-dev'} is missing; install OBS and what builds its plugins: "
            "apt-get install obs-studio libobs-dev qtbase5-dev xvfb cmake g++"
        )
    home = tmp_path_factory.mktemp("obs")
    qt = build(tmp_path_factory.mktemp("build"), home)
    build_hands(tmp_path_factory.mktemp("hands"), home, qt)
    with pytest.MonkeyPatch.context() as patch:
        rings = private_rings(home, patch)
        with running_obs(home, variables=sanitizers() if SANITIZE else {}) as (obs, process):
            yield Stage(obs, process, rings, home, bool(qt))
    found = (home / "obs.log").read_text("utf-8", errors="replace")
    for report in ("AddressSanitizer", "runtime error:"):
        assert report not in found, found[found.index(report) - 200 :][:4000]


@pytest.fixture(scope="module")
def live(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveRuntime]:
    """A runtime that the source "face" of a scene shows, in front of a plain colour."""
    ports = chosen_ports()
    colour = 0xFF000000 | BACK[2] << 16 | BACK[1] << 8 | BACK[0]
    stage.obs.add("back", "color_source_v3", {"color": colour, "width": WIDTH, "height": HEIGHT})
    kept_keys = {"omote.look.Bound": [{"key": "OBS_KEY_F7", "shift": True}]}
    settings = {"osc_port": ports["osc"], "panel_port": ports["panel"], "kept_keys": kept_keys}
    stage.obs.add("face", "omote_face", settings)
    with live_runtime(
        tmp_path_factory.mktemp("live"),
        ports=ports,
        publish=("shm", "browser"),
        fps=30.0,
        idle={"amount": 0.0},
    ) as live:
        assert until(lambda: "omote.avatar.noh" in hotkeys(stage.obs))
        yield live
    for name in ("face", "back"):
        stage.obs.ask("RemoveInput", inputName=name)
    assert until(lambda: not any(name.startswith("omote.") for name in hotkeys(stage.obs)))
    assert stage.process.poll() is None


def sanitizers() -> dict[str, str]:
    """What lets a program without sanitizers load a library that has them."""
    names = ["libasan.so", "libubsan.so"]
    paths = [
        subprocess.check_output(["g++", f"-print-file-name={name}"], text=True).strip() for name in names
    ]
    # OBS and Qt end without freeing everything: leaks are looked for in the part that needs no OBS (test_driver.py)
    return {
        "LD_PRELOAD": ":".join(paths),
        "ASAN_OPTIONS": "detect_leaks=0",
        "UBSAN_OPTIONS": "print_stacktrace=1",
    }
