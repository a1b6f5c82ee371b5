"""The settings that a folder of training data was begun with: other ones must not go on in it."""

from __future__ import annotations

import json
from pathlib import Path

from training.errors import TrainingError


def keep_settings(path: Path, settings: dict[str, str | int]) -> None:
    """Write the settings into a new folder of data, and compare them with those of one that has been begun.

    Args:
        path: file in the folder, which is made if missing.
        settings: options of the command -> value; arguments in upper case.

    Raises:
        TrainingError: the folder was made with other settings, or is not writable.
    """
    folder = path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            before = json.loads(path.read_text(encoding="utf-8"))
            if before != settings:
                raise TrainingError(
                    f"{folder} was begun with {_words(before)}, got {_words(settings)}; choose another folder, or the "
                    "same settings"
                )
            return
        path.write_text(json.dumps(settings) + "\n", encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"{folder} cannot be written to: {error.strerror or error}") from error
    except ValueError as error:
        raise TrainingError(f"{path} is damaged ({error}); delete it if the settings are the same") from error


def _words(settings: object) -> str:
    if not isinstance(settings, dict):
        return f"{settings!r}"
    return ", ".join(f"{'' if name.isupper() else '--'}{name} {value}" for name, value in settings.items())
