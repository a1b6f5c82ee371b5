"""Draw docs/obs.png: OBS Studio on a virtual screen, with the plugin's source in a scene, and its dock.

python scripts/obs_screenshot.py [FILE]

Needs what tests/obs needs: obs-studio, libobs-dev, qtbase5-dev, xvfb, cmake, g++.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageGrab

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.obs.conftest import build, build_hands  # noqa: E402
from tests.obs.live_source import change_look, hotkeys  # noqa: E402
from tests.obs.obs_process import HEIGHT, SCENE, WIDTH, Obs, running_obs  # noqa: E402
from tests.ports import free_ports  # noqa: E402
from tests.waiting import until  # noqa: E402

OUT: Final = ROOT / "docs" / "obs.png"
SCREEN: Final = (1180, 760)
#: Of the screen: the window without its status line, which shows how busy this machine is.
SHOWN: Final = (0, 0, 1079, 704)
#: Colours of the file; a face and a grey window need few, and docs are downloaded.
COLOURS: Final = 192
#: The face moves by itself as well: only time tells when an emotion is wholly there.
FADED_S: Final = 3.0
#: Frames a second in the picture, so that it does not show a machine that was busy with something else.
FLUENT: Final = 25
STUDIO: Final = {"color": 0xFF5B3A20, "width": WIDTH, "height": HEIGHT}  # ABGR
LOOKS: Final = {"Grim": {"angry": 1.0}, "Smirk": {"contemptuous": 1.0}, "Wide awake": {"surprised": 0.6}}


@contextmanager
def running_omote(panel: int, osc: int) -> Iterator[None]:
    """The face that OBS shows."""
    others = ["--control-port=0", "--request-port=0", "--publish-port=0", "--vmc-port=none"]
    options = [
        "--background=transparent",
        "--publish=shm,browser",
        f"--osc-port={osc}",
        f"--panel-port={panel}",
    ]
    runtime = subprocess.Popen([sys.executable, "-m", "omote", "run", *options, *others], cwd=ROOT)
    try:
        yield
    finally:
        runtime.terminate()
        runtime.wait(60)


def dock(obs: Obs, request: str, name: str, **data: object) -> dict[str, Any]:
    """Use the dock as a hand does (tests/obs/hand.cpp)."""
    asked = {"name": name, **data}
    answer = obs.ask("CallVendorRequest", vendorName="omote-hand", requestType=request, requestData=asked)
    return dict(answer["responseData"])


def main(out: Path = OUT) -> int:
    """Build, start both, wait for the face, take the picture."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        (home / "user").mkdir(parents=True, mode=0o700)
        os.environ |= {"XDG_RUNTIME_DIR": str(home / "user"), "OMOTE_AVATARS": str(home / "avatars")}
        qt = build(Path(folder) / "build", home)
        build_hands(Path(folder) / "hand", home, qt)
        panel, osc = free_ports(2)
        with running_omote(panel, osc), running_obs(home, screen=SCREEN, is_shown=True) as (obs, _):
            obs.add("Studio", "color_source_v3", STUDIO)
            item = obs.add("Omote face", "omote_face", {"panel_port": panel, "osc_port": osc})
            empty = obs.picture()
            assert until(lambda: (obs.picture() != empty).mean() > 0.1)
            transform = obs.ask("GetSceneItemTransform", sceneName=SCENE, sceneItemId=item)
            scale = HEIGHT / transform["sceneItemTransform"]["sourceHeight"]
            obs.place(item, scaleX=scale, scaleY=scale, positionX=(WIDTH - HEIGHT) / 2)
            for name, values in LOOKS.items():
                change_look(panel, "save", name, emotion=values)
            assert until(lambda: "omote.look.Smirk" in hotkeys(obs))
            dock(obs, "show", "omote-dock", shown=True, floating=False)
            dock(obs, "click", "omote-emotion-happy")
            assert until(lambda: "checked" in str(dock(obs, "read", "omote-dock")))
            time.sleep(FADED_S)
            assert until(lambda: rate(obs) >= FLUENT)
            picture = ImageGrab.grab(xdisplay=obs.display).crop(SHOWN)
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(out, optimize=True)
    print(out, out.stat().st_size // 1000, "kB")
    return 0


def rate(obs: Obs) -> int:
    """Frames a second, as the dock's first line says; 0 while it says none."""
    widgets = {one["name"]: one for one in dock(obs, "read", "omote-dock")["widgets"]}
    found = re.search(r"(\d+) frames a second", str(widgets["omote-state"]["text"]))
    return int(found[1]) if found else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
