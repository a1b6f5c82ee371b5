"""Draw docs/blender.png: Blender on a virtual screen, in which a running Omote moves Omote's own head model.

python scripts/blender_screenshot.py

Needs what tests/blender needs, with a window: blender, python3-numpy, xvfb, Mesa's OpenGL.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageGrab

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from face.head_model import load_head_model  # noqa: E402
from omote.client import Omote, RuntimeAddress  # noqa: E402
from protocol.blendshapes import BLENDSHAPES  # noqa: E402
from scripts.blender_zip import build  # noqa: E402
from tests.blender.blender_process import running_blender  # noqa: E402
from tests.ports import free_ports  # noqa: E402
from tests.waiting import until  # noqa: E402
from tests.x_server import virtual_screen  # noqa: E402

OUT: Final = ROOT / "docs" / "blender.png"
SIZE: Final = (1200, 760)
#: Colours of the file: docs are downloaded.
COLOURS: Final = 192


def write_head(path: Path) -> None:
    """The head model's mesh, eyes apart."""
    model = load_head_model()
    eyes = {"eyeball_left", "eyeball_right"}
    face = [name for name in model.triangles if name not in eyes]
    np.savez(
        path,
        vertices=model.vertices,
        expression=model.expression,
        names=np.array(BLENDSHAPES),
        face=model.part(*face),
        eye_L=model.triangles["eyeball_left"],
        eye_R=model.triangles["eyeball_right"],
        pivot=model.pivot,
    )


def main(out: Path = OUT) -> int:
    """Start both, connect, drive, take the picture."""
    program = shutil.which("blender")
    if program is None:
        print("no blender: apt-get install blender python3-numpy xvfb")
        return 1
    with tempfile.TemporaryDirectory() as folder, virtual_screen(*SIZE) as display:
        home = Path(folder)
        (home / "user").mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(home / "user")
        write_head(home / "head.npz")
        control, request, publish = free_ports(3)
        ports = [f"--control-port={control}", f"--request-port={request}", f"--publish-port={publish}"]
        options = ["--publish=zeromq,shm", "--no-panel", "--osc-port=none", "--vmc-port=none", "--fps=20"]
        runtime = subprocess.Popen([sys.executable, "-m", "omote", "run", *options, *ports], cwd=ROOT)
        address = RuntimeAddress(control_port=control, request_port=request, publish_port=publish)
        try:
            with (
                running_blender(program, home, display=display, size=SIZE) as blender,
                Omote(address=address, must_run=False, source="script") as face,
            ):
                assert blender.install(zip=str(build(home / "omote_face.zip")))
                x, y, width, height, whole = blender.show_head(file=str(home / "head.npz"))
                blender.setting(publish_port=publish)
                blender.press(operator="connect")
                blender.press(operator="picture")

                def is_moved() -> bool:
                    face.pose(yaw=0.42, pitch=0.08, roll=-0.12, ttl_s=60.0)
                    face.expression(
                        jawOpen=0.45, mouthSmileLeft=0.8, mouthSmileRight=0.8, browInnerUp=0.6, ttl_s=60.0
                    )
                    face.gaze(yaw=-0.3, pitch=0.05, ttl_s=60.0)
                    return bool(blender.keys_of(name="Face")["jawOpen"] > 0.44) and blender.has_image()

                assert until(is_moved, patience_s=600.0)  # each picture of the window is drawn by software
                for _ in range(10):  # the window is drawn by software
                    is_moved()
                    time.sleep(0.25)
                seen = ImageGrab.grab(xdisplay=display)
                shown = seen.crop((x, whole - y - height, x + width, whole - y))
                shown.quantize(COLOURS, dither=Image.Dither.NONE).save(out, optimize=True)
                print("\n".join(blender.status()))
        except BaseException:
            print((home / "blender.log").read_text("utf-8", errors="replace"), file=sys.stderr)
            raise
        finally:
            runtime.terminate()
            runtime.wait(60)
    print(out, out.stat().st_size // 1000, "kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
