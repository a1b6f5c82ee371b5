from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch
from PIL import Image

from tests.made_pairs import made_pairs
from tests.networks.still_fields import still_fields
from training.pairs.person_pairs import PAIR_PX, write_pairs
from training.retouch.batches import Batch
from training.retouch.judging import held_out_batches, judged, write_samples


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    made = []
    for identity in range(4):
        made.append(tmp_path_factory.mktemp("pairs") / f"p{identity:06d}")
        write_pairs(made_pairs(identity, 3, light=0.8), made[-1])
    return made


@pytest.fixture(scope="module")
def batches(folders: list[Path]) -> list[Batch]:
    return held_out_batches(folders)


def test_every_held_out_pair_is_judged_once_and_always_the_same(
    folders: list[Path], batches: list[Batch]
) -> None:
    codes = torch.cat([batch.code for batch in batches])
    assert len(codes) == 8
    assert len(torch.unique(codes, dim=0)) == 8
    assert torch.equal(torch.cat([batch.code for batch in held_out_batches(folders)]), codes)
    at_rest = torch.cat([batch.code for batch in held_out_batches(folders, at_rest=True)])
    assert len(at_rest) == 4
    assert len(torch.unique(torch.cat([codes, at_rest]), dim=0)) == 12


def test_the_draft_itself_gains_nothing(batches: list[Batch]) -> None:
    figures = judged([still_fields(len(batch.code)) for batch in batches], batches)
    for name in ("face_gain_db", "person_gain_db"):
        assert figures[name] == pytest.approx(0.0, abs=0.05)
    assert figures["sharp"] == pytest.approx(figures["draft_sharp"], abs=0.01)
    assert figures["flow_px"] == pytest.approx(figures["draft_flow_px"], abs=1e-3)
    assert figures["draft_flow_px"] == pytest.approx(0.004 * 2**0.5 * 256, abs=0.01)  # as they were made


def test_the_light_that_the_truth_has_gains(batches: list[Batch]) -> None:
    lit = [still_fields(len(b.code), gain=still_fields(len(b.code)).gain * 0.8) for b in batches]
    figures = judged(lit, batches)
    assert figures["face_gain_db"] > 15
    assert figures["person_gain_db"] > 10
    assert figures["face_db"] > 35


def test_a_sheet_shows_draft_output_truth_mask_and_gain(batches: list[Batch], tmp_path: Path) -> None:
    made = [still_fields(len(batch.code)) for batch in batches]
    write_samples(made, batches, tmp_path / "sheet.jpg")
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        width, height = sheet.size
        draft, output = (sheet.crop((k * PAIR_PX, 0, (k + 1) * PAIR_PX, PAIR_PX)) for k in (0, 1))
        middle = (PAIR_PX // 2, PAIR_PX // 2)
        assert draft.getpixel(middle) == pytest.approx(output.getpixel(middle), abs=12)
    assert width == 5 * PAIR_PX
    assert height % PAIR_PX == 0
