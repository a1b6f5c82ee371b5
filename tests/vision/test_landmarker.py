from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from protocol.blendshapes import INDEX
from vision import landmarker as module
from vision.errors import LandmarkerError
from vision.landmarker import ENVIRONMENT, MODEL_SHA256, FaceLandmarker, find_face_landmarker


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's cache, or asks the network."""
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setattr(module, "cache_path", lambda: tmp_path / "cache" / "face_landmarker.task")
    monkeypatch.setattr(module, "MODEL_URL", (tmp_path / "server.task").as_uri())


def test_the_given_file_comes_before_the_environments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("given", "named"):
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "named"))
    assert find_face_landmarker(tmp_path / "given") == tmp_path / "given"
    assert find_face_landmarker(None) == tmp_path / "named"


def test_a_missing_file_is_reported_with_the_option_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LandmarkerError, match=r"nothing \(--face-landmarker\): no such file"):
        find_face_landmarker(tmp_path / "nothing")
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "nothing"))
    with pytest.raises(LandmarkerError, match=ENVIRONMENT):
        find_face_landmarker(None)


def test_a_download_is_checked_and_kept_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "server.task").write_bytes(b"the model")
    monkeypatch.setattr(module, "MODEL_SHA256", hashlib.sha256(b"the model").hexdigest())
    found = find_face_landmarker(None)
    assert found.read_bytes() == b"the model"
    (tmp_path / "server.task").unlink()
    assert find_face_landmarker(None) == found
    assert [f.name for f in found.parent.iterdir()] == [found.name]


def test_a_download_with_another_checksum_is_discarded(tmp_path: Path) -> None:
    (tmp_path / "server.task").write_bytes(b"a login page")
    with pytest.raises(LandmarkerError, match="checksum"):
        find_face_landmarker(None)
    assert not (tmp_path / "cache").exists()


def test_without_a_network_three_remedies_are_named() -> None:
    with pytest.raises(
        LandmarkerError, match=rf"download failed.*--face-landmarker.*{ENVIRONMENT}.*put it at"
    ):
        find_face_landmarker(None)
    with pytest.raises(LandmarkerError, match="not downloaded yet"):
        find_face_landmarker(None, download=False)


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "server.task").write_bytes(b"the model")
    (tmp_path / "cache").write_bytes(b"a file where the folder should be")
    monkeypatch.setattr(module, "MODEL_SHA256", hashlib.sha256(b"the model").hexdigest())
    with pytest.raises(LandmarkerError, match="missing"):
        find_face_landmarker(None)


def test_the_shared_model_has_the_expected_checksum(shared: Path) -> None:
    content = (shared / "models" / "face_landmarker.task").read_bytes()
    assert hashlib.sha256(content).hexdigest() == MODEL_SHA256


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + b"\0" * 50])
def test_a_file_that_is_not_a_model_is_refused(tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("mediapipe")
    (tmp_path / "wrong.task").write_bytes(content)
    with pytest.raises(LandmarkerError, match="not a face landmarker model"):
        FaceLandmarker(tmp_path / "wrong.task", video=False, num_faces=1)


def test_a_face_is_described_in_pixels_and_its_own_left_and_right(shared: Path) -> None:
    pytest.importorskip("mediapipe")
    with Image.open(shared / "media" / "portraits" / "s5.jpg") as image:
        rgb = np.asarray(image.convert("RGB"))
    with FaceLandmarker(shared / "models" / "face_landmarker.task", video=False, num_faces=2) as landmarker:
        (face,) = landmarker.detect(rgb, None)
        assert landmarker.detect(np.zeros((50, 50, 3), np.uint8), None) == []
        landmarker.close()
    assert face.landmarks.shape == (478, 3)
    assert face.landmarks.dtype == face.blendshapes.dtype == face.transform.dtype == np.float32
    assert face.landmarks[263, 0] > face.landmarks[33, 0] + 20  # the subject's left is the picture's right
    assert face.landmarks[1, 2] < face.landmarks[234, 2]  # the nose is nearer than the ear
    assert face.blendshapes.shape == (52,)
    assert 0 <= face.blendshapes.min() <= face.blendshapes.max() <= 1
    assert face.blendshapes[INDEX["tongueOut"]] == 0
    assert face.transform[2, 3] < -10  # before the camera, which looks along -Z
