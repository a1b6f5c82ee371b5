from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.preview.picture import BARS, HEIGHT_PX, PANEL_PX, PreviewFacts, draw_preview
from protocol.blendshapes import INDEX
from tests.bridge.preview.measurements import MESSAGES, tracked

pytest.importorskip("cv2")


def test_picture_landmarks_and_bars_are_drawn_to_scale() -> None:
    shown = draw_preview(tracked(), MESSAGES, PreviewFacts(30.0, 0))
    assert shown.shape == (HEIGHT_PX, 640 + PANEL_PX, 3)
    assert shown[5, 5].tolist() == [200, 0, 10]  # OpenCV's order
    assert shown[120, 60].tolist() not in ([200, 0, 10], [0, 0, 0])  # drawn twice as large
    assert shown[120, 70].tolist() == [200, 0, 10]
    # Half a jaw is half a bar; the right side's bars are to the right of the left side's.
    jaw, smile = (shown[150 + 26 * row - 5, 640 + 16 + 100 :] for row in (0, 1))
    is_bar = jaw[:171] == jaw[2]
    assert int(is_bar.all(axis=1).sum()) == pytest.approx(86, abs=2)
    assert smile[10].tolist() != jaw[2].tolist()
    assert smile[100].tolist() == jaw[2].tolist()


@pytest.mark.parametrize("size", [(1080, 1920), (48, 64), (640, 200), (120, 2000)])
def test_every_size_of_picture_fits(size: tuple[int, int]) -> None:
    for is_face in (True, False):
        messages = MESSAGES if is_face else ()
        shown = draw_preview(tracked(is_face=is_face, size=size), messages, PreviewFacts(12.0, 3))
        assert shown.shape[0] == HEIGHT_PX
        assert shown.shape[1] <= 860 + PANEL_PX


def test_who_speaks_is_said_and_only_then() -> None:
    facts = PreviewFacts(30.0, 0)
    quiet, silent, speaks = (
        draw_preview(replace(tracked(), speaking=share), MESSAGES, facts) for share in (None, 0.3, 0.9)
    )
    assert np.array_equal(quiet, silent)
    changed = np.argwhere((speaks != quiet).any(-1))
    assert len(changed) > 50
    assert changed.min(0)[0] > 55  # the line of the eyes
    assert changed.max(0)[0] < 82


def test_bars_name_blendshapes() -> None:
    assert all(shape in INDEX for _, shapes in BARS for shape in shapes)
