"""Install the built wheel into a fresh virtual environment, away from the sources, and use it.

python -m build && python scripts/try_wheel.py dist
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Final

#: What has to work with the base installation alone.
LINES: Final = (
    ["omote", "--help"],
    ["omote", "run", "--help"],
    ["omote", "avatar", "list"],
    ["omote", "doctor"],
    ["omote-bridge", "--help"],
    ["omote-studio", "--help"],
    ["omote-measure", "--help"],
    ["omote-train", "--help"],
)
#: One frame of the default avatar, read back from memory.
RENDER: Final = """
from face.avatar import load_avatar
from face.motion import Motion
from runtime.avatars.builtin import DEFAULT, builtin_avatars
from runtime.engines.selection import make_engine

avatar = load_avatar(builtin_avatars()[DEFAULT])
engine = make_engine(avatar.engine, 256)
engine.set_avatar(avatar)
picture = engine.render(Motion.neutral(), 0.0)
assert picture.shape == (256, 256, 4) and picture.std() > 10, "no face was drawn"
engine.close()
print("a frame of", DEFAULT, "was drawn")
"""

#: The client, without a runtime: it is imported with its types, and drops what it is given.
CLIENT: Final = """
from importlib.resources import files
from omote.client import Omote
with Omote(must_run=False) as face:
    assert face.pose(yaw=0.3) is False
assert files("omote").joinpath("py.typed").is_file() and files("protocol").joinpath("py.typed").is_file()
"""


def main() -> int:
    """Returns 0 when everything worked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dist", type=Path, help="the folder with the wheel")
    wheels = sorted(parser.parse_args().dist.resolve().glob("omote-*.whl"))
    if len(wheels) != 1:
        print(f"expected one wheel, found {len(wheels)}: make one with: python -m build", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        programs = Path(folder) / ("Scripts" if sys.platform == "win32" else "bin")
        python = programs / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", wheels[0]], check=True, cwd=folder)
        for line in LINES:
            print("$", *line, flush=True)
            subprocess.run([programs / line[0], *line[1:]], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        subprocess.run([python, "-c", RENDER], check=True, cwd=folder)
        subprocess.run([python, "-c", CLIENT], check=True, cwd=folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
