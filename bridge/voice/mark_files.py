"""Files of visemes or phonemes with their times, as speech synthesizers and lip-sync programs write them.

    marks = read_marks(Path("talk.json"))        # a MarksMessage, whatever program wrote it

The program is recognised by its keys:

- Rhubarb Lip Sync: JSON with "mouthCues" (start, end, value), or its TSV of seconds and shape
- Azure AI Speech: a list, or a line each, of "viseme_id" and "audio_offset" (100 ns); also "VisemeId", "AudioOffset"
- Oculus LipSync: a list of "viseme" (name or number) and "time" (seconds), or "time_ms"; perhaps "end"
- Amazon Polly: lines of {"time": ms, "type": "viseme", "value": "p"}
- Piper, espeak: a list of "phoneme" and "num_samples" with a "sample_rate" beside it, or of "phoneme", "start" and "end"
- ElevenLabs: "characters", "character_start_times_seconds", "character_end_times_seconds", also below "alignment", and the
  WebSocket's "chars", "charStartTimesMs" and "charsDurationsMs"
- "kind", "times_s" and "names": a MarksMessage as JSON
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, Final

from bridge.errors import SoundError
from bridge.voice.mark_names import AZURE, OCULUS, RHUBARB
from protocol.errors import FileError
from protocol.regular_file import read_regular
from protocol.sound_messages import MARK_KINDS, MarkKind, MarksMessage, wrong_marks
from protocol.visemes import VISEMES

MAX_BYTES: Final = 16_000_000
#: Begin, end (None = the next one's begin) and name.
Cue = tuple[float, float | None, str]
_TICKS: Final = 1e7  # Azure's audio offset, in a second
_KNOWN: Final = "Rhubarb's, Azure's, Oculus LipSync's, Polly's, Piper's or ElevenLabs' (docs/voice.md)"


def read_marks(path: Path) -> MarksMessage:
    """Read a file.

    Raises:
        SoundError: it is missing, damaged, or of no known program; names what was expected.
    """
    try:
        text = read_regular(path, max_bytes=MAX_BYTES).decode("utf-8-sig")
    except (FileError, OSError, UnicodeDecodeError) as error:
        raise SoundError(f"{path} cannot be read as marks of visemes: {error}") from error
    try:
        marks = parse_marks(text)
    except (
        AttributeError, IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError,
        ZeroDivisionError,
    ) as error:  # fmt: skip
        what = f"{type(error).__name__}: {error}" if not isinstance(error, ValueError) else str(error)
        raise SoundError(f"{path} holds no marks of visemes ({what}); expected {_KNOWN}") from error
    if wrong := wrong_marks(marks):
        raise SoundError(f"{path}: {wrong}")
    return marks


def parse_marks(text: str) -> MarksMessage:
    """Parse the text of a file.

    Raises:
        KeyError, TypeError, ValueError: of no known program.
    """
    stripped = text.strip()
    if not stripped.startswith(("{", "[")):
        return _marks("rhubarb", [_row(line) for line in stripped.splitlines() if line.strip()])
    try:
        found = json.loads(stripped)
    except json.JSONDecodeError:
        found = [json.loads(line) for line in stripped.splitlines() if line.strip()]  # a line each
    return _of_list(found, {}) if isinstance(found, list) else _of_map(found)


def _row(line: str) -> Cue:
    cells = line.split("\t")
    if len(cells) != 2:
        raise ValueError(f"a line {line[:40]!r}, expected seconds, a tab and a mouth shape of Rhubarb")
    return float(cells[0]), None, cells[1].strip()


def _of_map(found: Mapping[str, Any]) -> MarksMessage:
    if "mouthCues" in found:
        cues = [(float(one["start"]), float(one["end"]), str(one["value"])) for one in found["mouthCues"]]
        return _marks("rhubarb", cues)
    if "times_s" in found:
        kind = next((one for one in MARK_KINDS if one == found.get("kind")), None)
        if kind is None:
            raise ValueError(f"kind {found.get('kind')!r}, expected one of {', '.join(MARK_KINDS)}")
        names, times = [str(one) for one in found["names"]], [float(one) for one in found["times_s"]]
        end = found.get("end_s")
        return MarksMessage(kind=kind, times_s=times, names=names, end_s=None if end is None else float(end))
    aligned = found.get("alignment") or found.get("normalizedAlignment") or found
    if "character_start_times_seconds" in aligned:
        ends = aligned["character_end_times_seconds"]
        begins = aligned["character_start_times_seconds"]
        return _letters(aligned["characters"], begins, [float(one) for one in ends])
    if "charStartTimesMs" in aligned:
        begins_ms = [float(one) for one in aligned["charStartTimesMs"]]
        lasts_ms = aligned.get("charsDurationsMs") or aligned["charDurationsMs"]
        ends_s = [(a + float(b)) / 1000 for a, b in zip(begins_ms, lasts_ms, strict=True)]
        return _letters(aligned["chars"], [one / 1000 for one in begins_ms], ends_s)
    lists = [value for value in found.values() if isinstance(value, list) and value]
    if not lists:
        raise ValueError(f"the keys {', '.join(list(found)[:8]) or 'none'}")
    return _of_list(lists[0], found)


def _letters(letters: Any, begins: Any, ends: list[float]) -> MarksMessage:
    cues = [
        (float(begin), end, str(letter)) for letter, begin, end in zip(letters, begins, ends, strict=True)
    ]
    return _marks("letters", cues)


def _of_list(found: list[Any], beside: Mapping[str, Any]) -> MarksMessage:
    """Marks one by one; `beside` is what stands next to their list."""
    if not found or not all(isinstance(one, dict) for one in found):
        raise ValueError("a list, expected maps of a time and a viseme or phoneme")
    first = next((one for one in found if one.get("type", "viseme") == "viseme"), found[0])
    if "type" in first and "value" in first:
        of_visemes = [one for one in found if one["type"] == "viseme"]
        return _marks("polly", [(float(one["time"]) / 1000, None, str(one["value"])) for one in of_visemes])
    for id_key, offset_key in (
        ("viseme_id", "audio_offset"),
        ("VisemeId", "AudioOffset"),
        ("visemeId", "audioOffset"),
    ):
        if id_key in first:
            return _marks(
                "azure", [(float(one[offset_key]) / _TICKS, None, str(one[id_key])) for one in found]
            )
    if "phoneme" in first:
        return _marks("ipa", _phonemes(found, beside))
    name_key = next((key for key in ("viseme", "value", "name") if key in first), None)
    if name_key is None:
        raise ValueError(f"marks with the keys {', '.join(list(first)[:8])}")
    cues = [(_time_s(one), _end_s(one), str(one[name_key])) for one in found]
    return _marks(_kind_of({name for _, _, name in cues}), cues)


def _phonemes(found: list[Any], beside: Mapping[str, Any]) -> Sequence[Cue]:
    if "num_samples" not in found[0]:
        return [(_time_s(one), _end_s(one), str(one["phoneme"])) for one in found]
    if "sample_rate" not in beside:
        raise ValueError("phonemes with num_samples, expected a sample_rate beside their list")
    cues: list[Cue] = []
    time_s = 0.0
    for one in found:
        end_s = time_s + float(one["num_samples"]) / float(beside["sample_rate"])
        cues.append((time_s, end_s, str(one["phoneme"])))
        time_s = end_s
    return cues


def _time_s(one: Mapping[str, Any]) -> float:
    for key in ("start", "begin", "time", "time_s", "start_s"):
        if key in one:
            return float(one[key])
    return float(one["time_ms"]) / 1000


def _end_s(one: Mapping[str, Any]) -> float | None:
    found = one.get("end", one.get("end_s"))
    return None if found is None else float(found)


def _kind_of(names: set[str]) -> MarkKind:
    tables: tuple[tuple[MarkKind, set[str]], ...] = (
        ("oculus", {*OCULUS, *(str(number) for number in range(len(VISEMES)))}),
        ("azure", set(AZURE)),
        ("rhubarb", set(RHUBARB)),
    )
    for kind, known in tables:
        if names <= known:
            return kind
    return "ipa"


def _marks(kind: MarkKind, cues: Sequence[Cue]) -> MarksMessage:
    """Marks one after another; between a mark's end and the next one's begin there is silence."""
    times_s: list[float] = []
    names: list[str] = []
    for number, (begin_s, end_s, name) in enumerate(cues):
        if not (isfinite(begin_s) and (end_s is None or isfinite(end_s))):
            raise ValueError(f"a mark at {begin_s:g} s until {end_s}, expected finite times")
        times_s.append(begin_s)
        names.append(name)
        is_last = number + 1 == len(cues)
        if end_s is not None and not is_last and end_s < cues[number + 1][0] - 1e-4:
            times_s.append(max(end_s, begin_s))
            names.append(_SILENCE[kind])
    if not cues:
        raise ValueError("no mark")
    end_s = cues[-1][1]
    return MarksMessage(
        kind=kind, times_s=times_s, names=names, end_s=None if end_s is None else max(end_s, times_s[-1])
    )


#: What each kind calls silence.
_SILENCE: Final[dict[MarkKind, str]] = {
    "oculus": "sil", "azure": "0", "rhubarb": "X", "polly": "sil", "ipa": "", "letters": " ",
}  # fmt: skip
