from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from protocol.messages import ControlMessage
from protocol.text_file import utf8_of
from runtime.takes.performance import load_performance
from vision.landmark_file import read_landmarks

#: As editors save a text: their byte-order mark, their encoding, their line ends.
SAVED = {
    "plain": lambda text: text.encode(),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "bom": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "bom-crlf": lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    "utf-16": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "utf-16-be": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "utf-32": lambda text: b"\xff\xfe\0\0" + text.encode("utf-32-le"),
}
every_editor = pytest.mark.parametrize("saved", SAVED.values(), ids=SAVED)


@every_editor
def test_the_text_is_the_same(saved) -> None:  # type: ignore[no-untyped-def]
    assert utf8_of(saved("naïve アンナ 😀")).decode() == "naïve アンナ 😀"


def test_bytes_without_a_mark_are_not_touched() -> None:
    assert utf8_of(b"\xff\x00abc") == b"\xff\x00abc"
    assert utf8_of(b"") == b""


def test_half_a_character_after_a_mark_is_an_error() -> None:
    with pytest.raises(UnicodeDecodeError):
        utf8_of(b"\xff\xfea")


@every_editor
def test_landmarks_from_any_editor(tmp_path: Path, saved) -> None:  # type: ignore[no-untyped-def]
    points = np.random.default_rng(0).uniform(0, 500, (478, 2)).round(2)
    path = tmp_path / "points.json"
    path.write_bytes(saved(json.dumps({"landmarks": points.tolist()}, indent=1)))
    assert read_landmarks(path) == pytest.approx(points, abs=0.01)


@every_editor
def test_a_performance_from_any_editor(tmp_path: Path, saved) -> None:  # type: ignore[no-untyped-def]
    message = ControlMessage(layer="pose", source="me", values={"yaw": 0.25})
    written = {"duration_s": 2.0, "messages": [[0.0, msgspec.to_builtins(message)]]}
    path = tmp_path / "performance.JSON"
    path.write_bytes(saved(json.dumps(written, indent=1)))
    (received,) = load_performance(path).at(0.5)
    assert received.message.values == {"yaw": 0.25}
