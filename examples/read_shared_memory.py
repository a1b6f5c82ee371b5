"""Read the newest frames from shared memory with the standard library and numpy; needs no Omote code.

python examples/read_shared_memory.py          # prints what arrives; docs/protocol.md has the layout
python examples/read_shared_memory.py 100 omote /run/user/1000/omote
"""

import mmap
import os
import stat
import struct
import sys
import time
from pathlib import Path

import numpy as np

count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
stream = sys.argv[2] if len(sys.argv) > 2 else "omote"


def is_private(folder: str) -> bool:
    """Whether a folder is this user's own, no link, and closed to others."""
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


if len(sys.argv) > 3:
    folders = [sys.argv[3]]
elif sys.platform == "win32":
    folders = [os.environ["LOCALAPPDATA"] + "/Omote"]
elif sys.platform == "darwin":
    folders = [os.environ["TMPDIR"] + "/omote"]
else:  # the user's runtime folder; /dev/shm on systems without one
    runtime = [os.environ.get("XDG_RUNTIME_DIR", ""), f"/run/user/{os.getuid()}"]
    folders = [f"{folder}/omote" for folder in runtime if is_private(folder)] + [
        f"/dev/shm/omote-{os.getuid()}"
    ]
    folders = [folder for folder in folders if is_private(folder)]


class Ring:
    """One file of a ring of frames; its header is checked when it is opened."""

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0))
        # Reading a mapping of a truncated file would end this process; pread returns fewer bytes instead.
        self.mapped = None if hasattr(os, "pread") else mmap.mmap(self.file, 0, access=mmap.ACCESS_READ)
        magic, version, self.begin = struct.unpack("<8sHH", self.read(0, 12))
        self.slots, self.slot_bytes, _, self.width, self.height, self.stride, layout = struct.unpack(
            "<IQQIIII", self.read(12, 36)
        )
        rows = self.stride * self.height
        if (magic, version, layout) != (b"OMOTERNG", 1, 1) or self.slots < 3 or self.stride < 4 * self.width:
            raise ValueError("not a ring of version 1")
        if (
            rows + 136 > self.slot_bytes
            or self.begin + self.slots * self.slot_bytes > os.fstat(self.file).st_size
        ):
            raise ValueError("the sizes in the header do not fit the file")

    def read(self, offset: int, size: int) -> bytes:
        data = (
            os.pread(self.file, size, offset) if self.mapped is None else self.mapped[offset : offset + size]
        )
        if len(data) != size:
            raise ValueError("the file was truncated")
        return data

    def number(self, offset: int) -> int:
        return int.from_bytes(self.read(offset, 8), "little")

    def is_running(self) -> bool:
        (state,) = struct.unpack("<I", self.read(56, 4))
        return state == 1 and time.time_ns() - self.number(72) < 2_000_000_000  # heartbeat

    def newest(self, after: int) -> tuple[int, int, np.ndarray] | None:
        """Number, frame id and (H, W, 4) uint8 pixels of the newest frame; None if it is not newer or was overwritten."""
        n = self.number(64)
        slot = self.begin + n % self.slots * self.slot_bytes
        locks = (slot, slot + self.slot_bytes - 8)
        if n in (0, after) or any(self.number(lock) != 2 * n for lock in locks):
            return None
        frame_id = self.number(slot + 32 + 32)
        rows = np.frombuffer(self.read(slot + 128, self.stride * self.height), np.uint8)
        if any(self.number(lock) != 2 * n for lock in locks):
            return None  # overwritten during the copy
        rows = rows.reshape(self.height, self.stride)[:, : 4 * self.width]
        return n, frame_id, rows.reshape(self.height, self.width, 4)  # RGBA, straight alpha, top row first

    def close(self) -> None:
        if self.mapped is not None:
            self.mapped.close()
        os.close(self.file)


def newest_ring() -> Ring | None:
    """The running ring of the highest generation, of the first folder that has one."""
    for folder in folders:
        found = [path for path in Path(folder).glob(f"{stream}.*.ring") if path.name.split(".")[1].isdigit()]
        for path in sorted(found, key=lambda path: int(path.name.split(".")[1]), reverse=True):
            try:
                ring = Ring(path)
                if ring.is_running():
                    return ring
                ring.close()
            except (OSError, ValueError, struct.error):
                pass  # try the next file
    return None


ring, last, seen, looked_s = None, 0, 0, 0.0
while seen < count:
    if ring is None or (time.monotonic() - looked_s > 0.5 and not ring.is_running()):
        if ring is not None:
            ring.close()
        ring, last, looked_s = newest_ring(), 0, time.monotonic()
        if ring is None:
            print("no publisher; start one with: omote run --publish shm", flush=True)
            time.sleep(0.5)
            continue
    frame = ring.newest(last)
    if frame is None:
        time.sleep(0.001)
        continue
    last, frame_id, pixels = frame
    seen, looked_s = seen + 1, time.monotonic()
    height, width = pixels.shape[:2]
    print(
        f"frame {frame_id}: {width} x {height}, mean colour {pixels.mean(axis=(0, 1)).round(1)}", flush=True
    )
