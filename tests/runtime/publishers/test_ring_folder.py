"""The folder of rings: its rights, and which files are removed from it."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.publishers.ring_folder import prepare_ring_folder, remove_stale_rings
from runtime.publishers.shared_memory import SharedMemoryPublisher
from tests.other_user import NOBODY

ROOT = Path(__file__).resolve().parents[3]
posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX files and rights")


def frame(frame_id: int) -> Frame:
    return Frame(np.zeros((2, 3, 4), np.uint8), frame_id=frame_id)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "rings"


@posix_only
def test_a_new_folder_is_private(folder: Path) -> None:
    prepare_ring_folder(folder)
    prepare_ring_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


@posix_only
@pytest.mark.parametrize("kind", ["open to others", "a link", "a file", "another user's"])
def test_a_folder_that_is_not_private_to_this_user_is_refused(
    folder: Path, tmp_path: Path, kind: str
) -> None:
    if kind == "open to others":
        folder.mkdir()
        folder.chmod(0o755)
    elif kind == "another user's":  # made before ours, in a place where anybody may make folders
        if os.getuid() != 0:
            pytest.skip("needs root, to make a folder of another user")
        folder.mkdir(mode=0o700)
        os.chown(folder, NOBODY, NOBODY)
    elif kind == "a link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "elsewhere")
    else:
        folder.touch()
    with pytest.raises(PublishError, match=r"chmod 700|remove it|cannot be made"):
        prepare_ring_folder(folder)


def test_only_the_rings_of_dead_writers_are_removed(folder: Path) -> None:
    living = SharedMemoryPublisher("living", folder=folder)
    living.publish(frame(1))
    script = (
        "import os, sys, numpy; from pathlib import Path; from runtime.frames.frame import Frame\n"
        "from runtime.publishers.shared_memory import SharedMemoryPublisher\n"
        "publisher = SharedMemoryPublisher('dead', folder=Path(sys.argv[1]))\n"
        "publisher.publish(Frame(numpy.zeros((2, 2, 4), numpy.uint8)))\n"
        "os._exit(7)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(folder)], cwd=ROOT, check=False)
    assert done.returncode == 7
    (folder / "young.1.ring").touch()  # its writer is about to lock it
    (folder / "old.1.ring").touch()
    os.utime(folder / "old.1.ring", (1, 1))
    (folder / "notes.txt").touch()
    with (folder / "dead.1.ring").open("rb", buffering=0) as dead:
        assert struct.unpack_from("<I", dead.read(60), 56)[0] == 1
        assert remove_stale_rings(folder) == ["dead.1.ring", "old.1.ring"]
        dead.seek(0)
        assert struct.unpack_from("<I", dead.read(60), 56)[0] == 2  # readers look elsewhere at once
    assert sorted(path.name for path in folder.iterdir()) == ["living.1.ring", "notes.txt", "young.1.ring"]
    living.publish(frame(2))
    living.close()
