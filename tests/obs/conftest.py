from __future__ import annotations

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
    options = [f"-DOMOTE_OBS_PLUGINS={home / PLUGINS}", "-DCMAKE_BUILD_TYPE=Release"]
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
        with running_obs(home) as (obs, process):
            yield Stage(obs, process, rings, home)
