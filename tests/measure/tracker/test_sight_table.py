from __future__ import annotations

import msgspec
import numpy as np

from measure.tracker.clip_agreement import Agreement
from measure.tracker.clip_distances import DistanceRow
from measure.tracker.clip_tables import ClipReport
from measure.tracker.error_metrics import CoefficientFigures, GazeFigures
from measure.tracker.shown_moments import MomentRow
from measure.tracker.sight_table import sight_markdown, sight_rows
from measure.tracker.webcam_sessions import TESTED_SHAPES
from protocol.blendshapes import BLENDSHAPES
from tests.measure.tracker.runs_by_hand import reading_of, still_face


def figures(**follows: float) -> list[CoefficientFigures]:
    return [CoefficientFigures(name, 0, 0, 0, follows.get(name, 0.9), 0, 0, 0) for name in TESTED_SHAPES]


GAZE = [GazeFigures("yaw", 0, 0, 0, 0, 0.95, 0, 0), GazeFigures("pitch", 0, 0, 0, 0, 0.6, 0, 0)]


def clip(**parts: object) -> ClipReport:
    zeros = np.zeros((3, 52))
    report = ClipReport(reading_of(zeros, zeros, still_face(3)))
    for name, value in parts.items():
        setattr(report, name, value)
    return report


def moment(name: str, network: float, *, is_expected: bool = True) -> MomentRow:
    return MomentRow("a.mp4", 1.0, "x", name, is_expected, network, 0.0)


def test_drawn_faces_are_judged_by_the_truth() -> None:
    rows = {row.name: row for row in sight_rows(figures(jawLeft=0.3, jawForward=0.1), GAZE, [])}
    assert list(rows) == list(BLENDSHAPES)
    assert rows["jawOpen"].drawn == "well"
    assert rows["jawLeft"].drawn == "hardly"
    assert rows["jawForward"].drawn == "not"
    assert (rows["eyeLookInLeft"].drawn, rows["eyeLookUpLeft"].drawn) == ("well", "yes")
    assert {row.real for row in rows.values()} == {"not shown"}


def test_real_faces_are_judged_by_moments_rulers_and_mediapipe() -> None:
    clips = [
        clip(
            moments=[moment("cheekPuff", 0.1), moment("mouthSmile", 0.8), moment("jawOpen", 0.0, is_expected=False),
                     moment("gaze yaw +", 0.5)],
            distances=[DistanceRow("eyeBlinkLeft", 0.1, 0.9, 0.9), DistanceRow("jawOpen", 0.1, float("nan"), 0.2)],
            agreement=[Agreement("browDown", 0.6, 0.2, 0.2), Agreement("smiles", float("nan"), 0, 0)],
        )
    ]  # fmt: skip
    rows = {row.name: row for row in sight_rows(figures(), GAZE, clips)}
    words = {name: row.real for name, row in rows.items()}
    assert words["cheekPuff"] == "hardly"
    assert words["mouthSmileLeft"] == words["mouthSmileRight"] == "well"
    assert words["eyeBlinkLeft"] == "well"
    assert words["eyeBlinkRight"] == words["jawOpen"] == "not shown"
    assert words["browDownRight"] == "yes"
    assert words["eyeLookOutLeft"] == words["eyeLookInRight"] == "well"
    assert words["eyeLookInLeft"] == "not shown"
    assert "0.10" in rows["cheekPuff"].real_why


def test_of_two_judges_the_worse_one_counts() -> None:
    report = clip(
        distances=[DistanceRow("eyeBlinkLeft", 0.1, 0.95, 0.9)],
        agreement=[Agreement("blinks", 0.6, 0.2, 0.2)],
    )
    row = next(row for row in sight_rows(figures(), GAZE, [report]) if row.name == "eyeBlinkLeft")
    assert row.real == "yes"
    assert "the ruler" in row.real_why
    assert "MediaPipe" in row.real_why


def test_the_table_has_all_52_and_counts_them() -> None:
    text = sight_markdown(sight_rows(figures(), GAZE, []))
    assert sum(line.startswith("| `") for line in text.splitlines()) == 52
    assert "Drawn: well 48, yes 4" in text
    assert "not shown by any clip 52" in text
    assert msgspec.json.encode(sight_rows(figures(), GAZE, []))
