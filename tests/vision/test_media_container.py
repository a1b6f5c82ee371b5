from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vision.timed_videos import write_video
from vision.media_container import media_errors, open_container

pytest.importorskip("av")


def test_an_open_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    content = write_video(tmp_path / "a.mkv", (0, 40, 80)).read_bytes()
    with open_container(io.BytesIO(content)) as container:
        assert len(list(container.decode(video=0))) == 3


def test_a_playlist_cannot_open_another_file(tmp_path: Path) -> None:
    other = write_video(tmp_path / "other.mkv", (0, 40))
    playlist = f"ffconcat version 1.0\nfile 'file:{other}'\n".encode()
    with pytest.raises(media_errors()), open_container(io.BytesIO(playlist)) as container:
        list(container.decode(video=0))


def test_without_pyav_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['av'] = None\n"
        "from vision.media_container import pyav\n"
        "try: pyav()\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("VisionError")
    assert "pip install 'omote[tracking]'" in done.stdout
