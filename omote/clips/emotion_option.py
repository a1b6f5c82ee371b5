"""What `--emotion` of `omote render` names: emotions that are held, or a file whose mood is shown.

example_of(["d.mp4"])                           # Path("d.mp4")
held_emotion(["happy=0.8", "surprised"], 1.0)   # one message
"""

from __future__ import annotations

from pathlib import Path

from face.emotion_argument import parse_emotion
from protocol.channels import EMOTIONS
from protocol.codec import MAX_TTL_S
from protocol.messages import ControlMessage
from protocol.regular_file import is_file
from runtime.errors import ConfigError


def example_of(given: list[str]) -> Path | None:
    """The file among the values of `--emotion`; None = there is none.

    Raises:
        ConfigError: a file beside something else.
    """
    files = [text for text in given if _is_path(text)]
    if files and len(given) > 1:
        raise ConfigError(
            f"--emotion {files[0]} is given beside another --emotion; a mood comes from one file alone"
        )
    return Path(files[0]) if files else None


def _is_path(text: str) -> bool:
    if text.partition("=")[0] in EMOTIONS:
        return False
    return is_file(Path(text)) or ("=" not in text and bool(Path(text).suffix))


def held_emotion(given: list[str], weight: float) -> tuple[ControlMessage, ...]:
    """Make one message for the emotion layer from `["happy=0.8"]`; none from an empty list or a file.

    Args:
        given: the values of `--emotion`; a name alone means 1.
        weight: the emotion's share.

    Raises:
        ConfigError: an unknown emotion, or a number outside 0..1.
    """
    if not 0.0 <= weight <= 1.0:
        raise ConfigError(f"--emotion-weight {weight:g}, expected 0 to 1")
    if example_of(given) is not None:
        return ()
    values = {}
    for text in given:
        try:
            name, intensity = parse_emotion(text)
        except ValueError as error:
            raise ConfigError(f"--emotion {error}; or a video or take whose mood is shown") from error
        values[name] = 1.0 if intensity is None else intensity
    if not values:
        return ()
    return (ControlMessage(layer="emotion", source="render", values=values, weight=weight, ttl_s=MAX_TTL_S),)
