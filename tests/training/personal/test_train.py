"""A few steps on three heads: the network learns, resumes exactly and judges itself."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from face.head_model import load_head_model
from face.vertex_features import VertexFeatures
from training.loop import WEIGHTS, TrainOptions
from training.personal.heads import SkinHeads
from training.personal.train import SkinBatches, train_personal
from training.run_log import LOG


def trained(heads: SkinHeads, run: Path, steps: int, *, resume: bool = False) -> dict[str, torch.Tensor]:
    options = TrainOptions(minutes=1.0, batch=600, rate=4e-3, steps=steps, judge_every=1e9)
    triangles = VertexFeatures(load_head_model()).triangles
    figures = train_personal(heads, heads, triangles, run, options, resume=resume)
    assert {"none", "net", "net_unaged", "most", "most_none"} == figures.keys()
    weights: dict[str, torch.Tensor] = torch.load(run / WEIGHTS, weights_only=True)
    return weights


def test_it_learns_how_the_skin_moves(skin_heads: SkinHeads, tmp_path: Path) -> None:
    trained(skin_heads, tmp_path, 60)
    (*_, row) = [json.loads(line) for line in (tmp_path / LOG).read_text().splitlines()]
    assert row["net"] < 0.85 * row["none"]
    assert (tmp_path / "samples-000060.png").stat().st_size > 10_000


def test_every_rank_learns_from_batches_of_its_own(skin_heads: SkinHeads) -> None:
    options = TrainOptions(minutes=1.0, batch=60)
    triangles = VertexFeatures(load_head_model()).triangles
    one, again, other = (SkinBatches(skin_heads, triangles, options, rank).make(3) for rank in (0, 0, 1))
    assert torch.equal(one.expressions, again.expressions)
    assert not torch.equal(one.expressions, other.expressions)


def test_a_resumed_run_ends_as_one_that_was_not_interrupted(skin_heads: SkinHeads, tmp_path: Path) -> None:
    whole = trained(skin_heads, tmp_path / "whole", 5)
    trained(skin_heads, tmp_path / "parts", 5)
    again = trained(skin_heads, tmp_path / "parts", 5, resume=True)
    for name, value in whole.items():
        torch.testing.assert_close(again[name], value, msg=name)
