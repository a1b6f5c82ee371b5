from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("cv2", reason="pip install 'omote[tracking]'")

from bridge.trackers.face_finder import (
    FINDER_FILE,
    LandmarkerFinder,
    installed_finder,
    load_finder_model,
    open_finder,
)
from inference.errors import ModelError
from inference.model_folder import is_model_folder
from vision.face_crops import frame_of
from vision.landmarker import FaceLandmarker
from vision.video_file import VideoFile

ships = pytest.mark.skipif(not is_model_folder(installed_finder()), reason="no finder ships")


def pictures_of(path: Path, every: int, count: int) -> list[np.ndarray]:
    found = []
    with VideoFile(path) as video:
        for number in range(every * count):
            picture = video.read()
            if picture is None:
                break
            if number % every == 0:
                found.append(picture)
    return found


@ships
@pytest.mark.parametrize("clip", ["d0", "d3", "d9", "d10", "d13", "d19"])
def test_real_faces_are_found_where_mediapipe_finds_them(shared: Path, clip: str) -> None:
    """As near as the tracker's network needs: its crops were misplaced by as much in training, and it looks three times."""
    pytest.importorskip("mediapipe")
    pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
    finder = open_finder(load_finder_model(installed_finder()), ("cpu",))
    landmarker = FaceLandmarker(shared / "models" / "face_landmarker.task", video=False, num_faces=1)
    with landmarker:
        for picture in pictures_of(shared / "media" / "driving" / f"{clip}.mp4", 25, 3):
            frame = finder.find(picture, 0.0)
            wanted = frame_of(landmarker.detect(picture, None)[0].landmarks)
            assert frame is not None
            assert wanted is not None
            assert np.hypot(frame.x - wanted.x, frame.y - wanted.y) < 1.5 * wanted.unit
            assert abs(np.log(frame.unit / wanted.unit)) < 0.35
            assert abs(frame.tilt - wanted.tilt) < 0.35


@ships
def test_where_nobody_is_nothing_is_found() -> None:
    pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
    finder = open_finder(load_finder_model(installed_finder()), ("cpu",))
    random = np.random.default_rng(0)
    ramp = np.broadcast_to(np.linspace(0, 255, 640)[None, :, None], (480, 640, 3)).astype(np.uint8)
    for picture in (
        np.zeros((480, 640, 3), np.uint8),
        ramp,
        random.integers(0, 256, (480, 640, 3)).astype(np.uint8),
        np.kron(random.integers(0, 256, (12, 16, 3)), np.ones((40, 40, 1))).astype(np.uint8),
    ):
        assert finder.find(picture, 0.0) is None


@ships
def test_a_street_with_a_cat_is_no_face_at_any_place_and_size(shared: Path) -> None:
    """Through finder and tracker together: what the finder doubts, the tracker's landmarks settle."""
    pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
    from bridge.trackers.open_observer import open_network_observer

    street = np.asarray(Image.open(shared / "media" / "portraits" / "s40.jpg").convert("RGB"))
    observer = open_network_observer("webcam")
    views = [street, street[:675], street[200:875], street[:, :900], street[600:, 300:], street[::2, ::2]]
    for number, view in enumerate(views):
        seen = observer.measure(np.ascontiguousarray(view), time_s=10.0 * number, capture_time_ns=0)
        assert not seen.is_face, number


@ships
@pytest.mark.parametrize("size", [(1, 1), (0, 0), (0, 10), (2, 5000), (5000, 2), (15, 15), (16, 4000)])
def test_pictures_that_are_none_show_no_face(size: tuple[int, int]) -> None:
    pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
    finder = open_finder(load_finder_model(installed_finder()), ("cpu",))
    assert finder.find(np.full((*size, 3), 99, np.uint8), 0.0) is None


def test_the_landmarker_as_a_finder_gives_the_frame_of_its_landmarks() -> None:
    class Face:
        landmarks = np.random.default_rng(1).uniform(0, 200, (478, 3)).astype(np.float32)

    class Landmarker:
        faces: tuple[Any, ...] = (Face(),)
        asked: ClassVar[list[int]] = []
        closed = 0

        def detect(self, picture: np.ndarray, timestamp_ms: int) -> tuple[Any, ...]:
            self.asked.append(timestamp_ms)
            return self.faces

        def close(self) -> None:
            self.closed += 1

    landmarker: Any = Landmarker()
    finder = LandmarkerFinder(landmarker)
    frame, wanted = finder.find(np.zeros((4, 4, 3), np.uint8), 1.5), frame_of(Face.landmarks)
    assert frame is not None
    assert wanted is not None
    assert (frame.x, frame.y, frame.unit) == (wanted.x, wanted.y, wanted.unit)
    assert landmarker.asked == [1500]
    landmarker.faces = ()
    assert finder.find(np.zeros((4, 4, 3), np.uint8), 1.6) is None
    finder.close()
    assert landmarker.closed == 1


def test_a_folder_without_a_finder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="choose --finder mediapipe"):
        load_finder_model(tmp_path)


@ships
def test_a_damaged_graph_is_refused(tmp_path: Path) -> None:
    for file in installed_finder().iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / FINDER_FILE).write_bytes((tmp_path / FINDER_FILE).read_bytes()[:-100])
    with pytest.raises(ModelError, match="damaged"):
        load_finder_model(tmp_path)
