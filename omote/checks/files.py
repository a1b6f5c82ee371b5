"""Checks for `omote doctor` whether the face landmarker's model and the built-in avatars are there."""

from __future__ import annotations

from collections.abc import Iterator

from omote.checks.finding import Finding


def check_landmarker() -> Iterator[Finding]:
    """Check that the face landmarker's model is there; webcam tracking and making avatars need it."""
    from vision.errors import LandmarkerError
    from vision.landmarker import find_face_landmarker

    try:
        yield Finding("Face landmarker", "ok", f"model: {find_face_landmarker(None, download=False)}")
    except LandmarkerError as error:
        text, _, advice = str(error).partition(". ")
        yield Finding("Face landmarker", "hint", text, advice)


def check_builtin_avatars() -> Iterator[Finding]:
    """Check that the avatars that come with Omote can be loaded."""
    from face.avatar import load_avatar
    from face.errors import AvatarError
    from runtime.avatars.builtin import DEFAULT, builtin_avatars

    topic = "Built-in avatars"
    avatars = builtin_avatars()
    if DEFAULT not in avatars:
        yield Finding(
            topic, "hint", "missing: omote run shows only numbers", "use your own: omote run --avatar FOLDER"
        )
    for name, folder in avatars.items():
        try:
            avatar = load_avatar(folder)
            suffix = ", the default" if name == DEFAULT else ""
            yield Finding(topic, "ok", f"{name}, {avatar.engine} engine{suffix}")
        except AvatarError as error:
            yield Finding(
                topic,
                "problem",
                str(error),
                "install Omote again, or use your own: omote run --avatar FOLDER",
            )
