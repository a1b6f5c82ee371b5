"""A reader in a process of its own that follows one face of a fleet, as `omote watch --avatar` does: for benchmarks.fleet.

python -m benchmarks._move_reader NAME

Writes a line of JSON for each frame: when it was here, Unix nanoseconds, its session and id, and whether it is black. Ends
with its standard input.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from contextlib import closing

from omote.client import RuntimeAddress, find_face
from omote.readers.following import FollowingReader
from omote.readers.zeromq import ZeroMqReader


def main(name: str) -> None:
    """Read until standard input ends."""
    is_over = threading.Event()

    def end_with_input() -> None:
        sys.stdin.read()
        is_over.set()

    def open_reader(address: RuntimeAddress) -> ZeroMqReader:
        return ZeroMqReader(host=address.host, port=address.publish_port, key=address.key)

    threading.Thread(target=end_with_input, daemon=True).start()
    with closing(FollowingReader(lambda: find_face(name), open_reader)) as reader:
        while not is_over.is_set():
            if (frame := reader.read(0.1)) is not None:
                arrived_ns, is_black = time.time_ns(), not frame.pixels[..., :3].any()
                print(json.dumps((arrived_ns, frame.session_id, frame.frame_id, is_black)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
