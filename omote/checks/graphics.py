"""Checks OpenGL and the providers of neural engines for `omote doctor`.

OpenGL and networks are tried in separate processes, because a broken driver can crash the process that uses it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from inference.model_folder import is_model_folder
from inference.providers import PROVIDERS, why_not
from omote.checks.finding import Finding
from omote.checks.packages import is_importable
from runtime.inference.retouch_model import installed_model

OPENGL_S: Final = 30.0
COMMAND_S: Final = 5.0
NETWORK_S: Final = 60.0
_ROOT: Final = Path(__file__).resolve().parents[2]

_TRY_OPENGL: Final = """
from runtime.engines.gl_context import create_context
context = create_context()
for name in ("GL_VENDOR", "GL_RENDERER", "GL_VERSION"):
    print(context.info[name])
"""
_TRY_NETWORK: Final = """
import sys
import time
from functools import partial
from pathlib import Path
from runtime.inference.network_loader import NetworkLoader
from runtime.inference.retouch_model import load_retouch_model
from runtime.inference.retouch_network import RetouchNetwork
loader = NetworkLoader(partial(RetouchNetwork, load_retouch_model(Path(sys.argv[1]))), ("auto",), time.perf_counter)
loader.start()
network = loader.wait()
print(f"{network.provider}: {sum(network.measured_ms):.1f} ms a frame")
for note in loader.notes():
    print(note)
"""
_SOFTWARE: Final = ("llvmpipe", "softpipe", "swrast", "SwiftShader", "GDI Generic")


def check_opengl() -> Iterator[Finding]:
    """Check that an OpenGL context can be made, and name its driver."""
    if not is_importable("runtime.engines.gl_context") or not is_importable("moderngl"):
        yield Finding("OpenGL", "problem", "moderngl is missing", "pip install omote")
        return
    try:
        tried = subprocess.run(
            [sys.executable, "-c", _TRY_OPENGL],
            capture_output=True,
            text=True,
            timeout=OPENGL_S,
            check=False,
            cwd=_ROOT,
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
    """What can run the retouch engine's network, why the rest cannot, and what \"auto\" takes."""
    smi = shutil.which("nvidia-smi")
    if smi is not None:
        try:
            command = [smi, "--query-gpu=name,driver_version", "--format=csv,noheader"]
            answer = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_S, check=False)
            cards = "; ".join(answer.stdout.strip().splitlines()) or "found, but no card answers"
            yield Finding("Providers", "ok", f"NVIDIA: {cards}")
        except (OSError, subprocess.TimeoutExpired) as error:
            yield Finding("Providers", "hint", f"NVIDIA: nvidia-smi does not answer: {error}")
    reasons = {name: why_not(name) for name in PROVIDERS}
    can = [PROVIDERS[name].shown for name, reason in reasons.items() if not reason]
    if can:
        yield Finding("Providers", "ok", f"can be tried: {', '.join(can)}")
    else:
        yield Finding(
            "Providers",
            "hint",
            "nothing can run the network of the retouch engine",
            "pip install 'omote[neural]'",
        )
    for name, reason in reasons.items():
        on_cpu = PROVIDERS[name].computes_on_cpu
        if reason and ("broken" in reason or (smi is not None and name in ("cuda", "tensorrt"))):
            yield Finding("Providers", "hint", f"{PROVIDERS[name].shown}: {reason}")
        elif reason:
            state = "slower without it" if on_cpu and can else "not here"
            yield Finding("Providers", "ok", f"{PROVIDERS[name].shown}, {state}: {reason}")
    if can:
        yield from _try_network(installed_model("retouch"))


def _try_network(folder: Path) -> Iterator[Finding]:
    """Run the network that comes with Omote on what "auto" picks."""
    if not is_model_folder(folder):
        yield Finding("Providers", "ok", "this Omote comes without the network of the retouch engine")
        return
    try:
        tried = subprocess.run(
            [sys.executable, "-c", _TRY_NETWORK, str(folder)],
            capture_output=True,
            text=True,
            timeout=NETWORK_S,
            check=False,
            cwd=_ROOT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        yield Finding("Providers", "hint", f"the retouch network gives no answer: {error}", "--engine head")
        return
    lines = tried.stdout.strip().splitlines()
    if tried.returncode != 0 or not lines:
        reason = (tried.stderr.strip().splitlines() or [f"ended with {tried.returncode}"])[-1]
        yield Finding("Providers", "hint", f"the retouch network cannot run: {reason}", "--engine head")
        return
    yield Finding("Providers", "ok", f"auto runs the retouch network on {lines[0]}")
    for line in lines[1:]:
        yield Finding("Providers", "hint", f"tried, and cannot run it: {line}")
