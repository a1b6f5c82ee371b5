from __future__ import annotations

import os
import signal

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # The tests run in a shell's background: the processes that they start would ignore Ctrl-C as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)

if "PYTEST_XDIST_WORKER" in os.environ:
    # A process of pytest-xdist has one core, and so have those that it starts: further threads of OpenMP, OpenBLAS and Mesa
    # only spin beside the other process's tests. Read when the libraries are loaded, and so before any of them.
    for _name, _threads in (("OMP_NUM_THREADS", "1"), ("OPENBLAS_NUM_THREADS", "1"), ("LP_NUM_THREADS", "0")):
        os.environ.setdefault(_name, _threads)

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from tests.browser import chromium, one_chromium  # noqa: F401 - fixtures for every folder
from tests.heads import (  # noqa: F401 - fixtures for every folder
    head,
    ict_head,
    ict_mesh,
    ict_source,
    ict_space,
    ict_studio,
    small_head,
    small_studio,
)

ROOT = Path(__file__).resolve().parent.parent
SENDERS = ROOT / ".venv" / "senders"

# Times are measured in benchmarks/, where a busy machine does not fail a test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def _own_avatars(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The avatars and networks of the person who runs the tests are not found, in this process and those it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMOTE_AVATARS", str(tmp_path_factory.mktemp("own") / "avatars"))
        patch.setenv("OMOTE_WEIGHTS", str(tmp_path_factory.mktemp("own") / "weights"))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared test data beside the checkout; tests that need it skip where it is missing."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip(f"{path} is missing: portraits, driving clips and models for tests lie there")
    return path


@pytest.fixture(scope="session")
def sender_python() -> Path:
    """The Python of an environment with other people's senders: pyvts and PyLiveLinkFace."""
    path = SENDERS / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not path.exists():
        pytest.skip(f"{path} is missing; install it with: python scripts/test_senders.py")
    return path


@pytest.fixture(scope="session")
def sender_modules() -> Path:
    """The node_modules folder with other people's senders: osc, vtubestudio and ws."""
    path = SENDERS / "node_modules"
    if not path.is_dir() or shutil.which("node") is None:
        pytest.skip(f"node or {path} is missing; install Node.js, then: python scripts/test_senders.py")
    return path


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPortrait:
    """A portrait of which everything is known, because the head model itself was drawn.

    Attributes:
        canvas: for `authoring.make`. landmarks: (478, 2) picture heights from the centre, exact.
        vertices: (V, 3) the head that was drawn, head space; identity: its weights.
        rotation: (3, 3), translation: (3,): how it was held before the camera.
    """

    canvas: Any
    landmarks: NDArray[np.float32]
    vertices: NDArray[np.float32]
    identity: NDArray[np.float32]
    rotation: NDArray[np.float32]
    translation: NDArray[np.float32]


@pytest.fixture(scope="session")
def drawn_portrait() -> DrawnPortrait:
    """The head model with random features, drawn over a soft gradient."""
    pytest.importorskip("cv2")
    from authoring.fit.head_fit import FOCAL
    from authoring.paint.drawing import draw_head, paint_features
    from authoring.paint.raster import Raster
    from authoring.portrait.canvas import EXTENDED_PX, Canvas
    from face.camera import rotation
    from face.head_model import load_head_model
    from face.landmarks import load_landmarks

    model = load_head_model()
    identity = np.zeros(60, np.float32)
    identity[:20] = np.random.default_rng(5).normal(size=20) * 0.7
    vertices = model.shape(identity)
    turn = rotation(0.12, -0.06, 0.04)
    translation = np.array([1.0, 1.5, -105.0], np.float32)
    with Raster() as raster:
        camera = (turn, translation, FOCAL / 1.25)  # the canvas with its margin is 1.25 canvases high
        head = draw_head(raster, model, vertices, camera, EXTENDED_PX, paint=paint_features(model))
    ramp = np.linspace(0.2, 0.45, EXTENDED_PX, dtype=np.float32)
    behind = np.stack(np.broadcast_arrays(ramp[:, None] + 0.2, ramp[None, :], np.float32(0.3)), -1)
    rgb = np.where((head == np.float32(0.55)).all(2, keepdims=True), behind, head).astype(np.float32)
    rest = load_landmarks().of(vertices) @ turn.T + translation
    landmarks = np.stack([rest[:, 0], -rest[:, 1]], 1) * (FOCAL / -rest[:, 2:])
    canvas = Canvas(rgb, np.ones(rgb.shape[:2], np.float32), None)
    return DrawnPortrait(canvas, landmarks.astype(np.float32), vertices, identity, turn, translation)


@pytest.fixture(scope="session")
def drawn_avatar(drawn_portrait: DrawnPortrait, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an avatar made from the drawn portrait, background kept. Not to be changed."""
    from authoring.fit.face_in_canvas import FaceInCanvas
    from authoring.make import write_avatar

    folder = tmp_path_factory.mktemp("drawn") / "avatar"
    write_avatar(
        drawn_portrait.canvas,
        FaceInCanvas(drawn_portrait.landmarks, np.zeros(52, np.float32)),
        folder,
        name="drawn",
        background="keep",
        progress=lambda _: None,
    )
    return folder


@pytest.fixture(scope="session")
def liveportrait_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with LivePortrait's ONNX files, of narrow networks with weights by seed. Not to be changed."""
    for package in ("torch", "onnx", "onnxruntime"):
        pytest.importorskip(package, reason="pip install 'omote[export,neural]'")
    from tests.networks.liveportrait.tiny_weights import write_tiny_weights

    return write_tiny_weights(tmp_path_factory.mktemp("weights") / "liveportrait-onnx")


@pytest.fixture(scope="session")
def liveportrait_avatar(
    drawn_avatar: Path,
    drawn_portrait: DrawnPortrait,
    liveportrait_weights: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The folder of the drawn avatar, made for LivePortrait with these networks. Not to be changed."""
    from authoring.liveportrait.add import add_liveportrait
    from runtime.inference.liveportrait_network import find_liveportrait

    folder = tmp_path_factory.mktemp("liveportrait") / "avatar"
    shutil.copytree(drawn_avatar, folder)
    found = find_liveportrait(liveportrait_weights)
    add_liveportrait(folder, drawn_portrait.canvas, drawn_portrait.landmarks, found, progress=lambda _: None)
    return folder
