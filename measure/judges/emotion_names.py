"""The emotions that the judge of expressions knows, in the order of its answers; without torch."""

from __future__ import annotations

from typing import Final

#: face-api's neutral, happy, sad, angry, fearful, disgusted, surprised, in Omote's words.
EMOTION_NAMES: Final = ("neutral", "happy", "sad", "angry", "afraid", "disgusted", "surprised")
