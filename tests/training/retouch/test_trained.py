from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from tests.networks.retouch_models import random_net, random_regions
from training.errors import TrainingError
from training.retouch.trained import trained_form, trained_regions


def test_weights_come_back(tmp_path: Path) -> None:
    for made, read in ((random_net(), trained_form), (random_regions(), trained_regions)):
        torch.save(made.state_dict(), tmp_path / "weights.pt")
        found = read(tmp_path / "weights.pt").state_dict()
        assert all(torch.equal(found[name], value) for name, value in made.state_dict().items())


@pytest.mark.parametrize("content", [None, b"", b"text"])
def test_what_is_no_network_of_the_kind_is_refused(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    if content is None:
        torch.save(random_net().state_dict(), path)
        with pytest.raises(TrainingError, match="of a run of omote-train regions"):
            trained_regions(path)
    else:
        path.write_bytes(content)
    if content is not None:
        with pytest.raises(TrainingError, match="of a run of omote-train retouch"):
            trained_form(path)
