"""The sounds of a text, by espeak-ng where it is installed.

    sounds_of_text("Guten Morgen", "de")       # [SpokenSound(...), ...]

espeak-ng (GPL-3) is called as a program of its own; it is no part of Omote. Only `--text` needs it.

Source: espeak-ng's manual, options --ipa and --sep.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from bridge.errors import SoundError
from bridge.voice.alignment import SpokenSound
from face.phones import parts_of, with_breaths
from protocol.errors import FileError
from protocol.regular_file import read_regular

PROGRAM: Final = "espeak-ng"
MAX_TEXT_BYTES: Final = 1_000_000
_TIMEOUT_S: Final = 120.0
#: Where espeak-ng takes words of another language, it names that language.
_LANGUAGE_MARK: Final = re.compile(r"\([a-z-]+\)")
#: A language as espeak-ng names them, perhaps with a variant.
_LANGUAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,19}(\+[A-Za-z0-9-]{1,20})?")


def read_text(path: Path) -> str:
    """Read a text file.

    Raises:
        SoundError: it is missing, too large, or no text.
    """
    try:
        return read_regular(path, max_bytes=MAX_TEXT_BYTES).decode("utf-8-sig")
    except (FileError, OSError, UnicodeDecodeError) as error:
        raise SoundError(f"{path} cannot be read as text: {error}") from error


def sounds_of_text(text: str, language: str) -> list[SpokenSound]:
    """The sounds of a text in their order.

    Args:
        language: as espeak-ng names it: en-us, de, fr-fr, ...

    Raises:
        SoundError: espeak-ng is not installed, or does not know the language.
    """
    if not _LANGUAGE.fullmatch(language):
        raise SoundError(f"language {language!r}, expected a name such as en-us, de or fr-fr")
    program = shutil.which(PROGRAM)
    if program is None:
        raise SoundError(
            "a text needs espeak-ng, which knows how it is pronounced; apt install espeak-ng, brew install espeak-ng, or "
            "give the sounds with --visemes"
        )
    command = [program, "-q", "--ipa", "--sep=_", "-v", language, "--stdin"]
    try:
        done = subprocess.run(
            command, input=text.encode(), capture_output=True, timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SoundError(f"espeak-ng cannot be run ({error}); give the sounds with --visemes") from error
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip() or f"status {done.returncode}"
        raise SoundError(f"espeak-ng refuses the language {language!r} ({reason}); see espeak-ng --voices")
    return sounds_of_ipa(done.stdout.decode("utf-8", "replace"))


def sounds_of_ipa(lines: str) -> list[SpokenSound]:
    """The sounds of a text in the IPA: words with spaces between, sounds with "_" between."""
    made: list[SpokenSound] = []
    for word in _LANGUAGE_MARK.sub(" ", lines).split():
        phones = [phone for sound in word.split("_") for phone, _ in parts_of(sound)]
        made += [SpokenSound(phone, number == 0) for number, phone in enumerate(phones)]
    heard_as = with_breaths([one.phone for one in made])
    return [one._replace(phone=phone) for one, phone in zip(made, heard_as, strict=True)]
