"""Draw the realistic avatars that come with Omote: portraits by the studio, finished by
`authoring.builtin.finish` and made into avatars by `omote avatar make`.

    python scripts/builtin_avatars.py                    # all, into runtime/builtin/
    python scripts/builtin_avatars.py kofi -o drawn/     # one, elsewhere

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

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from PIL import Image  # noqa: E402

from authoring.builtin.finish import DrawnPortrait, finished  # noqa: E402
from omote.__main__ import main as omote  # noqa: E402
from protocol.blendshapes import INDEX  # noqa: E402
from studio.commands.portrait import PORTRAIT_PX, PORTRAIT_VIEW, cut_out  # noqa: E402
from studio.factors import Factors  # noqa: E402
from studio.head.identity import identity_weights  # noqa: E402
from studio.head.source import PART, read_face_source  # noqa: E402
from studio.head.source_path import find_face_source  # noqa: E402
from studio.renderer import Studio, StudioPicture  # noqa: E402
from vision.landmark_file import write_landmarks  # noqa: E402

#: A face that does nothing looks dead: at rest these people smile a little, as far as `Choice.smile` says.
SMILE: Final = {
    "mouthSmileLeft": 0.34, "mouthSmileRight": 0.30, "mouthDimpleLeft": 0.15, "mouthDimpleRight": 0.15,
    "cheekSquintLeft": 0.25, "cheekSquintRight": 0.25, "eyeSquintLeft": 0.12, "eyeSquintRight": 0.12,
    "browInnerUp": 0.10,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """One avatar.

    Attributes:
        name: its display name.
        identity, look, background: the studio's numbers; see `omote-studio portrait --help`.
        share: how far the identity is from the mean head, 1 = as it is.
        smile: factor of SMILE.
        loose: number of loose hairs along the outline.
    """

    name: str
    identity: int
    look: int
    background: int
    share: float
    smile: float
    loose: int

    def draw(self, studio: Studio) -> StudioPicture:
        """The portrait, from the front and at rest."""
        rest = np.zeros(len(INDEX), np.float32)
        for shape, weight in SMILE.items():
            rest[INDEX[shape]] = self.smile * weight
        factors = Factors(
            identity=identity_weights(self.identity) * np.float32(self.share),
            look=self.look,
            background=self.background,
            style="real",
            articulation=rest,
            view=PORTRAIT_VIEW,
        )
        return studio.render(factors, PORTRAIT_PX)


#: Chosen by eye, from sheets of many; the folder's name is the name in lower case.
CHOICES: Final = (
    Choice("Ines", identity=500, look=38145, background=87, share=0.8, smile=1.0, loose=700),
    Choice("Kofi", identity=40, look=1061, background=24, share=1.0, smile=0.5, loose=0),
)
#: Files of a made avatar that the runtime does not need.
LEFT_OUT: Final = ("preview.png", "report.txt")


def _finished(picture: StudioPicture, loose: int) -> NDArray[np.uint8]:
    """The portrait (S, S, 4) uint8, cut out."""
    hair = picture.part == PART["hair"]
    skin = np.isin(picture.part, [PART["face"], PART["head_and_neck"]])
    eyes = np.isin(picture.part, [PART["eyeball_left"], PART["eyeball_right"]])
    whole = DrawnPortrait(cut_out(picture), hair, skin, eyes, picture.mediapipe_landmarks[:, :2])
    return finished(whole, loose=loose, seed=1)


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
                    picture = choice.draw(studio)
                    portraits[choice.name] = Path(place) / f"{choice.name}.png"
                    Image.fromarray(_finished(picture, choice.loose)).save(portraits[choice.name])
                    points = portraits[choice.name].with_suffix(".json")
                    write_landmarks(points, picture.mediapipe_landmarks[:, :2])
        for name, portrait in portraits.items():
            folder = args.output / name.lower()
            making = ["avatar", "make", os.fspath(portrait), "-o", os.fspath(folder), "--name", name]
            making += ["--landmarks", os.fspath(portrait.with_suffix(".json"))]
            if (
                omote(
                    [
                        *making,
                        "--at-rest",
                        "--matte",
                        "parsing",
                        "--compact",
                        "--background",
                        "plate",
                        "--force",
                    ]
                )
                != 0
            ):
                return 1
            if not args.keep_previews:
                for file in LEFT_OUT:
                    (folder / file).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
