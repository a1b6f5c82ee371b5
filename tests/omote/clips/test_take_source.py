from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import ReplayError
from omote.clips.take_source import COALESCE_S, TakeSource
from protocol.messages import ControlMessage
from protocol.take import TakeWriter

BEGIN_NS = 1_700_000_000_000_000_000


@pytest.fixture
def take(tmp_path: Path) -> Path:
    """A jaw and a head together at 0 s and at 0.5 s, a jaw alone at 2 s."""
    path = tmp_path / "take.mcap"
    writer = TakeWriter(path)
    for at_s, yaw in ((0.0, 0.1), (0.5, 0.2), (2.0, None)):
        at_ns = BEGIN_NS + round(at_s * 1e9)
        writer.write(
            ControlMessage(layer="expression", source="a", values={"jawOpen": at_s / 2}, sequence=9), at_ns
        )
        if yaw is not None:
            writer.write(ControlMessage(layer="pose", source="a", values={"yaw": yaw}), at_ns + 1_000_000)
    writer.close()
    return path


def test_what_arrived_together_is_one_moment_at_its_own_time(take: Path) -> None:
    source = TakeSource(take)
    try:
        moments = list(source.moments())
    finally:
        source.close()
    assert [moment.due_s for moment in moments] == pytest.approx([0.0, 0.5, 2.0])
    assert [[message.layer for message in moment.messages] for moment in moments] == [
        ["expression", "pose"],
        ["expression", "pose"],
        ["expression"],
    ]
    assert COALESCE_S >= 0.001
    assert all(message.sequence == 0 for moment in moments for message in moment.messages)
    assert source.end_s == pytest.approx(2.0)
    assert source.sound is None
    assert source.remarks() == []


def test_only_the_layers_that_are_asked_for(take: Path) -> None:
    source = TakeSource(take, layers=("pose",))
    assert [message.layer for moment in source.moments() for message in moment.messages] == ["pose", "pose"]
    source.close()
    source.close()
    with pytest.raises(ReplayError, match="has no view"):
        TakeSource(take, layers=("view",))


def test_a_take_that_is_cut_off_says_so(take: Path) -> None:
    take.write_bytes(take.read_bytes()[:-200])
    source = TakeSource(take)
    list(source.moments())
    source.close()
    assert any("cut off at its end" in line for line in source.remarks())
