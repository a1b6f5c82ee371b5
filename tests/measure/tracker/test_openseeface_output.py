"""A program in OpenSeeFace's place: it reads raw pictures from its standard input, and answers with a recorded datagram."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from measure.errors import MeasureError
from measure.tracker.openseeface_output import FaceTrackerProgram, openseeface_output
from measure.tracker.samples import DrawPlan
from measure.tracker.webcam_sessions import ALONE, REST, session_of
from studio.factors import Factors
from tests.bridge.desktop_encoders import openseeface

ANSWERING = """
import argparse, socket, sys
parser = argparse.ArgumentParser()
for name in ("--raw-rgb", "-W", "-H", "-F", "--model", "-s", "-p"):
    parser.add_argument(name, type=int)
options = parser.parse_args()
answer = open("answer.bin", "rb").read()
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    frame = sys.stdin.buffer.read(3 * options.W * options.H)
    if len(frame) < 3 * options.W * options.H:
        break
    if frame[0] < 250:  # a white picture shows no face
        out.sendto(answer + bytes([frame[0], frame[2]]) * (options.W < 32), ("127.0.0.1", options.p))
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="OpenSeeFace's checkout is run as on Linux")


def checkout(folder: Path, program: str = ANSWERING) -> Path:
    (folder / "models").mkdir()
    (folder / "models" / "lm_model0_opt.onnx").write_bytes(b"")
    (folder / "facetracker.py").write_text(program, "utf-8")
    (folder / "answer.bin").write_bytes(openseeface())
    return folder


def test_pictures_go_in_as_bgr_and_datagrams_come_out(tmp_path: Path) -> None:
    picture = np.zeros((16, 16, 3), np.uint8)
    picture[..., 0], picture[..., 2] = 7, 9
    with FaceTrackerProgram(checkout(tmp_path), 16) as program:
        assert program.model == 0
        first = program.read(picture)
        assert first is not None
        assert first[-2:] == bytes([9, 7])
        assert program.read(np.full((16, 16, 3), 255, np.uint8)) is None
        assert program.read(picture) == first


@pytest.mark.parametrize(
    ("program", "words"),
    [("raise SystemExit('no such OpenCV')", "no such OpenCV"), (None, "has no facetracker.py")],
)
def test_what_does_not_run_is_explained(program: str | None, words: str, tmp_path: Path) -> None:
    if program is not None:
        checkout(tmp_path, program)
    with pytest.raises(MeasureError, match=words), FaceTrackerProgram(tmp_path, 16) as running:
        running.read(np.zeros((16, 16, 3), np.uint8))


def few(person: int, place: int, seed: int, *, style: str) -> list[tuple[int, Factors]]:
    """Two pictures at rest, and one of an open mouth."""
    session = session_of(person, place, seed, style=style)
    opened = replace(session.rest[0], articulation=session.pictures[-1][1].articulation)
    return [(REST, session.rest[0]), (REST, session.rest[1]), (ALONE, opened)]


def test_the_truth_and_what_is_sent_have_a_row_a_picture(
    tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "LP_NUM_THREADS", "1")
    source = shared / "ict-facekit" / "ict_facekit.npz"
    plan = DrawPlan(Path(), pictures=few)
    truth, sent = openseeface_output(source, [2, 5], plan, checkout(tmp_path))
    assert truth.person.tolist() == [2, 2, 2, 5, 5, 5]
    assert truth.kind.tolist() == [REST, REST, ALONE] * 2
    assert sent.expression.shape == truth.expression.shape == (6, 52)
    # the answer never changes: it is the rest, whatever is drawn
    assert np.abs(sent.expression).max() < 0.05
