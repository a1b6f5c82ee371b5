"""Draw docs/godot.png: Godot 4 on a virtual screen, in which the example shows a running Omote over a green rectangle.

python scripts/godot_screenshot.py [FILE]

Needs Godot 4 (python scripts/godot4.py on Debian), xvfb and Mesa's OpenGL.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from omote.client import Omote, RuntimeAddress  # noqa: E402
from tests.godot_scene import GREEN, HEIGHT, find_godot4, godot_window  # noqa: E402
from tests.ports import free_ports  # noqa: E402
from tests.waiting import until  # noqa: E402

OUT: Final = ROOT / "docs" / "godot.png"
SIZE: Final = 512
#: Colours of the file: docs are downloaded.
COLOURS: Final = 192


def main(out: Path = OUT) -> int:
    """Start both, hold an emotion, take the picture."""
    program = find_godot4()
    if program is None:
        print("no Godot 4: python scripts/godot4.py, or put a program godot4 on the path")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "user").mkdir(mode=0o700)
        (home / "project").mkdir()
        os.environ["XDG_RUNTIME_DIR"] = str(home / "user")
        control, request, osc = free_ports(3)
        ports = [f"--control-port={control}", f"--request-port={request}", f"--osc-port={osc}"]
        options = [
            "--background=transparent",
            f"--size={SIZE}",
            "--publish=shm",
            "--no-panel",
            "--vmc-port=none",
        ]
        runtime = subprocess.Popen([sys.executable, "-m", "omote", "run", *options, *ports], cwd=ROOT)
        address = RuntimeAddress(control_port=control, request_port=request)
        try:
            with (
                Omote(address=address, must_run=False, source="script") as face,
                godot_window(
                    program, home / "project", rings=home / "user" / "omote", osc=osc, scale=HEIGHT / SIZE
                ) as picture,
            ):

                def is_shown() -> bool:
                    face.emotion(happy=0.7, ttl_s=60.0)
                    face.pose(yaw=-0.25, ttl_s=60.0)
                    seen = picture()
                    is_green = (np.abs(seen.astype(int) - GREEN) <= 2).all(2)
                    return bool(0.2 < is_green.mean() < 0.9)

                assert until(is_shown, patience_s=600.0)
                for _ in range(20):  # until the emotion is wholly there
                    until(is_shown)
                Image.fromarray(picture()).quantize(COLOURS, dither=Image.Dither.NONE).save(
                    out, optimize=True
                )
        finally:
            runtime.terminate()
            runtime.wait(60)
    print(out, out.stat().st_size // 1000, "kB")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python scripts/godot_screenshot.py",
        description="Draws the picture of Omote's face in Godot 4, on a virtual screen.",
        epilog="example: python scripts/godot_screenshot.py docs/godot.png",
    )
    parser.add_argument(
        "out", nargs="?", type=Path, default=OUT, metavar="FILE", help="the PNG (default docs/godot.png)"
    )
    sys.exit(main(parser.parse_args().out))
