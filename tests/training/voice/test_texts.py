from __future__ import annotations

import sys

import numpy as np
import pytest

from training.errors import TrainingError
from training.voice.texts import HELD_OUT, TRAINED, Texts


def test_languages_to_be_judged_by_are_not_learned_from() -> None:
    assert not {*HELD_OUT.values()} & {*TRAINED.values()}
    assert not {*HELD_OUT} & {*TRAINED}
    assert len(set(TRAINED.values())) >= 8


def test_a_language_has_sentences_of_its_own() -> None:
    pytest.importorskip("babel", reason="the texts to speak need Babel")
    random = np.random.default_rng(0)
    german = Texts("de")
    said = [german.sentence(random) for _ in range(60)]
    assert len(set(said[:30])) == 30
    assert {*"äöüß"} & {*"".join(said)}


def test_without_babel_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "babel", None)
    with pytest.raises(TrainingError, match="pip install babel faker"):
        Texts("de")
