from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bridge.errors import SoundError
from bridge.voice.text_sounds import read_text, sounds_of_ipa, sounds_of_text
from protocol.visemes import VISEMES

#: What espeak-ng 1.51 writes for "Hello there, my friend." with --ipa --sep=_ -v en-us.
HELLO = "h_ə_l_ˈoʊ ð_ˈɛɹ\nm_aɪ f_ɹ_ˈɛ_n_d\n"


def test_words_and_sounds_of_what_espeak_writes() -> None:
    made = sounds_of_ipa(HELLO)
    assert [VISEMES[one.phone.viseme] for one in made] == [
        "E", "E", "nn", "oh", "ou", "TH", "E", "RR", "PP", "aa", "ih", "FF", "RR", "E", "nn", "DD",
    ]  # fmt: skip
    assert [number for number, one in enumerate(made) if one.begins_word] == [0, 5, 8, 11]


def test_marks_of_languages_and_empty_sounds_are_left_out() -> None:
    made = sounds_of_ipa("d_a_s (en)k_ˈuː_l(de) _ʊ_m _|_ ")
    assert [VISEMES[one.phone.viseme] for one in made] == ["DD", "aa", "SS", "kk", "ou", "nn", "ou", "PP"]


@pytest.fixture
def espeak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of espeak-ng's name that writes its options and the text, or fails for the language xx."""
    program = tmp_path / "espeak-ng"
    program.write_text(
        '#!/bin/sh\ncase "$*" in *"-v xx"*) echo "Error: no such voice" >&2; exit 1;; esac\n'
        'echo "$*" > "$0.options"; tr -d "\\n"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return program


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_the_text_goes_to_espeak_as_its_input_and_never_as_an_option(espeak: Path) -> None:
    made = sounds_of_text("--help p_a", "de")
    assert [VISEMES[one.phone.viseme] for one in made][-2:] == ["PP", "aa"]
    assert Path(f"{espeak}.options").read_text().split() == ["-q", "--ipa", "--sep=_", "-v", "de", "--stdin"]


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_a_language_that_espeak_does_not_know_is_refused_with_its_words(espeak: Path) -> None:
    with pytest.raises(SoundError, match=r"refuses the language 'xx' \(Error: no such voice\)"):
        sounds_of_text("x", "xx")


@pytest.mark.parametrize("language", ["", "de;rm", "--help", "../x", "a" * 40])
def test_what_is_no_language_is_refused_before_anything_runs(language: str) -> None:
    with pytest.raises(SoundError, match="expected a name such as en-us"):
        sounds_of_text("x", language)


def test_without_espeak_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SoundError, match="apt install espeak-ng"):
        sounds_of_text("x", "de")


def test_a_text_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="cannot be read as text"):
        read_text(tmp_path / "missing.txt")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00\xff")
    with pytest.raises(SoundError, match="cannot be read as text"):
        read_text(tmp_path / "bytes.txt")
