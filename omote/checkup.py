"""What `omote doctor` looks at: each check gives Findings and never raises.

Nothing is installed, downloaded or changed. OpenGL is tried in a process of its own, because a broken driver
may take its process down.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple

from protocol.messages import CONTROL_PORT, OSC_PORT, PANEL_PORT, PUBLISH_PORT, REQUEST_PORT, VMC_PORT

OPENGL_S: Final = 30.0
COMMAND_S: Final = 5.0

#: distribution -> module, as in pyproject.toml
REQUIRED: Final = {
    "numpy": "numpy",
    "pyzmq": "zmq",
    "msgspec": "msgspec",
    "mcap": "mcap",
    "zstandard": "zstandard",
    "tqdm": "tqdm",
    "rich": "rich",
    "moderngl": "moderngl",
    "pillow": "PIL",
    "websockets": "websockets",
}


class Extra(NamedTuple):
    """An optional part: what it is for, its distributions -> modules, and where it can be had at all."""

    purpose: str
    modules: dict[str, str]
    system: str = ""  # as platform.system() says; "" = everywhere


EXTRAS: Final = {
    "tracking": Extra("webcams, videos and making avatars", {"mediapipe": "mediapipe", "scipy": "scipy"}),
    "codecs": Extra("frames as JPEG for other machines, twice as fast", {"simplejpeg": "simplejpeg"}),
    "torch": Extra("training and neural engines", {"torch": "torch"}),
    "vrcft": Extra("VRCFaceTracking in VRChat's place", {"zeroconf": "zeroconf"}),
    "midi": Extra("MIDI controllers", {"mido": "mido", "python-rtmidi": "rtmidi"}),
    "gamepad": Extra("game controllers", {"pysdl2": "sdl2", "pysdl2-dll": "sdl2dll"}),
    "microphone": Extra("a voice moves the mouth", {"sounddevice": "sounddevice"}),
    "ndi": Extra("frames over NDI", {"cyndilib": "cyndilib"}),
    "spout": Extra("frames over Spout", {"spoutgl": "SpoutGL"}, "Windows"),
    "syphon": Extra("frames over Syphon", {"syphon-python": "syphon"}, "Darwin"),
    "virtual-camera": Extra("the face as a webcam; GPL-2", {"pyvirtualcam": "pyvirtualcam"}),
}
#: port -> what uses it, as in the options of `omote run`, and whether it is UDP
PORTS: Final = {
    CONTROL_PORT: ("control", False),
    REQUEST_PORT: ("request", False),
    PUBLISH_PORT: ("publish", False),
    PANEL_PORT: ("panel", False),
    OSC_PORT: ("osc", True),
    VMC_PORT: ("vmc", True),
}

_TRY_OPENGL: Final = """
from runtime.engines.gl_context import create_context
context = create_context()
for name in ("GL_VENDOR", "GL_RENDERER", "GL_VERSION"):
    print(context.info[name])
"""
_SOFTWARE: Final = ("llvmpipe", "softpipe", "swrast", "SwiftShader", "GDI Generic")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        topic: under which it is shown.
        state: "ok"; "hint": something optional is missing; "problem": `omote run` could not work.
        text: what was found.
        advice: what to do, "" where there is nothing to do.
    """

    topic: str
    state: Literal["ok", "hint", "problem"]
    text: str
    advice: str = ""


