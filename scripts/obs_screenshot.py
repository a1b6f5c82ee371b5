"""Draw docs/obs.png: OBS Studio on a virtual screen, with the plugin's source in a scene.

python scripts/obs_screenshot.py

Needs what tests/obs needs: obs-studio, libobs-dev, xvfb, cmake, g++.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import ImageGrab

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.obs.conftest import build  # noqa: E402
from tests.obs.obs_process import HEIGHT, SCENE, WIDTH, running_obs  # noqa: E402
from tests.waiting import until  # noqa: E402

OUT: Final = ROOT / "docs" / "obs.png"
SCREEN: Final = (1180, 760)
#: Of the screen: the window without its status line, which shows how busy this machine is.
SHOWN: Final = (0, 0, 1079, 704)
STUDIO: Final = {"color": 0xFF5B3A20, "width": WIDTH, "height": HEIGHT}  # ABGR
RUNTIME: Final = ("run", "--background", "transparent", "--publish", "shm", "--osc-port", "none", "--vmc-port", "none",
                  "--no-panel", "--control-port", "0", "--request-port", "0", "--publish-port", "0")  # fmt: skip


def main() -> int:
    """Build, start both, wait for the face, take the picture."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        (home / "user").mkdir(parents=True, mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(home / "user")
        build(Path(folder) / "build", home)
        runtime = subprocess.Popen([sys.executable, "-m", "omote", *RUNTIME], cwd=ROOT)
        try:
            with running_obs(home, screen=SCREEN, is_shown=True) as (obs, _):
                obs.add("Studio", "color_source_v3", STUDIO)
                item = obs.add("Omote face", "omote_face", {})
                empty = obs.picture()
                assert until(lambda: (obs.picture() != empty).mean() > 0.1)
                transform = obs.ask("GetSceneItemTransform", sceneName=SCENE, sceneItemId=item)
                scale = HEIGHT / transform["sceneItemTransform"]["sourceHeight"]
                obs.place(item, scaleX=scale, scaleY=scale, positionX=(WIDTH - HEIGHT) / 2)
                scaled = obs.picture()
                assert until(lambda: (obs.picture() != scaled).mean() > 0.01)  # it moves
                ImageGrab.grab(xdisplay=obs.display).crop(SHOWN).save(OUT, optimize=True)
        finally:
            runtime.terminate()
            runtime.wait(60)
    print(OUT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
