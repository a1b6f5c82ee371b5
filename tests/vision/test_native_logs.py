from __future__ import annotations

import os
from threading import Thread

import pytest

from vision.native_logs import native_stderr_silenced, quiet_native_libraries


def test_native_writes_to_stderr_are_discarded_inside_the_block_only(
    capfd: pytest.CaptureFixture[str],
) -> None:
    os.write(2, b"before ")
    with native_stderr_silenced():
        os.write(2, b"inside ")
        thread = Thread(target=lambda: os.write(2, b"in a thread "))
        thread.start()
        thread.join()
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_stderr_comes_back_after_an_exception_and_no_descriptor_leaks(
    capfd: pytest.CaptureFixture[str],
) -> None:
    free = os.dup(2)
    os.close(free)
    for _ in range(3):
        with pytest.raises(RuntimeError, match="model"), native_stderr_silenced():
            raise RuntimeError("model")
    now_free = os.dup(2)
    os.close(now_free)
    assert now_free == free
    os.write(2, b"back")
    assert capfd.readouterr().err == "back"


def test_a_log_level_that_the_user_has_set_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCV_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("OPENCV_FFMPEG_LOGLEVEL", "")
    monkeypatch.delenv("OPENCV_FFMPEG_LOGLEVEL")
    quiet_native_libraries()
    assert os.environ["OPENCV_LOG_LEVEL"] == "DEBUG"
    assert os.environ["OPENCV_FFMPEG_LOGLEVEL"] == "-8"
