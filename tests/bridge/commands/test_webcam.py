"""`webcam` as a user runs it, without a camera."""

from __future__ import annotations

import pytest

from tests.bridge.bridge_process import run


def test_a_missing_camera_is_an_error_that_names_the_attempts() -> None:
    pytest.importorskip("cv2")
    code, text = run("webcam", "--device", "9731")
    assert code == 1
    assert "camera 9731" in text
    assert "does not open" in text
    assert len(text.splitlines()) == 1
