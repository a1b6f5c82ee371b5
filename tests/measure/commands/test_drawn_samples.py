from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest

from measure.commands.drawn_samples import add_drawing_options, check_counts, samples_of
from measure.errors import MeasureError
from studio.head.identity import identities_of
from tests.measure.tracker.network_by_hand import numbered_crops
from tests.measure.tracker.steps_by_hand import sessions_of


def options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_drawing_options(parser, people=9)
    return parser.parse_args(["-o", "report", *words])


def test_a_cache_of_more_people_serves_fewer(tmp_path: Path) -> None:
    people = list(identities_of("test", 3))
    kept = sessions_of(people)
    kept.save(tmp_path / "test-3-0-real.npz")
    numbered_crops(kept).save(tmp_path / "test-3-0-real.crops.npz")
    samples, crops = samples_of(options("--drawn", str(tmp_path)), "test", 2)
    chosen = np.isin(kept.person, people[:2])
    assert set(samples.person.tolist()) == set(people[:2])
    assert (samples.expression == kept.expression[chosen]).all()
    assert (crops.face == numbered_crops(kept).face[chosen]).all()
    assert int(samples.drawn) == chosen.sum()


@pytest.mark.parametrize(
    ("words", "said"), [(["--count", "0"], "--count 0"), (["--workers", "0"], "--workers 0")]
)
def test_impossible_numbers_are_refused(words: list[str], said: str) -> None:
    with pytest.raises(MeasureError, match=said):
        check_counts(options(*words), fewest=1)
