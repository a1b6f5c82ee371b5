"""What the bridge sends with OpenSeeFace for drawn people: its own program in its own process, and the bridge behind it.

samples, sent = openseeface_output(source, people, plan, folder)

The folder is a checkout of OpenSeeFace; nothing of it is part of this project. It runs by a Python of its own, if there is
one in its .venv, since it needs an OpenCV before 4.9.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from bridge.calibration.profile import load_profile
from bridge.observation import Observation
from bridge.sending.source_messages import SourceMessages
from bridge.trackers.openseeface import OpenSeeFaceTracker
from measure.errors import MeasureError
from measure.factors_to_motion import head_in_camera
from measure.tracker.bridge_output import BridgeOutput
from measure.tracker.samples import SIZE_PX, DrawPlan, TrackedSamples, seen_pictures
from measure.tracker.webcam_sessions import REST
from protocol.blendshapes import BLENDSHAPES, INDEX
from studio.head.source import read_face_source
from studio.renderer import Studio

#: OpenSeeFace follows a face: it gets every picture so often, and its last answer counts.
HELD: Final = 3
_STEP_S: Final = 1 / 30
_OPENING: Final = 40
_FIRST_S, _WAIT_S = 30.0, 2.0
#: The models, the best first.
_MODELS: Final = (3, 2, 1, 0)
_PROGRAM: Final = "facetracker.py"


class FaceTrackerProgram:
    """OpenSeeFace's facetracker, fed with pictures of one size; a context manager."""

    def __init__(self, folder: Path, size: int = SIZE_PX) -> None:
        """Start it.

        Raises:
            MeasureError: the folder holds no OpenSeeFace, or no model.
        """
        if not (folder / _PROGRAM).is_file():
            raise MeasureError(
                f"{folder} has no {_PROGRAM}; name a checkout of OpenSeeFace with --openseeface"
            )
        found = [one for one in _MODELS if (folder / "models" / f"lm_model{one}_opt.onnx").is_file()]
        if not found:
            raise MeasureError(f"{folder / 'models'} has no lm_model3_opt.onnx; fetch OpenSeeFace's models")
        self.model = found[0]
        own = folder / ".venv" / "bin" / "python"
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._wait_s = _FIRST_S
        words = [
            "--raw-rgb",
            "1",
            "-W",
            str(size),
            "-H",
            str(size),
            "-F",
            "0",
            "--model",
            str(self.model),
            "-s",
            "1",
        ]
        self._process = subprocess.Popen(
            [str(own) if own.is_file() else sys.executable, _PROGRAM, *words, "-p", str(self._socket.getsockname()[1])],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def read(self, picture: NDArray[np.uint8]) -> bytes | None:
        """Its datagram about a picture (size, size, 3) uint8 RGB; None if it finds no face.

        Raises:
            MeasureError: it has ended, or is silent from the beginning.
        """
        assert self._process.stdin is not None
        self._socket.settimeout(self._wait_s)
        try:
            self._process.stdin.write(np.ascontiguousarray(picture[..., ::-1]).tobytes())  # it reads BGR
            self._process.stdin.flush()
            datagram = self._socket.recv(65536)
        except (TimeoutError, BrokenPipeError):
            if self._process.poll() is None and self._wait_s < _FIRST_S:
                return None
            self._process.kill()
            said = (self._process.communicate()[1] or b"").decode(errors="replace").strip()
            raise MeasureError(
                f"OpenSeeFace sends nothing: {said.splitlines()[-1] if said else 'it is silent'}; it needs an OpenCV "
                "before 4.9, in a .venv of its folder"
            ) from None
        self._wait_s = _WAIT_S
        return datagram

    def close(self) -> None:
        """End it; may be called twice."""
        self._process.kill()
        self._process.communicate()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def openseeface_output(
    source: Path,
    people: Sequence[int],
    plan: DrawPlan,
    folder: Path,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[TrackedSamples, BridgeOutput]:
    """Draw the same pictures as `draw_tracked_samples`, and let OpenSeeFace and the bridge read them.

    Args:
        source: of the studio's heads. progress: called with the number of people done.

    Returns:
        The truth, with landmarks that are 0, and what is sent: 0 for what OpenSeeFace does not report.

    Raises:
        MeasureError: OpenSeeFace does not run.
    """
    rows: list[tuple[Any, ...]] = []
    expression: list[NDArray[np.float32]] = []
    gaze: list[tuple[float, float]] = []
    with Studio(read_face_source(source)) as studio:
        for place, person in enumerate(people):
            seen = list(seen_pictures(studio, person, place, plan))
            # a new program for every person: it adapts to a face
            with FaceTrackerProgram(folder) as program:
                sent = _sent(program, [picture for _, _, picture in seen], [kind for kind, _, _ in seen])
            expression += sent[0]
            gaze += sent[1]
            rows += [(person, kind, one.expression(), one.gaze, head_in_camera(one)) for kind, one, _ in seen]
            progress(place + 1)
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    count = len(rows)
    truth = TrackedSamples(
        person=columns[0].astype(np.int64),
        kind=columns[1].astype(np.int64),
        landmarks=np.zeros((count, 478, 3), np.float32),
        blendshapes=np.zeros((count, len(BLENDSHAPES)), np.float32),
        transform=np.zeros((count, 4, 4), np.float32),
        expression=columns[2].astype(np.float32),
        gaze=columns[3].astype(np.float32),
        pose=columns[4].astype(np.float32),
        drawn=np.array(count),
    )
    return truth, BridgeOutput(np.array(expression, np.float32), np.array(gaze, np.float32))


def _sent(
    program: FaceTrackerProgram, pictures: list[NDArray[np.uint8]], kinds: list[int]
) -> tuple[list[NDArray[np.float32]], list[tuple[float, float]]]:
    """What the bridge sends for each picture of one person: first a second of rest, then all of them."""
    tracker = OpenSeeFaceTracker()
    face = SourceMessages(load_profile(tracker="openseeface"), source="studio", layers=("expression", "gaze"))
    resting = [picture for picture, kind in zip(pictures, kinds, strict=True) if kind == REST]
    opening = [resting[number % len(resting)] for number in range(_OPENING)]
    expression, gaze = [], []
    begin_ns = time.time_ns()
    for number, picture in enumerate([*opening, *pictures]):
        found: Observation | None = None
        values, look = np.zeros(len(BLENDSHAPES), np.float32), (0.0, 0.0)
        for turn in range(HELD):
            now_ns = begin_ns + int((number + turn / HELD) * _STEP_S * 1e9)
            datagram = program.read(picture)
            for observation in (
                () if datagram is None else tracker.feed(datagram, "127.0.0.1:1", now_ns).observations
            ):
                found = observation
        for message in () if found is None else face(found, time_s=number * _STEP_S):
            if message.layer == "expression":
                for name, value in message.values.items():
                    values[INDEX[name]] = value
            else:
                look = message.values["yaw"], message.values["pitch"]
        if number >= _OPENING:
            expression.append(values)
            gaze.append(look)
    return expression, gaze
