from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from measure.errors import MeasureError
from measure.tracker.shown_moments import Moment, moment_rows, read_moments
from protocol.blendshapes import INDEX
from tests.measure.tracker.runs_by_hand import reading_of, still_face

SHOWN = Path(__file__).parents[2] / "data" / "shown_moments.toml"


def test_the_projects_own_moments_can_be_read() -> None:
    moments = read_moments(SHOWN)
    assert {one.clip for one in moments} == {f"d{number}.mp4" for number in (0, 3, 9, 10, 13, 19)}
    assert all(one.rises and abs(one.at_s - one.rest_s) > 0.2 for one in moments)
    puffed = next(one for one in moments if "cheekPuff" in one.rises)
    assert (puffed.clip, puffed.at_s) == ("d9.mp4", 3.9)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no", "holds no moments"),
        (
            '[[moment]]\nclip = "a"\nat_s = 1.0\nrest_s = 0.0\nseen = "x"\nrises = ["jawOpne"]',
            "'jawOpne' is no blendshape",
        ),
        ('[[moment]]\nclip = "a"\nat_s = 1.0\nrest_s = 0.0', "seen"),
    ],
)
def test_a_wrong_file_is_explained(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "moments.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(MeasureError, match=words):
        read_moments(path)


def test_a_row_says_what_rose_from_the_rest() -> None:
    network, mediapipe = np.full((50, 52), 0.1), np.full((50, 52), 0.2)
    network[30:33, INDEX["mouthSmileLeft"]] = 0.7
    network[30:33, INDEX["mouthSmileRight"]] = 0.5
    reading = reading_of(network, mediapipe, still_face(50))
    reading.network_gaze[30:33, 0] = -0.4
    one = Moment("a.mp4", 3.1, 1.0, "smiles", ["mouthSmile", "gaze yaw -"], ["jawOpen"])
    gone = Moment("a.mp4", 9.0, 1.0, "is over", ["jawOpen"])
    smile, gaze, jaw = moment_rows(reading, [one, gone])
    assert smile.network == pytest.approx(0.5)
    assert smile.mediapipe == pytest.approx(0.0)
    assert smile.is_expected
    assert gaze.network == pytest.approx(0.4)
    assert (jaw.network, jaw.is_expected) == (pytest.approx(0.0), False)
