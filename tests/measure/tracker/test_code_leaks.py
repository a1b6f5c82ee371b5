"""Codes by hand: what is in them is found, what is not is at chance."""

from __future__ import annotations

import numpy as np

from measure.tracker.code_leaks import leak_rows, leaks_markdown
from measure.tracker.inner_codes import InnerCodes
from measure.tracker.webcam_sessions import TESTED_SHAPES
from protocol.blendshapes import INDEX
from tests.measure.tracker.network_by_hand import numbered_crops
from tests.measure.tracker.steps_by_hand import sessions_of


def test_what_a_code_holds_is_read_and_what_it_does_not_is_chance() -> None:
    samples = sessions_of([2, 5, 7, 11, 13, 17, 19, 23])
    count, random = len(samples.person), np.random.default_rng(0)
    crops = numbered_crops(samples)
    crops.frame[:, 2] = np.exp(random.normal(0, 0.3, count))
    shapes = samples.expression[:, [INDEX[name] for name in TESTED_SHAPES]]
    members = (samples.person[:, None] == np.unique(samples.person)) * 1.0
    codes = InnerCodes(
        pose=np.concatenate([samples.pose, 1e-3 * random.normal(size=(count, 5))], 1).astype(np.float32),
        crops=random.normal(size=(count, 20)).astype(np.float32),
        expression=np.concatenate([shapes, members], 1).astype(np.float32),
    )
    rows = {(row.code, row.read): row for row in leak_rows(codes, samples, crops)}
    assert rows["pose", "pose"].value > 0.95
    assert not rows["pose", "pose"].is_leak
    assert rows["pose", "expression"].value < 0.2
    assert rows["pose", "expression"].is_leak
    assert rows["expression", "person"].value == 1.0
    assert rows["expression", "person"].chance < 0.4
    assert rows["expression", "expression"].value > 0.8
    for read in ("pose", "scale", "expression"):
        assert abs(rows["crops", read].value) < 0.3
    text = leaks_markdown(list(rows.values()))
    assert text.count("\n|") == 13


def test_the_scale_is_found_where_it_is() -> None:
    samples = sessions_of([2, 5, 7, 11])
    crops = numbered_crops(samples)
    crops.frame[:, 2] = np.exp(np.random.default_rng(0).normal(0, 0.3, len(samples.person)))
    code = np.log(crops.frame[:, 2:3]).astype(np.float32)
    rows = {(row.code, row.read): row for row in leak_rows(InnerCodes(code, code, code), samples, crops)}
    assert rows["expression", "scale"].value > 0.99
    assert rows["expression", "scale"].chance < 0.4
