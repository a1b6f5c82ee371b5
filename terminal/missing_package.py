"""What to install when a command needs a package that the base installation does not bring."""

from __future__ import annotations

from typing import Final

#: module -> the extra of `omote` that brings it.
EXTRAS: Final = {
    "scipy": "studio",
    "mediapipe": "tracking",
    "cv2": "tracking",
    "av": "tracking",
    "torch": "torch",
    "onnx": "export",
}


def missing_package(error: ModuleNotFoundError) -> str:
    """One line for the user.

    Raises:
        ModuleNotFoundError: the same error, where no extra would help: a module of our own, say.
    """
    module = (error.name or "").partition(".")[0]
    if module not in EXTRAS:
        raise error
    return (
        f"this needs {module}, which is not installed; install it with: pip install 'omote[{EXTRAS[module]}]'"
    )
