"""Checks OpenGL and the providers of neural engines for `omote doctor`.

OpenGL is tried in a separate process, because a broken driver can crash the process that uses it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from omote.checks.finding import Finding
from omote.checks.packages import is_importable, version_of

OPENGL_S: Final = 30.0
COMMAND_S: Final = 5.0
_ROOT: Final = Path(__file__).resolve().parents[2]

_TRY_OPENGL: Final = """
from runtime.engines.gl_context import create_context
context = create_context()
for name in ("GL_VENDOR", "GL_RENDERER", "GL_VERSION"):
    print(context.info[name])
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
    """List what could run neural engines; nothing requires it yet."""
    smi = shutil.which("nvidia-smi")
    if smi is not None:
        try:
            command = [smi, "--query-gpu=name,driver_version", "--format=csv,noheader"]
            answer = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_S, check=False)
            cards = "; ".join(answer.stdout.strip().splitlines()) or "found, but no card answers"
            yield Finding("Providers", "ok", f"NVIDIA: {cards}")
        except (OSError, subprocess.TimeoutExpired) as error:
            yield Finding("Providers", "hint", f"NVIDIA: nvidia-smi does not answer: {error}")
    if is_importable("onnxruntime"):
        try:
            import onnxruntime

            names = ", ".join(onnxruntime.get_available_providers())
            yield Finding("Providers", "ok", f"ONNX Runtime {version_of('onnxruntime')}: {names}")
        except Exception as error:  # a half-installed package can raise anything
            yield Finding(
                "Providers", "hint", f"ONNX Runtime is installed but broken: {error}", "reinstall it"
            )
    else:
        yield Finding("Providers", "ok", "ONNX Runtime is not installed; nothing needs it yet")
    if is_importable("tensorrt"):
        yield Finding("Providers", "ok", f"TensorRT {version_of('tensorrt')}")
