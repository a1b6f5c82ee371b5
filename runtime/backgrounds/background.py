"""Background: what is drawn behind a running avatar, read from a setting or a command.

parse_background("blur", folder)
parse_background("#00b140", folder)
parse_background("beach", folder)          # a picture that was kept
parse_background("./beach.jpg", folder)    # a file: its name has a slash, so that a name alone never reads a file
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from runtime.backgrounds.picture_folder import PictureFolder
from runtime.errors import BackgroundError

#: Made of the avatar's own background: as it is, blurred, a plain tone of its colours, nothing.
KINDS: Final = ("keep", "blur", "plate", "transparent")
COLOUR, PICTURE = "colour", "picture"
HELP: Final = "keep, blur, plate, transparent, a colour such as #00b140, or a picture (PNG, JPEG, WebP)"
_COLOUR: Final = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")


@dataclass(frozen=True, slots=True)
class Background:
    """One background.

    Attributes:
        text: as it was written; "" = the avatar's own.
        kind: of KINDS, "" (the avatar's own), COLOUR or PICTURE.
        colour: (r, g, b) 0..255, of COLOUR.
        picture: the file, of PICTURE.
    """

    text: str
    kind: str
    colour: tuple[int, int, int] = (0, 0, 0)
    picture: Path | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same behind every avatar."""
        return self.kind in (COLOUR, PICTURE)


def is_path(text: str) -> bool:
    """Whether a text names a file, and not a picture that was kept; programs that send datagrams may not name files."""
    return "/" in text or "\\" in text


def parse_background(text: str, pictures: PictureFolder) -> Background:
    """Read a background.

    Args:
        text: "", one of KINDS, "#rrggbb" or "#rgb", the name of a picture that was kept, or a file's path with a slash.
        pictures: where names are looked up.

    Raises:
        BackgroundError: it is none of these.
    """
    if text == "" or text in KINDS:
        return Background(text, text)
    if found := _COLOUR.fullmatch(text):
        digits = found[1] if len(found[1]) == 6 else "".join(2 * digit for digit in found[1])
        red, green, blue = bytes.fromhex(digits)
        return Background(text, COLOUR, (red, green, blue))
    kept = pictures.find(text)
    if kept is not None:
        return Background(text, PICTURE, picture=kept)
    if is_path(text):
        path = Path(text).expanduser()
        if "\0" not in text and path.is_file():
            return Background(text, PICTURE, picture=path.absolute())
        raise BackgroundError(f"background: there is no file {text[:200]!r}; check the name")
    close = get_close_matches(text, [*KINDS, *pictures.names()], n=1, cutoff=0.6)
    hint = f"did you mean {close[0]}?" if close else f"expected {HELP}"
    raise BackgroundError(f"background: there is no {text[:80]!r}; {hint}")
