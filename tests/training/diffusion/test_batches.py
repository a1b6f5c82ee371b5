from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.dit_design import DitDesign
from tests.made_pairs import made_pairs
from training.diffusion.batches import ClipBatches, clip_examples
from training.diffusion.examples import ONCE, examples_of
from training.pairs.person_pairs import write_pairs
from training.retouch.batches import Batch

DESIGN = DitDesign()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    made = [tmp_path_factory.mktemp("clips") / f"p{identity:06d}" for identity in (1, 2)]
    for identity, folder in enumerate(made):
        write_pairs(made_pairs(identity, 7), folder)
    return made


def batches(folders: list[Path], count: int, **changed: int) -> list[tuple[Batch, ...]]:
    options = {"batch": 3, "frames": 3, "seed": 0} | changed
    with ClipBatches(folders, **options) as made:  # type: ignore[arg-type]
        return [made.next() for _ in range(count)]


def test_all_frames_of_a_clip_are_changed_alike(folders: list[Path]) -> None:
    is_mirrored = set()
    for clips in batches(folders, 6):
        assert len(clips) == 3
        first, *others = clips
        for other in others:
            assert torch.equal(other.backdrop, first.backdrop)
            assert torch.equal(other.portrait_planes, first.portrait_planes)
            assert torch.equal(other.portrait_code, first.portrait_code)
            assert not torch.equal(other.code, first.code)
        is_mirrored.update(torch.sign(first.portrait_code[:, 0]).tolist())
    assert len({float(one.backdrop.sum()) for clips in batches(folders, 6) for one in clips[:1]}) == 6


def test_the_order_follows_from_seed_and_number(folders: list[Path]) -> None:
    five = batches(folders, 5)
    again = batches(folders, 2, begin=3)
    for one, other in zip(five[3:], again, strict=True):
        assert all(torch.equal(a.draft, b.draft) for a, b in zip(one, other, strict=True))
    assert not torch.equal(batches(folders, 1, seed=1)[0][0].draft, five[0][0].draft)


def test_examples_of_clips_are_those_of_their_frames(folders: list[Path]) -> None:
    (clips,) = batches(folders, 1)
    joined = clip_examples(clips, DESIGN)
    assert joined.truth.shape == (3, 3, 4, 128, 128)
    for frame, batch in enumerate(clips):
        alone = examples_of(batch, DESIGN)
        for name in ("draft", "truth", "planes", "maps", "expression", "emotion", "pose", "face"):
            assert torch.equal(getattr(joined, name)[:, frame], getattr(alone, name)[:, 0])
        for name in ONCE:
            assert torch.equal(getattr(joined, name), getattr(alone, name))


def test_single_moments_hold_the_portraits_own_motion_as_well(folders: list[Path]) -> None:
    seen = [
        bool((one.code[row] == one.portrait_code[row]).all())
        for (one,) in batches(folders, 20, frames=1)
        for row in range(3)
    ]
    assert 0 < sum(seen) < 20
