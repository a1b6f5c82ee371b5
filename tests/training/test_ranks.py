from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch
from torch.testing import assert_close

from tests.ports import free_ports
from tests.training.plane import train_plane, weights_of
from training.ranks import Ranks

ROOT = Path(__file__).resolve().parents[2]
CPU = torch.device("cpu")

#: One rank: its gradient is its number plus 1, and so is its idea of the time.
PROGRAM = """
import torch
from training.ranks import Ranks
with Ranks(torch.device("cpu")) as ranks:
    net = torch.nn.Linear(2, 1)
    net.weight.grad = torch.full_like(net.weight, ranks.rank + 1.0)
    net.bias.grad = torch.full_like(net.bias, 10.0 * (ranks.rank + 1.0))
    ranks.average_gradients(net)
    first = ranks.first(5.0 + ranks.rank, torch.device("cpu"))
    print(ranks.rank, ranks.count, net.weight.grad.tolist(), net.bias.grad.tolist(), first)
"""


def test_one_process_is_a_single_rank_that_changes_nothing() -> None:
    net = torch.nn.Linear(2, 1)
    net.weight.grad = torch.full_like(net.weight, 3.0)
    with Ranks(CPU) as ranks:
        ranks.average_gradients(net)
        assert (ranks.rank, ranks.count) == (0, 1)
        assert ranks.first(7.5, CPU) == 7.5
    assert net.weight.grad.tolist() == [[3.0, 3.0]]
    assert net.bias.grad is None


def test_two_processes_get_the_mean_of_their_gradients_and_the_first_ones_time() -> None:
    common = {
        **os.environ, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_ports(1)[0]),
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    ranks = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env=common | {"RANK": str(rank)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in (0, 1)
    ]
    said = [rank.communicate(timeout=300)[0] for rank in ranks]
    assert said == [f"{rank} 2 [[1.5, 1.5]] [15.0] 5.0\n" for rank in (0, 1)]


def test_two_processes_of_torchrun_equal_one_with_twice_the_batch(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    train_plane(one, is_resumed=False)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    place = ["--master-port", str(free_ports(1)[0]), "-m", "tests.training.plane", str(two)]
    done = subprocess.run(
        [*torchrun, *place],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    # two sums of halves instead of one: rounding alone may differ
    assert_close(weights_of(two), weights_of(one), rtol=1e-9, atol=1e-12)
