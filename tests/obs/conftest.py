from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live_runtime import private_rings
from tests.obs.obs_process import Obs, running_obs

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

    @property
    def log(self) -> str:
        return (self.home / "obs.log").read_text("utf-8", errors="replace")


def build(folder: Path, home: Path) -> None:
    """Build and install the plugin as its CMakeLists.txt says."""
    options = [
        f"-DOMOTE_OBS_PLUGINS={home / PLUGINS}",
        "-DCMAKE_BUILD_TYPE=Release",
        "-DCMAKE_UNITY_BUILD=ON",
    ]
    options += ["-DOMOTE_SANITIZE=ON"] if SANITIZE else []
    for command in (
        ["cmake", "-S", str(ROOT / "obs_sample"), "-B", str(folder), *options],
        ["cmake", "--build", str(folder), "--parallel", "2"],
        ["cmake", "--install", str(folder)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    missing = [name for name in ("obs", "Xvfb", "cmake", "g++") if shutil.which(name) is None]
    if missing or not Path("/usr/include/obs/obs-module.h").is_file():
        pytest.skip(
            f"{', '.join(missing) or 'libobs-dev'} is missing; install OBS and what builds its plugins: "
            "apt-get install obs-studio libobs-dev xvfb cmake g++"
        )
    home = tmp_path_factory.mktemp("obs")
    build(tmp_path_factory.mktemp("build"), home)
    with pytest.MonkeyPatch.context() as patch:
        rings = private_rings(home, patch)
        with running_obs(home, variables=sanitizers() if SANITIZE else {}) as (obs, process):
            yield Stage(obs, process, rings, home)
    found = (home / "obs.log").read_text("utf-8", errors="replace")
    for report in ("AddressSanitizer", "runtime error:"):
        assert report not in found, found[found.index(report) - 200 :][:4000]


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
