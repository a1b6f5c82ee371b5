"""Install missing system packages as root; otherwise print the command that installs them.

    python3 scripts/system_packages.py run      # packages for `make run`
    python3 scripts/system_packages.py test     # and those for `make test`

Needs only the standard library, in the Python version that the virtual environment is made from. On systems without apt
(macOS, Windows, other Linuxes) it prints the names of the missing packages and succeeds.
"""

from __future__ import annotations

import ctypes.util
import glob
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable

INSTALL_S = 900


def has_library(name: str) -> Callable[[], bool]:
    """Whether the dynamic loader finds a library."""
    return lambda: ctypes.util.find_library(name) is not None


def has_program(*names: str) -> Callable[[], bool]:
    """Whether one of these programs is on the path."""
    return lambda: any(shutil.which(name) for name in names)


def has_graphics_driver() -> bool:
    """Whether Mesa's or NVIDIA's OpenGL drivers are installed."""
    places = ("/usr/lib/*/dri/*_dri.so", "/usr/lib64/dri/*_dri.so", "/usr/share/glvnd/egl_vendor.d/*nvidia*")
    return any(glob.glob(place) for place in places)


def has_venv() -> bool:
    """Whether Python can make virtual environments; Debian ships that in a separate package."""
    return importlib.util.find_spec("ensurepip") is not None


VENV = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
RUN = {
    VENV: has_venv,
    "libegl1": has_library("EGL"),
    "libgl1": has_library("GL"),
    "libgl1-mesa-dri": has_graphics_driver,
}
TRACKING = {"libgles2": has_library("GLESv2"), "libglib2.0-0": has_library("glib-2.0")}
#: Tests that need a missing one are skipped; Ubuntu's Chromium package is only a snap.
TESTING = {
    "chromium": has_program("chromium", "chromium-browser", "google-chrome"),
    "chromium-driver": has_program("chromedriver"),
    "liblo-tools": has_program("oscsend"),
    "g++": has_program("g++"),
    "libzmq3-dev": lambda: os.path.exists("/usr/include/zmq.h"),
    "obs-studio": has_program("obs"),
    "libobs-dev": lambda: os.path.exists("/usr/include/obs/obs-module.h"),
    # the Qt of Debian 12's OBS; without it the plugin is built without its dock
    "qtbase5-dev": lambda: bool(glob.glob("/usr/include/*/qt5/QtWidgets")),
    "cmake": has_program("cmake"),
    "xvfb": has_program("Xvfb"),
    "blender": has_program("blender"),
    # Debian's Blender runs the system's Python, and only recommends them
    "python3-numpy": lambda: os.path.isdir("/usr/lib/python3/dist-packages/numpy"),
    "python3-zstandard": lambda: os.path.isdir("/usr/lib/python3/dist-packages/zstandard"),
    "godot3-server": has_program("godot3-server"),
    "puredata-core": has_program("pd"),
    # they speak, and say when each sound begins; 25 MB, ten seconds of a core to install
    "espeak-ng": has_program("espeak-ng"),
    "flite": has_program("flite"),
    "festival": has_program("festival"),
    "festvox-kdlpc16k": lambda: os.path.isdir("/usr/share/festival/voices/english/ked_diphone"),
    "nodejs": has_program("node"),
    "npm": has_program("npm"),
    "mono-mcs": has_program("mcs"),
    "mono-runtime": has_program("mono"),
    "libmono-system-core4.0-cil": lambda: os.path.isdir("/usr/lib/mono/gac/System.Core"),
}


def missing(packages: dict[str, Callable[[], bool]]) -> list[str]:
    """The packages whose content was not found."""
    return [name for name, is_there in packages.items() if not is_there()]


def install(names: list[str]) -> bool:
    """Run apt-get install; if it fails, update the package lists and try again. Returns whether it succeeded."""
    print("installing", *names, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names]
    for refresh in (False, True):
        if refresh:
            update = ["apt-get", "update", "-qq"]
            subprocess.run(update, env=environment, timeout=INSTALL_S, check=False)
        done = subprocess.run(
            command, env=environment, timeout=INSTALL_S, check=False, capture_output=not refresh
        )
        if done.returncode == 0:
            return True
    return False


def main(arguments: list[str]) -> int:
    """Check, then install or print the command; returns 1 if a required package is still missing."""
    if arguments not in (["run"], ["test"]):
        print(__doc__)
        return 2
    needed = missing(RUN if arguments == ["run"] else RUN | TRACKING)
    wanted = missing(TESTING) if arguments == ["test"] else []
    if not sys.platform.startswith("linux") or not needed + wanted:
        return 0
    if shutil.which("apt-get") is None:
        print("missing, under the names that Debian gives them:", *needed, *wanted)
        return 0
    line = "apt-get install -y " + " ".join(needed + wanted)
    if os.geteuid() != 0:
        print(f"system packages are missing; install them with:\n\n    sudo {line}\n")
        return 1 if VENV in needed else 0
    if needed and not install(needed):
        print(f"could not install what is missing; try:\n\n    apt-get update && {line}\n")
        return 1
    # one unavailable package must not prevent the others
    if wanted and not install(wanted):
        lost = [name for name in wanted if not install([name])]
        print(f"without {' and '.join(lost)}: tests that need them are skipped")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
