"""Faces of a real runtime that draws several, found by name and driven: each only by its own drivers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from omote.client import NoAnswerError, Omote, RuntimeAddress, find_face
from protocol.channels import CHANNEL_INDEX
from protocol.served_faces import FaceNameError
from tests.live_runtime import live_faces, private_rings
from tests.ports import free_ports
from tests.waiting import PATIENCE_S, until

JAW = CHANNEL_INDEX["expression"]["jawOpen"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RuntimeAddress]:
    """Of the first face."""
    folder = tmp_path_factory.mktemp("faces")
    with pytest.MonkeyPatch.context() as patch:
        private_rings(folder, patch)
        faces = ("left=kofi", "right=kofi", "lost=nobody")
        with live_faces(folder, *faces, publish=("shm", "zeromq")) as runtime:
            ports = runtime.ports
            assert ports.control is not None
            assert ports.request is not None
            yield RuntimeAddress(control_port=ports.control, request_port=ports.request)


def test_a_face_found_by_name_is_driven_read_and_asked_alone(address: RuntimeAddress) -> None:
    left, right = (
        find_face("left", address, timeout_s=PATIENCE_S),
        find_face("right", address, timeout_s=PATIENCE_S),
    )
    assert left.control_port == address.control_port
    with (
        Omote(address=left, source="a", timeout_s=PATIENCE_S) as first,
        Omote(address=right, source="b", timeout_s=PATIENCE_S) as second,
    ):
        second.expression(jawOpen=0.8, ttl_s=30.0)
        until(lambda: second.status().values[JAW] > 0.7)
        assert first.status().values[JAW] == 0.0
        assert [driver.source for driver in second.status().drivers] == ["b"]
        assert first.status().drivers == []
        frames = second.frames(transport="shm", timeout_s=60.0)
        assert next(frames).pixels.shape == (128, 128, 4)
        frames.close()  # type: ignore[attr-defined]


def test_every_face_lists_all_of_them_and_what_is_wrong_with_one(address: RuntimeAddress) -> None:
    with Omote(address=find_face("right", address, timeout_s=PATIENCE_S), timeout_s=PATIENCE_S) as right:
        faces = right.status().faces
    assert [(face.name, face.worn, face.stream) for face in faces] == [
        ("left", "kofi", "left"),
        ("right", "kofi", "right"),
        ("lost", "", "lost"),
    ]
    assert "'nobody' is not an avatar" in faces[2].failure
    with pytest.raises(FaceNameError, match="'nobody' is not an avatar"):
        find_face("lost", address, timeout_s=PATIENCE_S)
    with pytest.raises(FaceNameError, match="which draws left, right"):
        find_face("middle", address, timeout_s=PATIENCE_S)


def test_without_a_runtime_it_says_where_it_asked() -> None:
    (port,) = free_ports(1)
    with pytest.raises(NoAnswerError, match=str(port)):
        find_face("left", RuntimeAddress(request_port=port))
