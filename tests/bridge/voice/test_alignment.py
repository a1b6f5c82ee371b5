"""Against every way to place a few sounds, and against sounds whose times are known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bridge.errors import SoundError
from bridge.voice import alignment
from bridge.voice.alignment import STEPS_A_SECOND, HeardVisemes, SpokenSound, aligned, with_pauses
from face.coarticulation import TimedPhone
from face.phones import PHONES
from protocol.visemes import VISEMES

STEP_S = 1 / STEPS_A_SECOND


def text(letters: str, *, begins: str = "") -> list[SpokenSound]:
    return [SpokenSound(PHONES[letter], letter in begins) for letter in letters]


def heard(shares: np.ndarray) -> HeardVisemes:
    return HeardVisemes(np.arange(len(shares)) * STEP_S, shares.astype(np.float32))


def best_of_all_paths(shares: np.ndarray, sounds: list[SpokenSound]) -> float:
    """The score of the best path, found by trying all."""
    scores = np.log(shares + alignment._FLOOR) - alignment._PRIOR_POWER * np.log(alignment._PRIORS)
    found = -np.inf
    states = 2 * len(sounds) + 1
    for path in itertools.combinations_with_replacement(range(states), len(shares)):
        if path[0] > 1 or path[-1] < states - 2 or not set(range(1, states, 2)) <= set(path):
            continue
        score = sum(
            row[0 if state % 2 == 0 else sounds[state // 2].phone.viseme]
            for row, state in zip(scores, path, strict=True)
        )
        for state in set(path) & set(range(2, states - 1, 2)):
            score += alignment._PAUSE if sounds[state // 2].begins_word else alignment._PAUSE_IN_WORD
        found = max(found, score)
    return float(found)


@pytest.mark.parametrize("seed", range(4))
def test_it_finds_the_best_of_all_ways_to_place_the_sounds(seed: int) -> None:
    random = np.random.default_rng(seed)
    shares = random.dirichlet(np.full(15, 0.3), 9)
    sounds = text("pas", begins="s")
    scores = np.log(shares + alignment._FLOOR) - alignment._PRIOR_POWER * np.log(alignment._PRIORS)
    states = alignment._best_path(scores, sounds)
    visemes = [0 if state % 2 == 0 else sounds[state // 2].phone.viseme for state in states]
    score = scores[np.arange(9), visemes].sum()
    for state in {int(one) for one in states} & {2, 4}:
        score += alignment._PAUSE if sounds[state // 2].begins_word else alignment._PAUSE_IN_WORD
    assert score == pytest.approx(best_of_all_paths(shares, sounds))


def test_sounds_that_are_heard_clearly_get_their_own_times() -> None:
    """Silence, [m a], a pause, [p u], and a frame in between that was heard wrongly."""
    said = ["sil"] * 20 + ["PP"] * 12 + ["aa"] * 24 + ["sil"] * 30 + ["PP"] * 8 + ["ou"] * 20 + ["sil"] * 10
    shares = np.full((len(said), 15), 0.2 / 14)
    shares[np.arange(len(said)), [VISEMES.index(name) for name in said]] = 0.8
    shares[40] = np.eye(15)[VISEMES.index("SS")]
    made = aligned(text("mapu", begins="mp"), heard(shares))
    times = [(round(one.begin_s / STEP_S), round(one.end_s / STEP_S)) for one in made.phones]
    assert times == [(20, 32), (32, 56), (86, 94), (94, 114)]
    assert 0.7 < made.fit < 0.85


def test_neighbours_of_one_viseme_share_their_time() -> None:
    shares = np.full((60, 15), 0.01)
    shares[:, VISEMES.index("DD")] = 1.0
    made = aligned(text("tdt"), heard(shares))
    assert [round(one.begin_s / STEP_S) for one in made.phones] == [0, 20, 40]


def test_a_text_that_is_another_one_fits_badly() -> None:
    shares = np.full((200, 15), 0.01)
    shares[:, VISEMES.index("SS")] = 0.86
    assert aligned(text("papa"), heard(shares)).fit < 0.1


def test_a_long_recording_is_aligned_within_its_memory() -> None:
    """Two and a half minutes, in which each sound lasts as long as the one before."""
    letters = "mapusino" * 120
    visemes = [PHONES[letter].viseme for letter in letters]
    shares = np.full((len(letters) * 18, 15), 0.02)
    shares[np.arange(len(shares)), np.repeat(visemes, 18)] = 0.7
    made = aligned(text(letters), heard(shares))
    begins = np.array([one.begin_s for one in made.phones]) / STEP_S
    assert np.abs(begins - np.arange(len(letters)) * 18).max() < 1.5


@pytest.mark.parametrize(
    ("letters", "said"), [("", "no sounds"), ("pa" * 60, "120 sounds, too many for 0.2 s")]
)
def test_a_text_that_cannot_be_in_the_recording_is_refused(letters: str, said: str) -> None:
    with pytest.raises(SoundError, match=said):
        aligned(text(letters), heard(np.full((25, 15), 1 / 15)))


def test_gaps_become_pauses_and_short_ones_go_to_the_sound_before() -> None:
    sounds = [
        TimedPhone(PHONES["a"], 0.0, 0.1),
        TimedPhone(PHONES["p"], 0.13, 0.2),
        TimedPhone(PHONES["a"], 0.5, 0.6),
    ]
    made = with_pauses(sounds)
    assert [(VISEMES[one.phone.viseme], one.begin_s, one.end_s) for one in made] == [
        ("aa", 0.0, 0.13), ("PP", 0.13, 0.2), ("sil", 0.2, 0.5), ("aa", 0.5, 0.6),
    ]  # fmt: skip


def test_noise_that_could_be_any_sound_of_a_long_text_is_refused_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is unlikely in it, so nothing is given up: moments times sounds, some 50 GB in half an hour."""
    noise = np.tile(alignment._PRIORS, (400, 1))
    sounds = text("pa" * 150)
    assert len(aligned(sounds, heard(noise)).phones) == 300
    monkeypatch.setattr(alignment, "_MOST_STATES", 20_000)
    with pytest.raises(SoundError, match=r"do not fit.*cut both into parts"):
        aligned(sounds, heard(noise))
