"""Checks Python and the installed packages for `omote doctor`."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from omote.checks.finding import Finding

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
    """An optional extra of the package.

    Attributes:
        purpose: what it is for.
        modules: distribution -> module.
        system: the only system it exists for, as platform.system() names it; "" = all systems.
        without_wheels: the first Python for which it has no wheels, as in pyproject.toml; None = all have them.
        only_on: distribution -> the only systems that need it; others are needed on all.
    """

    purpose: str
    modules: dict[str, str]
    system: str = ""
    without_wheels: tuple[int, int] | None = None
    only_on: Mapping[str, tuple[str, ...]] = MappingProxyType({})


EXTRAS: Final = {
    "tracking": Extra(
        "webcams, videos and making avatars", {"mediapipe": "mediapipe", "scipy": "scipy", "av": "av"}
    ),
    "codecs": Extra("frames as JPEG for other machines, twice as fast", {"simplejpeg": "simplejpeg"}),
    "studio": Extra("drawing labelled faces", {"scipy": "scipy"}),
    "torch": Extra("training networks, and measuring with probes", {"torch": "torch"}),
    "neural": Extra(
        "the engines retouch, tha, liveportrait and diffusion, cutting portraits out, the learned emotion filter, lips by "
        "voice",
        {"onnxruntime": "onnxruntime"},
    ),
    "export": Extra("exporting trained networks", {"torch": "torch", "onnx": "onnx"}),
    "vrcft": Extra("VRCFaceTracking, as if Omote were VRChat", {"zeroconf": "zeroconf"}),
    "browser": Extra("a phone's camera in its browser", {"cryptography": "cryptography", "segno": "segno"}),
    "midi": Extra("MIDI controllers", {"mido": "mido", "python-rtmidi": "rtmidi"}, without_wheels=(3, 13)),
    "gamepad": Extra("game controllers", {"pysdl2": "sdl2", "pysdl2-dll": "sdl2dll"}),
    "microphone": Extra("moving the mouth by voice", {"sounddevice": "sounddevice", "av": "av"}),
    "ndi": Extra("frames over NDI", {"cyndilib": "cyndilib"}),
    "spout": Extra("frames over Spout", {"spoutgl": "SpoutGL"}, "Windows", (3, 14)),
    "syphon": Extra("frames over Syphon", {"syphon-python": "syphon"}, "Darwin"),
    "hotkeys": Extra(
        "keys while other programs have the focus; LGPL",
        {"python-xlib": "Xlib", "pynput": "pynput"},
        only_on={"python-xlib": ("Linux",), "pynput": ("Windows", "Darwin")},
    ),
    "fleet": Extra("many faces on many machines", {"ray": "ray"}),
    "app": Extra(
        "the window and the tray's icon of omote app", {"pywebview": "webview", "pystray": "pystray"}
    ),
    "virtual-camera": Extra("the face as a webcam; GPL-2", {"pyvirtualcam": "pyvirtualcam"}),
}


def check_python() -> Iterator[Finding]:
    """Report Python's version and the machine."""
    machine = f"{platform.system()} {platform.release()}, {platform.machine()}"
    yield Finding("Python", "ok", f"{platform.python_version()} on {machine}")


def check_packages() -> Iterator[Finding]:
    """Check the required packages and the optional extras."""
    absent = [name for name, module in REQUIRED.items() if not is_importable(module)]
    present = [with_version(name) for name in REQUIRED if name not in absent]
    if present:
        yield Finding("Packages", "ok", ", ".join(present))
    if absent:
        yield Finding("Packages", "problem", f"missing: {', '.join(absent)}", "pip install omote")
    here = platform.system()
    for extra, (purpose, modules, system, without_wheels, only_on) in EXTRAS.items():
        if system not in ("", here):
            continue
        distributions = {name: one for name, one in modules.items() if here in only_on.get(name, (here,))}
        absent = [name for name, module in distributions.items() if not is_importable(module)]
        if absent:
            text = f"extra {extra} ({purpose}): {', '.join(absent)} missing"
            advice = f'pip install "omote[{extra}]"'
            if without_wheels is not None and sys.version_info >= without_wheels:
                text += f"; no wheels for Python {platform.python_version()}"
                advice = f"run Omote with Python 3.{without_wheels[1] - 1} or older, then: {advice}"
            yield Finding("Packages", "hint", text, advice)
        else:
            found = ", ".join(with_version(name) for name in distributions)
            yield Finding("Packages", "ok", f"extra {extra} ({purpose}) is installed: {found}")


def is_importable(module: str) -> bool:
    """Whether a module can be found, without importing it."""
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:  # its parent package is missing
        return False


def version_of(distribution: str) -> str:
    """An installed distribution's version."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "of unknown version"


def with_version(distribution: str) -> str:
    """A distribution's name and version."""
    return f"{distribution} {version_of(distribution)}"
