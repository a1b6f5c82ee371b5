from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch
from torch import Tensor, nn

from training.errors import TrainingError
from training.loop import CHECKPOINT, WEIGHTS, TrainOptions, follow, last_step, train
from training.ranks import Ranks
from training.run_log import LOG, read_log


class Line:
    """Learns to double a number; its batches are numbers."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.net, self.mean = nn.Linear(1, 1), nn.Linear(1, 1)
        self.mean.load_state_dict(self.net.state_dict())
        self.optimiser = torch.optim.AdamW(self.net.parameters(), lr=0.1)
        self.rates: list[float] = []

    def learn(self, batch: float, rate: float, step: int) -> dict[str, float]:
        self.rates.append(rate)
        self.optimiser.param_groups[0]["lr"] = rate
        loss = (self.net(torch.tensor([batch])) - 2 * batch).square().sum()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        follow(self.mean, self.net, step)
        return {"loss": float(loss.detach())}

    def judge(self, samples: Path) -> dict[str, float]:
        samples.with_suffix(".txt").touch()
        return {"weight": float(self.mean.weight.detach())}

    def state(self) -> dict[str, Any]:
        return {
            "net": self.net.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }

    def load(self, kept: dict[str, Any]) -> None:
        for name in ("net", "mean", "optimiser"):
            getattr(self, name).load_state_dict(kept[name])

    def weights(self) -> dict[str, Tensor]:
        return self.mean.state_dict()


def numbers(begin: int = 0) -> Callable[[], float]:
    """Batches that follow from their number alone."""
    place = iter(range(begin, 10**6))
    return lambda: float(next(place) % 7) / 7


def run_line(run: Path, *, begin: int = 0, **named: Any) -> Line:
    line = Line()
    options = TrainOptions(**({"minutes": 1e9, "judge_every": 1e9, "steps": 30} | named.pop("options", {})))
    with Ranks(torch.device("cpu")) as ranks:
        train(line, numbers(begin), run, options, ranks, **named)
    return line


class Stopped(Exception):
    """The run ends here, as by Ctrl+C."""


def test_a_run_that_was_interrupted_ends_with_the_weights_of_one_that_was_not(tmp_path: Path) -> None:
    whole = run_line(tmp_path / "whole")
    calls = []

    def stop(minutes: float, note: str) -> None:
        calls.append(note)
        if len(calls) == 12:
            raise Stopped

    broken = tmp_path / "broken"
    with pytest.raises(Stopped):
        run_line(broken, options={"judge_every": 0.0}, progress=stop)
    assert last_step(broken) == 12
    assert "step 12: weight" in calls[-1]
    other = run_line(broken, begin=last_step(broken), resume=True)
    for name, value in whole.weights().items():
        assert torch.equal(value, other.weights()[name])
        assert torch.equal(value, torch.load(broken / WEIGHTS, weights_only=True)[name])
    assert whole.rates[12:] == other.rates
    assert read_log(broken / LOG)[-1]["step"] == 30


def test_the_rate_warms_up_and_falls_in_the_last_fifth(tmp_path: Path) -> None:
    rates = run_line(tmp_path, options={"steps": 2000, "rate": 0.01}).rates
    assert rates[0] == pytest.approx(0.01 / 200)
    assert rates[100] == pytest.approx(0.01 * 101 / 200)
    assert set(rates[200:1600]) == {0.01}
    assert rates[1800] == pytest.approx(0.01 * (0.5 + 0.02))
    assert rates[1999] < 0.0003


def test_the_checkpoint_is_that_of_the_constant_phase(tmp_path: Path) -> None:
    run_line(tmp_path, options={"judge_every": 0.0, "steps": 16})
    assert last_step(tmp_path) == 13  # 3 of 16 are left: less than a fifth for the first time
    assert read_log(tmp_path / LOG)[-1]["step"] == 16


def test_the_mean_follows_quickly_at_first_and_slowly_later() -> None:
    net, mean = nn.Linear(1, 1), nn.Linear(1, 1)
    with torch.no_grad():
        net.weight.fill_(1.0)
        for step, share in ((0, 9 / 11), (10**6, 0.001)):
            mean.weight.fill_(0.0)
            follow(mean, net, step)
            assert float(mean.weight) == pytest.approx(share, rel=1e-4)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "text", "other"])
def test_a_damaged_checkpoint_is_refused(damage: str, tmp_path: Path) -> None:
    path = tmp_path / CHECKPOINT
    torch.save({"net": Line().net.state_dict(), "step": 3}, path)  # no optimiser: another version's
    content = {"empty": b"", "cut": path.read_bytes()[:500], "text": b"not a checkpoint"}
    if damage == "missing":
        path.unlink()
    elif damage != "other":
        path.write_bytes(content[damage])
    for attempt in (lambda: last_step(tmp_path), lambda: run_line(tmp_path, resume=True)):
        with pytest.raises(TrainingError, match=r"checkpoint\.pt cannot be continued .* without --resume"):
            attempt()


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    torch.save({"net": {}, "mean": {}, "optimiser": {}, "step": 3, "trained_min": 1.0}, tmp_path / CHECKPOINT)
    with pytest.raises(TrainingError, match="cannot be continued"):
        run_line(tmp_path, resume=True)