def check_everything() -> list[Finding]:
    """Every check, in the order in which they are shown."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        check_python,
        check_packages,
        check_opengl,
        check_providers,
        check_ports,
        check_landmarker,
        check_builtin_avatars,
    )
    return [finding for check in checks for finding in check()]


def check_python() -> Iterator[Finding]:
    """Python and the machine."""
    machine = f"{platform.system()} {platform.release()}, {platform.machine()}"
    yield Finding("Python", "ok", f"{platform.python_version()} on {machine}")


def check_packages() -> Iterator[Finding]:
    """What must be importable, and what may be."""
    absent = [name for name, module in REQUIRED.items() if not _is_importable(module)]
    present = [_with_version(name) for name in REQUIRED if name not in absent]
    if present:
        yield Finding("Packages", "ok", ", ".join(present))
    if absent:
        yield Finding("Packages", "problem", f"missing: {', '.join(absent)}", "pip install omote")
    for extra, (purpose, distributions, system) in EXTRAS.items():
        if system not in ("", platform.system()):
            continue
        absent = [name for name, module in distributions.items() if not _is_importable(module)]
        if absent:
            text = f"extra {extra} ({purpose}): {', '.join(absent)} missing"
            yield Finding("Packages", "hint", text, f'pip install "omote[{extra}]"')
        else:
            found = ", ".join(_with_version(name) for name in distributions)
            yield Finding("Packages", "ok", f"extra {extra} ({purpose}): {found}")


def check_opengl() -> Iterator[Finding]:
    """Whether a context can be had, and whose."""
    if not _is_importable("runtime.engines.gl_context") or not _is_importable("moderngl"):
        yield Finding("OpenGL", "problem", "moderngl is missing", "pip install omote")
        return
    try:
        tried = subprocess.run(
            [sys.executable, "-c", _TRY_OPENGL],
            capture_output=True,
            text=True,
            timeout=OPENGL_S,
            check=False,
            cwd=Path(__file__).resolve().parent.parent,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        yield Finding("OpenGL", "problem", f"no answer from the driver: {error}", _opengl_advice())
        return
    if tried.returncode != 0:
        reason = (tried.stderr.strip().splitlines() or [f"ended with {tried.returncode}"])[-1]
        yield Finding("OpenGL", "problem", reason, _opengl_advice())
        return
    text = ", ".join(tried.stdout.strip().splitlines())
    yield Finding("OpenGL", "ok", text)
    if any(name in text for name in _SOFTWARE):
        yield Finding(
            "OpenGL", "hint", "the CPU draws, not a GPU", "a graphics driver gives higher frame rates"
        )


def _opengl_advice() -> str:
    if sys.platform.startswith("linux"):
        return "sudo apt-get install -y libegl1 libgl1 libgl1-mesa-dri"
    return "install or update the graphics driver; OpenGL 3.3 or newer is needed"


def check_providers() -> Iterator[Finding]:
    """What could compute neural engines; none of it is needed yet."""
    smi = shutil.which("nvidia-smi")
    if smi is not None:
        try:
            command = [smi, "--query-gpu=name,driver_version", "--format=csv,noheader"]
            answer = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_S, check=False)
            cards = "; ".join(answer.stdout.strip().splitlines()) or "found, but no card answers"
            yield Finding("Providers", "ok", f"NVIDIA: {cards}")
        except (OSError, subprocess.TimeoutExpired) as error:
            yield Finding("Providers", "hint", f"NVIDIA: nvidia-smi does not answer: {error}")
    if _is_importable("onnxruntime"):
        try:
            import onnxruntime  # type: ignore[import-not-found,unused-ignore]

            names = ", ".join(onnxruntime.get_available_providers())
            yield Finding("Providers", "ok", f"ONNX Runtime {_version('onnxruntime')}: {names}")
        except Exception as error:  # a half-installed package fails in any way it likes
            yield Finding(
                "Providers", "hint", f"ONNX Runtime is installed but broken: {error}", "reinstall it"
            )
    else:
        yield Finding("Providers", "ok", "ONNX Runtime is not installed; nothing needs it yet")
    if _is_importable("tensorrt"):
        yield Finding("Providers", "ok", f"TensorRT {_version('tensorrt')}")


def check_ports() -> Iterator[Finding]:
    """Whether the default ports are free, and whether it is Omote that holds them."""
    taken = {port: use for port, use in PORTS.items() if not _is_free(port, is_udp=use[1])}
    free = ", ".join(f"{port} {name}" for port, (name, _) in PORTS.items() if port not in taken)
    if free:
        yield Finding("Ports", "ok", f"free on 127.0.0.1: {free}")
    if not taken:
        return
    if REQUEST_PORT in taken and _omote_answers():
        held = ", ".join(f"{port} {name}" for port, (name, _) in taken.items())
        yield Finding(
            "Ports",
            "ok",
            f"held by a running Omote: {held}",
            "ask it with: omote status; it is running already",
        )
        return
    for port, (name, is_udp) in taken.items():
        kind = "UDP" if is_udp else "TCP"
        yield Finding(
            "Ports",
            "problem",
            f"{kind} port {port} ({name}) is held by another program",
            f"close that program, or choose another port: omote run --{name}-port PORT",
        )


def _is_free(port: int, *, is_udp: bool) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if is_udp else socket.SOCK_STREAM) as tried:
        if sys.platform == "win32":
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        elif not is_udp:  # as the runtime does: a connection that is still closing is not in its way
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _omote_answers() -> bool:
    if not (_is_importable("zmq") and _is_importable("msgspec")):
        return False
    from omote.client import ControlClient, NoAnswerError
    from protocol.messages import Command

    try:
        with ControlClient(timeout_s=1.0) as client:
            return client.request(Command(name="ping")).ok
    except NoAnswerError:
        return False


def check_landmarker() -> Iterator[Finding]:
    """Whether the face landmarker's model is there; without it, no tracking and no new avatars."""
    from vision.errors import LandmarkerError
    from vision.landmarker import find_face_landmarker

    try:
        yield Finding("Face landmarker", "ok", f"model: {find_face_landmarker(None, download=False)}")
    except LandmarkerError as error:
        text, _, advice = str(error).partition(". ")
        yield Finding("Face landmarker", "hint", text, advice)


def check_builtin_avatars() -> Iterator[Finding]:
    """Whether the avatars that come with Omote are complete, the default one above all."""
    from face.avatar import load_avatar
    from face.errors import AvatarError
    from runtime.avatars.builtin import DEFAULT, builtin_avatars

    topic = "Built-in avatars"
    avatars = builtin_avatars()
    if DEFAULT not in avatars:
        yield Finding(
            topic, "hint", "missing: omote run shows bare numbers", "wear your own: omote run --avatar"
        )
    for name, folder in avatars.items():
        try:
            avatar = load_avatar(folder)
            worn = ", worn by default" if name == DEFAULT else ""
            yield Finding(topic, "ok", f"{name}, {avatar.engine} engine{worn}")
        except AvatarError as error:
            yield Finding(
                topic, "problem", str(error), "install Omote again, or wear your own: omote run --avatar"
            )


def _is_importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:  # a parent package that is missing
        return False


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "of unknown version"


def _with_version(distribution: str) -> str:
    return f"{distribution} {_version(distribution)}"
