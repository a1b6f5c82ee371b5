"""Draw the realistic avatars that come with Omote: portraits by the studio, made into avatars by `omote avatar make`.

    python scripts/builtin_avatars.py                    # all, into runtime/builtin/
    python scripts/builtin_avatars.py kofi -o /tmp/try   # one, elsewhere

The others are drawn by `python -m authoring.builtin.avatar`. Needs ICT-FaceKit's arrays: docs/studio.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402

from omote.__main__ import main as omote  # noqa: E402
from studio.commands.portrait import PORTRAIT_PX, cut_out, draw_portrait  # noqa: E402
from studio.head.source import read_face_source  # noqa: E402
from studio.head.source_path import find_face_source  # noqa: E402
from studio.renderer import Studio  # noqa: E402
from vision.landmark_file import write_landmarks  # noqa: E402


@dataclass(frozen=True, slots=True)
class Choice:
    """The name and the studio's seeds of one avatar: see `omote-studio portrait --help`."""

    name: str
    style: str
    identity: int
    look: int
    background: int


#: Chosen by eye, from sheets of many; the folder's name is the name in lower case.
CHOICES: Final = (
    Choice("Ines", "real", identity=134, look=1017, background=17),
    Choice("Kofi", "real", identity=40, look=1061, background=24),
)
#: Files of a made avatar that the runtime does not need.
LEFT_OUT: Final = ("preview.png", "report.txt")


def main() -> int:
    """Parse, draw, make."""
    parser = argparse.ArgumentParser(description="Draw the avatars that come with Omote.")
    names = [choice.name.lower() for choice in CHOICES]
    parser.add_argument("name", nargs="*", metavar="NAME", help=f"of {', '.join(names)} (default: all)")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "runtime" / "builtin", metavar="DIR")
    parser.add_argument("--ict", type=Path, metavar="FILE", help="ICT-FaceKit's arrays")
    parser.add_argument("--keep-previews", action="store_true", help="leave preview.png and report.txt there")
    args = parser.parse_args()
    wanted = args.name or names
    if unknown := set(wanted) - set(names):
        parser.error(f"no avatar is called {', '.join(sorted(unknown))}; expected {', '.join(names)}")
    with tempfile.TemporaryDirectory() as place:
        portraits = {}
        with Studio(read_face_source(find_face_source(args.ict))) as studio:
            for choice in CHOICES:
                if choice.name.lower() in wanted:
                    numbers = (choice.identity, choice.look, choice.background)
                    picture = draw_portrait(studio, *numbers, choice.style, PORTRAIT_PX)
                    portraits[choice.name] = Path(place) / f"{choice.name}.png"
                    Image.fromarray(cut_out(picture)).save(portraits[choice.name])
                    points = portraits[choice.name].with_suffix(".json")
                    write_landmarks(points, picture.mediapipe_landmarks[:, :2])
        for name, portrait in portraits.items():
            folder = args.output / name.lower()
            making = ["avatar", "make", os.fspath(portrait), "-o", os.fspath(folder), "--name", name]
            making += ["--landmarks", os.fspath(portrait.with_suffix(".json"))]
            if omote([*making, "--at-rest", "--compact", "--background", "plate", "--force"]) != 0:
                return 1
            if not args.keep_previews:
                for file in LEFT_OUT:
                    (folder / file).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
