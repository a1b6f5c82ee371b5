from __future__ import annotations

import pytest

from protocol.messages import FaceStatus, Status
from protocol.served_faces import FaceNameError, face_named

KOFI = FaceStatus(name="kofi", worn="kofi", control_port=5570)
LEFT = FaceStatus(name="left", worn="mio", control_port=5580)
LOST = FaceStatus(name="lost", failure="the driver is gone")


def status(*faces: FaceStatus) -> Status:
    return Status(
        avatar="Kofi", engine="head", provider="llvmpipe", fps=30.0, target_fps=30.0, size=256, uptime_s=1.0, frames=30,
        stages=[], drivers=[], dropped={}, values=[], publishers=[], notes=[], worn="kofi", faces=list(faces),
    )  # fmt: skip


def test_a_face_is_found_by_its_own_name_and_not_by_that_of_its_avatar() -> None:
    assert face_named("left", status(KOFI, LEFT)) is LEFT
    with pytest.raises(FaceNameError, match="'mio' is no face of this runtime, which draws kofi, left"):
        face_named("mio", status(KOFI, LEFT, LOST))


def test_a_runtime_with_one_face_is_known_by_its_avatar() -> None:
    assert face_named("kofi", status()) is None
    with pytest.raises(FaceNameError, match="which draws kofi"):
        face_named("left", status())


def test_a_face_that_has_ended_says_why() -> None:
    with pytest.raises(FaceNameError, match="lost is not drawn: the driver is gone"):
        face_named("lost", status(KOFI, LOST))
